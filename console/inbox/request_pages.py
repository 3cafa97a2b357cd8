"""One request: what is known of it, what was done with it, and everything that can be done with it."""

from datetime import datetime, tzinfo
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, find_plan, get_context
from console.forms import parse_number, typed_text
from console.guard import keeps_idle, needs
from console.inbox import labels
from console.inbox.actions import act
from console.inbox.forms import DueForm
from console.inbox.pages import go_back, require_request, row_context, typed_note
from console.inbox.watching import Watcher, get_watchers
from console.message.forms import DATETIME_LOCAL_FORMAT, DATETIME_MISSING
from records.inbox import treatment
from records.inbox.treatment import RequestDetail, Sorting
from records.inquiries.answers import MAX_ANSWER, answer_inquiry
from records.requests.entries import EntryKind, RequestEntry
from routing.access.permissions import Permission
from routing.local_times import clock_pass
from routing.request_rules import LEVELS, MEDIATION_LEVEL
from translations.dates import moment
from translations.message import translatable
from translations.web import gettext
from web.language import current_language, translate

blueprint = Blueprint("inbox_request", __name__, template_folder="templates")
MAX_SUBJECT = 120


@blueprint.get("/inbox/<int:request_id>")
@needs(Permission.SEE_REQUESTS)
def show(request_id: int) -> str:
    detail = _look(request_id)
    row, actor, zone = detail.row, current_actor(), get_context().timezone()
    return render_template(
        "inbox/request.html",
        **row_context(),
        **_live_context(detail),
        joined=detail.joined,
        colleagues=treatment.list_colleagues(get_context().database, row.request.level),
        is_mine=row.owner_id in (None, actor.user_id),
        due_form=_due_form(row.request.due_at, zone),
        closed_as=_outcome(row.request.outcome),
        max_answer=MAX_ANSWER,
        sends_mail=get_context().sends_mail,
        may_see_mediation=actor.may(Permission.SEE_MEDIATION),
    )


def _due_form(due_at: datetime | None, zone: tzinfo) -> DueForm:
    """When it is due, or the time that was typed and that clocks show twice: the page then asks which is meant."""
    known = f"{due_at.astimezone(zone):{DATETIME_LOCAL_FORMAT}}" if due_at else ""
    form = DueForm(formdata=None, due=request.args.get("due", known))
    form.due_pass.data = (clock_pass(due_at, zone) if due_at else None) or ""
    form.due.parse(zone, form.due_pass.data)
    return form


@blueprint.get("/inbox/<int:request_id>/refresh")
@keeps_idle
@needs(Permission.SEE_REQUESTS)
def refresh(request_id: int) -> str:
    """Its history and who else looks, for a page that is open; `writes`: there are words in it."""
    return render_template("inbox/request_live.html", **_live_context(_look(request_id)))


@blueprint.post("/inbox/<int:request_id>/draft")
@keeps_idle
@needs(Permission.SEE_REQUESTS)
def draft(request_id: int) -> tuple[str, int]:
    """The note that this user is typing, for those who look at the request beside them; it is not stored."""
    require_request(request_id)
    actor, text = current_actor(), typed_note()
    if actor.user_id is not None:
        watcher = Watcher(actor.name, get_context().clock(), request.form.get("writes") == "y", text)
        get_watchers().type_note(request_id, actor.user_id, watcher)
    return "", 204


def _look(request_id: int) -> RequestDetail:
    """The request; its page is open at this user's."""
    actor = current_actor()
    detail = treatment.get_detail(get_context().database, actor, request_id)
    if actor.user_id is not None:
        watcher = Watcher(actor.name, get_context().clock(), request.args.get("writes") == "y")
        get_watchers().see(request_id, actor.user_id, watcher)
    return detail


def _live_context(detail: RequestDetail) -> dict[str, Any]:
    others = get_watchers().others(current_actor().user_id, get_context().clock())
    return {
        "row": detail.row,
        "each": detail.row.request,
        "entries": [(entry, _sentence(entry)) for entry in detail.entries],
        "watchers": others.get(detail.row.request.id, ()),
    }


@blueprint.post("/inbox/<int:request_id>/note")
@needs(Permission.SEE_REQUESTS)
def note(request_id: int) -> Response:
    require_request(request_id)
    database, actor, at, text = get_context().database, current_actor(), get_context().clock(), typed_note()
    if text:
        act(
            lambda: treatment.add_note(database, actor, request_id, text, at=at),
            translatable("The note is saved."),
        )
    else:
        flash(gettext("Write the note first."))
    return go_back()


@blueprint.post("/inbox/<int:request_id>/answer")
@needs(Permission.SEE_REQUESTS)
def answer(request_id: int) -> Response:
    """To an inquiry: its visitor reads it on the page of their link."""
    require_request(request_id)
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    text = typed_text("answer", MAX_ANSWER)
    if not text:
        flash(gettext("Write the answer first."))
        return go_back()
    by_mail = get_context().sends_mail
    act(
        lambda: answer_inquiry(database, actor, request_id, text, by_mail=by_mail, at=at),
        translatable("The answer is sent: the person reads it on the page of their link."),
    )
    return go_back()


