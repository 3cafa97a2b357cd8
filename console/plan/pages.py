"""The call plan: in sentences, as a simulated call, and in all its versions."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context, get_plan_services
from console.guard import needs
from console.plan import call_simulation, descriptions, hours_descriptions, labels, overview, team_sentences
from console.plan.comparison.texts import compare_texts
from console.plan.current_plan import get_current_version, get_plan_in_force, normalize_newlines
from console.plan.diff import diff_lines
from console.plan.month_calendar import next_days
from console.plan.part_titles import title_text
from console.sounds import send_wav
from prompts import plan_preview
from prompts.audio.rendering import AudioToolError
from prompts.voices.voice import VoiceError
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion, PlanVersionConflict
from routing.access.permissions import Permission
from routing.menus import get_menu, list_submenus
from routing.numbers import format_number
from routing.plan.errors import PlanError
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.sentences import menu_prompt_keys
from translations.web import gettext

blueprint = Blueprint("plan", __name__, template_folder="templates", url_prefix="/plan")
PAGE_SIZE = 30


@blueprint.get("")
@needs(Permission.SEE_PLAN)
def show() -> str:
    in_force = get_plan_in_force()
    plan = in_force.plan
    submenus, spoken = list_submenus(plan), call_simulation.prompt_texts(plan)
    today = get_context().clock().astimezone(plan.timezone).date()
    return render_template(
        "plan/show.html",
        version=in_force.version,
        plan=plan,
        groups=overview.list_groups(plan) if current_actor().may(Permission.CHANGE_PLAN) else (),
        say=descriptions,
        say_hours=hours_descriptions,
        say_team=team_sentences,
        title=lambda kind, name: title_text(plan, PartKind(kind), name),
        labels=labels,
        today=today,
        next_days=lambda hours: next_days(hours, today),
        query=call_simulation.parse_query(plan, {}),
        may_change=current_actor().may(Permission.CHANGE_PLAN),
        number_text=lambda number: format_number(number, plan.country),
        menu_text=lambda menu, language: " ".join(spoken[key][language] for key in menu_prompt_keys(menu)),
        heard_menus={name: get_menu(plan, name, is_submenu=name in submenus) for name in plan.menus},
    )


@blueprint.get("/call")
@needs(Permission.SEE_PLAN)
def simulate() -> str:
    plan = get_plan_in_force().plan
    query = call_simulation.parse_query(plan, request.args)
    return render_template(
        "plan/call.html",
        plan=plan,
        description=call_simulation.describe_call(plan, query),
        **call_form_context(plan, query),
    )


@blueprint.get("/call/heard.wav")
@needs(Permission.SEE_PLAN)
def simulated_sound() -> Response:
    """What a caller hears until they press a key, under the plan in force."""
    plan = get_plan_in_force().plan
    query = call_simulation.parse_query(plan, request.args)
    try:
        return sound(
            join_prompts(
                plan,
                query.number.language,
                call_simulation.describe_call(plan, query).simulated_call.prompts,
            )
        )
    except (VoiceError, AudioToolError):
        abort(503)


@blueprint.get("/sound/<name>.wav")
@needs(Permission.CHANGE_PLAN)
def sound(name: str) -> Response:
    """A preview that was rendered before."""
    file = plan_preview.find_preview(get_plan_services().previews, name)
    return send_wav(file) if file else abort(404)


@blueprint.get("/history")
@needs(Permission.SEE_PLAN)
def history() -> str:
    before = request.args.get("before", type=int)
    versions = plan_versions.list_plan_versions(get_context().database, before=before, limit=PAGE_SIZE + 1)
    older = versions[PAGE_SIZE - 1].version if len(versions) > PAGE_SIZE else None
    return render_template(
        "plan/history.html",
        versions=versions[:PAGE_SIZE],
        older=older,
        current=get_current_version().version,
        may_change=current_actor().may(Permission.CHANGE_PLAN),
    )


@blueprint.get("/version/<int:number>")
@needs(Permission.SEE_PLAN)
def version(number: int) -> str:
    old_version = plan_versions.get_plan_version(get_context().database, number)
    before = next(iter(plan_versions.list_plan_versions(get_context().database, before=number, limit=1)), None)
    return render_template(
        "plan/version.html",
        version=old_version,
        before=before,
        difference=diff_lines(before.text if before else "", old_version.text),
        changes=compare_texts(before.text, old_version.text) if before else None,
        current=get_current_version().version,
        may_change=current_actor().may(Permission.CHANGE_PLAN),
    )


@blueprint.post("/version/<int:number>/back")
@needs(Permission.CHANGE_PLAN)
def restore_version(number: int) -> Response:
    """Puts an old text into force as a new version. The field `seen` is the version that the page showed as current."""
    old_version = plan_versions.get_plan_version(get_context().database, number)
    try:
        new = publish(old_version.text, request.form.get("seen", 0, type=int))
        flash(
            gettext(
                "Version %(number)s is in force again, as number %(version)s, from the next call on.",
                number=number,
                version=new.version,
            )
        )
        return redirect(url_for("plan.show"), 303)
    except PlanError:
        flash(gettext("Version %(number)s can no longer be read; take what you need from its text.", number=number))
    except PlanVersionConflict as error:
        flash(
            gettext(
                "Meanwhile %(name)s has saved version %(version)s.",
                name=error.current.author,
                version=error.current.version,
            )
        )
    except (VoiceError, AudioToolError) as error:
        flash(gettext("The synthetic voice could not speak, and nothing is changed: %(reason)s", reason=error))
    return redirect(url_for("plan.history"), 303)


def publish(text: str, replaces: int) -> PlanVersion:
    """Puts the text into force in the place of version `replaces`. Raises as PlanServices.publish does."""
    return get_plan_services().publish(current_actor(), normalize_newlines(text), replaces)


def join_prompts(plan: Plan, language: str, prompts: tuple[str, ...]) -> str:
    """The name of a preview of these prompts in a language. Raises VoiceError, AudioToolError."""
    services = get_plan_services()
    settings = plan_preview.PreviewSettings(services.sounds, services.previews, services.get_voice(plan))
    return plan_preview.build_preview(settings, prompts, call_simulation.prompt_texts(plan), language)


def call_form_context(plan: Plan, query: call_simulation.CallQuery) -> Mapping[str, object]:
    """The context of the form that asks for a call."""
    return {
        "query": query,
        "at": query.format_at(plan),
        "number_text": lambda number: format_number(number, plan.country),
    }
