"""The plan changed: in forms or as text, looked at and listened to, then saved as a new version."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import plan as pages
from console import plan_call, plan_problems
from console.door import door
from console.guard import needs
from console.language import language
from console.plan_forms import ROW_BUTTONS, Entries, FieldRefused, PlanForm, number_form, waits_form
from console.plan_hours_form import HoursForm, span_count
from console.plan_menu_form import MenuForm, actions, destinations, wording_count
from console.plan_now import in_force, lines, read
from console.plan_problems import Said
from console.plan_rows import fields_of, moved, rows_of
from console.words import word
from prompts.audio import AudioFailure
from prompts.voice import VoiceError
from records import plans
from records.plans import PlanChanged, PlanVersion
from routing.calendars import HolidayZone
from routing.permissions import Right
from routing.plan import Plan
from routing.plan_edit import PlanEditError
from routing.plan_merge import merged
from routing.plan_text import PlanError, tree
from routing.plan_writing import rewritten, value_of

blueprint = Blueprint("plan_change", __name__, url_prefix="/plan")
Answer = Response | str | tuple[str, int]


@dataclass(slots=True)
class Sheet:
    """A form as it is shown: what its fields hold, what is wrong with which, and what is wrong beside them."""

    values: dict[str, str]
    wrong: dict[str, Said] = field(default_factory=dict)
    others: list[Said] = field(default_factory=list)
    focus: str = ""


@blueprint.route("/hours/<name>", methods=["GET", "POST"])
@needs(Right.CHANGE_PLAN)
def hours(name: str) -> Answer:
    return _edited(lambda was, plan: HoursForm(name), ("hours", name))


@blueprint.route("/menu/<name>", methods=["GET", "POST"])
@needs(Right.CHANGE_PLAN)
def menu(name: str) -> Answer:
    return _edited(lambda was, plan: MenuForm(name), ("menus", name))


@blueprint.route("/number/<public>", methods=["GET", "POST"])
@needs(Right.CHANGE_PLAN)
def number(public: str) -> Answer:
    return _edited(lambda was, plan: number_form(public, was, plan), ("numbers", public))


@blueprint.route("/waits", methods=["GET", "POST"])
@needs(Right.CHANGE_PLAN)
def waits() -> Answer:
    return _edited(lambda was, plan: waits_form(plan), ())


@blueprint.route("/text", methods=["GET", "POST"])
@needs(Right.CHANGE_PLAN)
def text() -> Answer:
    """The whole text, for experts."""
    if request.method == "GET":
        version = in_force()
        return _text_page(version.text, version.version)
    return _reviewed(request.form.get("text", ""), _base())


@blueprint.post("/review")
@needs(Right.CHANGE_PLAN)
def review() -> Answer:
    """A changed text that was looked at already: listened to, asked about a call, or saved."""
    return _reviewed(request.form.get("text", ""), _base(), request.form.get("do", ""))


def _base() -> PlanVersion:
    """The version from which the change set out."""
    return plans.version(door().base, request.form.get("base", 0, type=int))


def _edited(make: Callable[[Entries, Plan], PlanForm], place: tuple[str, ...]) -> Answer:
    version = in_force() if request.method == "GET" else _base()
    plan, was = read(version.text), value_of(tree(version.text))
    for name in place:
        was = was.get(name) if isinstance(was, dict) else None
    if not isinstance(was, dict):
        abort(404)
    form = make(was, plan)
    if request.method == "GET":
        return _form_page(form, version, plan, Sheet(form.fields(was, plan)))
    sheet = Sheet({name: lines(value) for name, value in request.form.items()})
    do = request.form.get("do", "")
    if do.partition(":")[0] in ROW_BUTTONS:
        rows = rows_of(sheet.values, form.rows)
        sheet.focus = moved(rows, do, form.rows)
        kept = {n: v for n, v in sheet.values.items() if n.partition("-")[0] not in form.rows}
        sheet.values = {**kept, **fields_of(rows)}
        return _form_page(form, version, plan, sheet)
    try:
        changed = rewritten(lines(version.text), form.place, form.written(sheet.values, was))
        read(changed)
    except FieldRefused as error:
        sheet.wrong[error.field] = plan_problems.said(error.reason, language())
    except PlanEditError as error:
        sheet.others.append(plan_problems.said(str(error), language()))
    except PlanError as error:
        _place(error, form, sheet)
    else:
        return _reviewed(changed, version)
    return _form_page(form, version, plan, sheet), 422


def _place(error: PlanError, form: PlanForm, sheet: Sheet) -> None:
    """Each problem at its field, those of no field above all of them."""
    for problem in error.problems:
        said = plan_problems.said(problem.reason, language())
        if name := form.field(problem, sheet.values):
            sheet.wrong.setdefault(name, said)
        else:
            sheet.others.append(Said(f"{problem.where}: {said.text}" if problem.where else said.text, said.language))


def _form_page(form: PlanForm, version: PlanVersion, plan: Plan, sheet: Sheet) -> str:
    return render_template(
        form.template,
        shown=form,
        sheet=sheet,
        version=version,
        plan=plan,
        rows=rows_of(sheet.values, form.rows) if form.rows else [],
        zones=tuple(HolidayZone),
        actions=actions(plan),
        lost_to=[each for each in destinations(plan) if each != "goodbye"],
        wordings=wording_count(sheet.values),
        spans=span_count(sheet.values),
    )


def _text_page(source: str, base: int, problems: PlanError | None = None, notice: str = "") -> str:
    found = [(p, plan_problems.said(p.reason, language())) for p in problems.problems] if problems else []
    return render_template("plan/text.html", text=source, base=base, problems=found, notice=notice)


def _reviewed(typed: str, base: PlanVersion, do: str = "") -> Answer:
    """The page on which a change is looked at; what somebody else saved meanwhile is kept, and said."""
    source, now, notice = lines(typed), in_force(), ""
    if now.version != base.version:
        notice = word("plan-changed", language(), name=now.author, version=now.version)
        caught_up = merged(lines(base.text), lines(now.text), source)
        if caught_up is None:
            return _clash(source, base, now, notice)
        source, do = caught_up, ""
        notice = f"{notice} {word('plan-caught-up', language())}"
    try:
        plan = read(source)
    except PlanError as error:
        return _text_page(source, now.version, error, notice), 422
    heard = refused = ""
    asked = plan_call.asked(plan, request.form)
    story = plan_call.story(plan, asked, language())
    try:
        if do == "save":
            return _saved(pages.publish(source, now.version))
        if do == "listen":
            heard = pages.joined(plan, asked.number, story.foreseen.prompts)
    except PlanChanged:
        return _reviewed(source, now)
    except (VoiceError, AudioFailure) as error:
        refused = word("plan-voice", language(), reason=error)
    differing = pages.difference(now.text, source)
    said = {"text": source, "base": now, "difference": differing, "notice": notice, "heard": heard, "refused": refused}
    return render_template("plan/review.html", plan=plan, story=story, **said, **pages.call_parts(plan, asked))


def _saved(version: PlanVersion) -> Response:
    flash(word("plan-saved", language(), version=version.version))
    return redirect(url_for("plan.seen"), 303)


def _clash(source: str, base: PlanVersion, now: PlanVersion, notice: str) -> Answer:
    """Both changed the same lines: a person puts them together, with both changes in sight."""
    page = render_template(
        "plan/clash.html",
        text=source,
        base=now,
        notice=notice,
        theirs=pages.difference(base.text, now.text),
        mine=pages.difference(base.text, source),
    )
    return page, 409
