"""Editing the plan, in forms or as text: reviewed, previewed, then saved as a new version."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import get_context
from console.guard import needs
from console.language import current_language, translate
from console.plan import call_simulation, labels, pages
from console.plan.current_plan import get_current_version, normalize_newlines
from console.plan.diff import diff_lines
from console.plan.form_rows import apply_row_button, fields_from_rows, rows_from_fields
from console.plan.forms import ROW_BUTTONS, Entries, FieldError, PlanForm, number_form, retention_form, timeouts_form
from console.plan.hours_form import HoursForm, count_spans
from console.plan.menu_form import (
    MenuForm,
    action_label,
    count_wordings,
    list_actions,
    list_destinations,
    wording_label,
)
from prompts.audio.rendering import AudioToolError
from prompts.voices.voice import VoiceError
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion, PlanVersionConflict
from records.plan.reader import parse_version
from routing.access.permissions import Permission
from routing.destinations import Destination
from routing.hours.notation import WEEKDAY_CODES
from routing.plan.editing import plain_value, replace_value
from routing.plan.errors import PlanEditError, PlanError
from routing.plan.merge import merge_texts
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan, parse_tree
from translations.dates import weekday_name
from translations.message import Message
from translations.web import gettext

blueprint = Blueprint("plan_edit", __name__, url_prefix="/plan")
PageResponse = Response | str | tuple[str, int]


@dataclass(slots=True)
class FormState:
    """The state of a form: the values and errors of its fields, and the errors that belong to no field."""

    values: dict[str, str]
    errors: dict[str, Message] = field(default_factory=dict)
    other_errors: list[Message | str] = field(default_factory=list)
    focus: str = ""


@blueprint.route("/hours/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def hours(name: str) -> PageResponse:
    return _edit_part(lambda old, plan: HoursForm(name), ("hours", name))


@blueprint.route("/menu/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def menu(name: str) -> PageResponse:
    return _edit_part(lambda old, plan: MenuForm(name), ("menus", name))


@blueprint.route("/number/<public>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def number(public: str) -> PageResponse:
    return _edit_part(lambda old, plan: number_form(public, old, plan), ("numbers", public))


@blueprint.route("/retention", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def retention() -> PageResponse:
    return _edit_part(lambda old, plan: retention_form(plan), ())


@blueprint.route("/waits", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def timeouts() -> PageResponse:
    return _edit_part(lambda old, plan: timeouts_form(plan), ())


@blueprint.route("/text", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def text() -> PageResponse:
    """The whole text, for experts."""
    if request.method == "GET":
        version = get_current_version()
        return _render_text(version.text, version.version)
    return _review(request.form.get("text", ""), _base_version())


@blueprint.post("/review")
@needs(Permission.CHANGE_PLAN)
def review() -> PageResponse:
    """The review of a changed text: plays a preview, simulates a call, or saves."""
    return _review(request.form.get("text", ""), _base_version(), request.form.get("do", ""))


def _base_version() -> PlanVersion:
    """The version on which the change is based."""
    return plan_versions.get_plan_version(get_context().database, request.form.get("base", 0, type=int))


def _edit_part(make: Callable[[Entries, Plan], PlanForm], path: tuple[str, ...]) -> PageResponse:
    version = get_current_version() if request.method == "GET" else _base_version()
    plan, old = parse_version(version).plan, plain_value(parse_tree(version.text))
    for name in path:
        old = old.get(name) if isinstance(old, dict) else None
    if not isinstance(old, dict):
        abort(404)
    form = make(old, plan)
    if request.method == "GET":
        return _render_form(form, version, plan, FormState(form.to_fields(old, plan)))
    state = FormState({name: normalize_newlines(value) for name, value in request.form.items()})
    do = request.form.get("do", "")
    if do.partition(":")[0] in ROW_BUTTONS:
        rows = rows_from_fields(state.values, form.row_fields)
        state.focus = apply_row_button(rows, do, form.row_fields)
        kept = {n: v for n, v in state.values.items() if n.partition("-")[0] not in form.row_fields}
        state.values = {**kept, **fields_from_rows(rows)}
        return _render_form(form, version, plan, state)
    try:
        changed = replace_value(normalize_newlines(version.text), form.plan_path, form.to_plan(state.values, old))
        parse_plan(changed)
    except FieldError as error:
        state.errors[error.field] = error.reason
    except PlanEditError as error:
        state.other_errors.append(error.message)
    except PlanError as error:
        _attach_problems(error, form, state)
    else:
        return _review(changed, version)
    return _render_form(form, version, plan, state), 422


def _attach_problems(error: PlanError, form: PlanForm, state: FormState) -> None:
    """Adds each problem to its field, and those of no field above the form."""
    for problem in error.problems:
        if name := form.find_field(problem, state.values):
            state.errors.setdefault(name, problem.reason)
        else:
            state.other_errors.append(
                f"{problem.path}: {translate(problem.reason)}" if problem.path else problem.reason
            )


def _render_form(form: PlanForm, version: PlanVersion, plan: Plan, state: FormState) -> str:
    return render_template(
        form.template,
        part_form=form,
        form_state=state,
        version=version,
        plan=plan,
        rows=rows_from_fields(state.values, form.row_fields) if form.row_fields else [],
        labels=labels,
        weekdays={code: weekday_name(day, current_language()) for day, code in enumerate(WEEKDAY_CODES)},
        actions={action: action_label(action) for action in list_actions(plan)},
        fallbacks={to: labels.DESTINATIONS[to] for to in list_destinations(plan) if to is not Destination.GOODBYE},
        wording_label=wording_label,
        wordings=count_wordings(state.values),
        spans=count_spans(state.values),
    )


def _render_text(source: str, base: int, error: PlanError | None = None, notice: str = "") -> str:
    return render_template(
        "plan/text.html", text=source, base=base, problems=error.problems if error else (), notice=notice
    )


def _review(typed: str, base: PlanVersion, do: str = "") -> PageResponse:
    """The page that shows a change before it is saved. A version that somebody else saved meanwhile is merged in."""
    source, current, notice = normalize_newlines(typed), get_current_version(), ""
    if current.version != base.version:
        notice = gettext(
            "Meanwhile %(name)s has saved version %(version)s.", name=current.author, version=current.version
        )
        caught_up = merge_texts(normalize_newlines(base.text), normalize_newlines(current.text), source)
        if caught_up is None:
            return _render_conflict(source, base, current, notice)
        source, do = caught_up, ""
        notice += " " + gettext("Your changes are applied on top of it below; nothing is lost. Check, then save.")
    try:
        plan = parse_plan(source)
    except PlanError as error:
        return _render_text(source, current.version, error, notice), 422
    preview = refused = ""
    query = call_simulation.parse_query(plan, request.form)
    description = call_simulation.describe_call(plan, query)
    try:
        if do == "save":
            return _redirect_saved(pages.publish(source, current.version))
        if do == "listen":
            preview = pages.join_prompts(plan, query.number, description.simulated_call.prompts)
    except PlanVersionConflict:
        return _review(source, current)
    except (VoiceError, AudioToolError) as error:
        refused = gettext("The synthetic voice could not speak, and nothing is changed: %(reason)s", reason=error)
    differing = diff_lines(current.text, source)
    context = {
        "text": source,
        "base": current,
        "difference": differing,
        "notice": notice,
        "preview": preview,
        "refused": refused,
    }
    return render_template(
        "plan/review.html", plan=plan, description=description, **context, **pages.call_form_context(plan, query)
    )


def _redirect_saved(version: PlanVersion) -> Response:
    flash(gettext("Saved: version %(version)s applies from the next call on.", version=version.version))
    return redirect(url_for("plan.show"), 303)


def _render_conflict(source: str, base: PlanVersion, current: PlanVersion, notice: str) -> PageResponse:
    """Both changed the same lines: the editor merges them by hand, with both changes in sight."""
    page = render_template(
        "plan/conflict.html",
        text=source,
        base=current,
        notice=notice,
        theirs=diff_lines(base.text, current.text),
        mine=diff_lines(base.text, source),
    )
    return page, 409