@blueprint.post("/inbox/<int:request_id>/sort")
@needs(Permission.SEE_REQUESTS)
def sort(request_id: int) -> Response:
    """Its subject and its topic, which brings its level and its due time."""
    database, actor, at, plan = get_context().database, current_actor(), get_context().clock(), find_plan()
    row = treatment.get_detail(database, actor, request_id).row
    chosen = request.form.get("topic", "")
    topic = plan.requests.find_topic(chosen) if plan else None
    name = topic.name if topic else (row.request.topic if chosen == row.request.topic else None)
    due_at = plan.due_time(row.public_number, name, row.request.created_at) if plan else None
    subject = typed_text("subject", MAX_SUBJECT) or None
    wanted = Sorting(subject, name, topic.level if topic else 1, due_at)
    act(
        lambda: treatment.sort_request(database, actor, request_id, wanted, at=at),
        translatable("The request is sorted."),
    )
    return _back_unless_hidden(wanted.level)


@blueprint.post("/inbox/<int:request_id>/due")
@needs(Permission.SEE_REQUESTS)
def due(request_id: int) -> Response:
    require_request(request_id)
    database, actor, at, reason = get_context().database, current_actor(), get_context().clock(), typed_note()
    form = DueForm()
    problem = form.due.parse(get_context().timezone(), form.due_pass.data or "")
    if (due_at := form.due.utc) is None:
        flash(gettext("Enter the day and the time.") if problem in (None, DATETIME_MISSING) else translate(problem))
        if form.due.is_repeated:
            return redirect(url_for("inbox_request.show", request_id=request_id, due=form.due.data), 303)
        return go_back()
    if reason is None:
        flash(gettext("Say why it is due at another time."))
        return go_back()
    act(
        lambda: treatment.move_due(database, actor, request_id, due_at, reason=reason, at=at),
        translatable("The due time is moved."),
    )
    return go_back()


@blueprint.post("/inbox/<int:request_id>/hand-over")
@needs(Permission.SEE_REQUESTS)
def hand_over(request_id: int) -> Response:
    """To a colleague ("user-7") or to a level ("level-2"), with a note, in one action."""
    require_request(request_id)
    database, actor, at, text = get_context().database, current_actor(), get_context().clock(), typed_note()
    kind, _, typed = request.form.get("to", "").partition("-")
    number = parse_number(typed)
    if number is None or kind not in ("user", "level") or (kind == "level" and number not in LEVELS):
        flash(gettext("Choose to whom."))
        return go_back()
    if kind == "user":
        act(
            lambda: treatment.hand_to_person(database, actor, request_id, number, note=text, at=at),
            translatable("The request is handed over."),
        )
        return go_back()
    act(
        lambda: treatment.hand_to_level(database, actor, request_id, number, note=text, at=at),
        translatable("The request is handed over."),
    )
    return _back_unless_hidden(number)


@blueprint.post("/inbox/<int:request_id>/reopen")
@needs(Permission.SEE_REQUESTS)
def reopen(request_id: int) -> Response:
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    act(
        lambda: treatment.reopen_request(database, actor, request_id, at=at),
        translatable("The request is open again, and yours."),
    )
    return go_back()


@blueprint.post("/inbox/<int:request_id>/split")
@needs(Permission.SEE_REQUESTS)
def split(request_id: int) -> Response:
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    act(
        lambda: treatment.split_request(database, actor, request_id, at=at),
        translatable("The request is one of its own again."),
    )
    return go_back()


@blueprint.route("/inbox/mediation", methods=["GET", "POST"])
@needs(Permission.OPEN_MEDIATION)
def open_mediation() -> str:
    """The requests of level 3, once, for an emergency; the change log keeps who looked and why."""
    reason = typed_note() if request.method == "POST" else None
    rows = None
    if reason:
        at = get_context().clock()
        rows = treatment.open_mediation(get_context().database, current_actor(), reason, at=at)
    elif request.method == "POST":
        flash(gettext("Say why you have to look; the change log keeps it."))
    return render_template("inbox/mediation.html", **row_context(), rows=rows)


def _back_unless_hidden(level: int) -> Response:
    """The page of the request, or the list when the request is now out of sight."""
    if level >= MEDIATION_LEVEL and not current_actor().may(Permission.SEE_MEDIATION):
        return redirect(url_for("inbox.list_requests"), 303)
    return go_back()


def _sentence(entry: RequestEntry) -> str:
    value: object = entry.value or ""
    if entry.kind is EntryKind.DUE and entry.value:
        value = moment(datetime.fromisoformat(entry.value), tz=get_context().timezone(), language=current_language())
    elif entry.kind is EntryKind.TOPIC:
        value = labels.topic_titles(find_plan()).get(entry.value or "", entry.value) or translate(labels.NO_TOPIC)
    elif entry.kind in (EntryKind.LEVEL, EntryKind.ESCALATED) and entry.value:
        value = translate(labels.LEVELS[int(entry.value)])
    elif entry.kind is EntryKind.CLOSED:
        value = _outcome(entry.value)
    return translate(labels.ENTRIES[entry.kind], by=entry.by, value=value)


def _outcome(name: str | None) -> str:
    """The name that people gave to an outcome; that of one that the plan no longer has, as it is stored."""
    if not name:
        return ""
    if name in labels.OTHER_OUTCOMES:
        return translate(labels.OTHER_OUTCOMES[name])
    return labels.outcome_titles(find_plan()).get(name, name.replace("_", " "))
