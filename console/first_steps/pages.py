"""The first steps: one page for each, that leads to the form which does it, and the first call."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.drafts.targets import announcement_target
from console.first_steps import labels, steps, trial
from console.first_steps.steps import Step, StepName
from console.guard import keeps_idle, needs
from console.phones.labels import describe_phone
from console.plan.current_plan import get_plan_in_force
from console.returning import STEP_KEY
from records import first_steps, trial_calls
from records.endpoint_states import list_endpoint_states
from records.trial_calls import TrialUnderWay
from records.trunks import has_trunks
from routing.access.permissions import Permission
from translations.web import gettext

blueprint = Blueprint("first_steps", __name__, template_folder="templates", url_prefix="/first-steps")


@blueprint.get("")
@needs(Permission.SET_UP)
def show() -> Response | str:
    """The step at which they stopped; when no step waits, what was done and what stays open."""
    listed = steps.list_steps(get_plan_in_force().plan)
    resumed = steps.find_resumed(listed)
    if resumed:
        return redirect(url_for("first_steps.show_step", name=resumed.name), 303)
    cookie.pop(STEP_KEY, None)
    has_trunk = has_trunks(get_context().database)
    return render_template("first_steps/end.html", steps=listed, has_trunk=has_trunk, shown_blueprint="today")


@blueprint.get("/<name>")
@needs(Permission.SET_UP)
def show_step(name: str) -> str:
    listed = steps.list_steps(get_plan_in_force().plan)
    step = _find(listed, name)
    cookie[STEP_KEY] = step.name
    return render_template("first_steps/step.html", shown_blueprint="today", **_step_context(step, listed))


@blueprint.get("/<name>/refresh")
@keeps_idle
@needs(Permission.SET_UP)
def refresh(name: str) -> str:
    """The parts of the page that refresh themselves."""
    listed = steps.list_steps(get_plan_in_force().plan)
    return render_template("first_steps/live.html", **_step_context(_find(listed, name), listed))


@blueprint.post("/<name>/later")
@needs(Permission.SET_UP)
def put_off(name: str) -> Response:
    """Goes on to the next step; this one stays on the list."""
    context, listed = get_context(), steps.list_steps(get_plan_in_force().plan)
    step = _find(listed, name)
    first_steps.put_off(context.database, current_actor(), step.name, at=context.clock())
    if following := _find_following(step, listed):
        return redirect(url_for("first_steps.show_step", name=following.name), 303)
    return redirect(url_for("first_steps.show"), 303)


@blueprint.post("/<name>/put-away")
@needs(Permission.SET_UP)
def put_away(name: str) -> Response:
    """Takes a step from the list: it is as it should be, or not needed here."""
    context, listed = get_context(), steps.list_steps(get_plan_in_force().plan)
    step = _find(listed, name)
    first_steps.put_away(context.database, current_actor(), step.name, at=context.clock())
    if request.form.get("back") == "today":
        flash(gettext("Taken from the list. “First steps” in the settings still has it."))
        return redirect(url_for("today.show"), 303)
    return redirect(url_for("first_steps.show"), 303)


@blueprint.post("/put-away")
@needs(Permission.SET_UP)
def put_all_away() -> Response:
    """Takes all steps from the list."""
    context = get_context()
    first_steps.put_away(context.database, current_actor(), *StepName, at=context.clock())
    flash(gettext("The list is put away. “First steps” in the settings still has it."))
    return redirect(url_for("today.show"), 303)


@blueprint.post("/<name>/bring-back")
@needs(Permission.SET_UP)
def bring_back(name: str) -> Response:
    """Puts a step on the list again."""
    step = _find(steps.list_steps(get_plan_in_force().plan), name)
    first_steps.bring_back(get_context().database, current_actor(), step.name)
    return redirect(url_for("first_steps.show_step", name=step.name), 303)


@blueprint.post("/call/try")
@needs(Permission.SET_UP)
def place_call() -> Response:
    """Asks the switch process for one test call to a number of ours."""
    context = get_context()
    chosen = trial.find_choice(get_audio_services().plan(), request.form.get("call", ""))
    if chosen is None:
        flash(gettext("Choose what the caller does."))
        return redirect(url_for("first_steps.show_step", name=StepName.CALL), 303)
    try:
        trial_calls.request_trial(context.database, current_actor(), *chosen, at=context.clock())
    except TrialUnderWay as under_way:
        flash(
            gettext(
                "%(name)s is making a test call at the moment, which you can follow here. Yours was not started: only"
                " one is made at a time.",
                name=under_way.name,
            )
        )
    return redirect(url_for("first_steps.show_step", name=StepName.CALL), 303)


def _find(listed: tuple[Step, ...], name: str) -> Step:
    return next((step for step in listed if step.name == name), None) or abort(404)


def _find_following(step: Step, listed: tuple[Step, ...]) -> Step | None:
    """The next open step."""
    return next((each for each in listed if each.place > step.place and each.is_open), None)


def _step_context(step: Step, listed: tuple[Step, ...]) -> Mapping[str, object]:
    """What the page of this step shows, and what refreshes itself there."""
    return {
        "steps": listed,
        "step": step,
        "following": _find_following(step, listed),
        "settled": labels.SETTLED.get(step.name),
        "change_label": labels.CHANGE,
        **_own_context(step),
    }


def _own_context(step: Step) -> Mapping[str, object]:
    """What only this step shows beside its tasks."""
    plan, context = get_plan_in_force().plan, get_context()
    if step.name is StepName.MESSAGE and plan.announcements:
        return {"target": announcement_target(next(iter(plan.announcements.values())))}
    if step.name is StepName.PHONE and (agent := steps.first_agent(context.database)):
        return {"state": describe_phone(list_endpoint_states(context.database, at=context.clock()), agent.sip_account)}
    if step.name is StepName.CALL:
        choices = trial.list_choices(plan)
        return {"view": trial.build_view(plan), "choices": choices, "several": len(plan.numbers) > 1}
    return {}


def bar_step() -> dict[str, object]:
    """For every page: the step that the user is about, whose bar leads back; nothing without one."""
    name = cookie.get(STEP_KEY)
    if not isinstance(name, str) or name not in {*StepName}:
        return {"bar_step": None}
    return {"bar_step": {"name": name, "place": [*StepName].index(StepName(name)) + 2, "title": labels.TITLES[name]}}
