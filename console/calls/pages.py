"""The calls of a period, and the story of one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as PageResponse

from console.calls import story
from console.context import current_actor, find_plan, get_context, plan_country
from console.display import page_before
from console.forms import parse_number
from console.guard import needs
from console.language import translate
from console.sounds import send_wav
from console.staff_callbacks import ask_callback, explain_own_phone, find_callable
from console.table_files import requested_format, send_table
from records.calls import call_detail, call_list
from records.calls.abandoned_calls import AfterHangUp, follow_abandoned
from records.calls.call_list import PAGE_SIZE, CallFilter, CallPosition
from records.calls.history_details import list_agents_who_answer
from records.calls.talks import list_talks
from records.centres import handoffs
from records.contacts import households
from records.contacts.contact_cards import Card
from records.overrides import list_overrides_at
from records.requests.requests import RequestKind
from routing.access.permissions import Permission
from routing.numbers import format_number
from routing.page_positions import read_position, write_position
from routing.typed_numbers import parts_of_number
from translations.message import Message, translatable
from translations.web import gettext

blueprint = Blueprint("calls", __name__, template_folder="templates")

PERIODS: dict[str, tuple[Message, int]] = {
    "today": (translatable("Today"), 0),
    "week": (translatable("The last 7 days"), 7),
    "month": (translatable("The last 30 days"), 30),
    "year": (translatable("The last 12 months"), 365),
}
"""By name: its label, and how many days before today it begins."""
OUTCOMES: dict[str, Message] = {
    "answered": translatable("Answered"),
    "message": translatable("Heard the message"),
    "left": translatable("Left a message or asked for a call"),
    "abandoned": translatable("Hung up before an answer"),
}
"""The label of each of call_list.OUTCOMES."""

TABLE_TITLES = (
    *(translatable("Reference"), translatable("When"), translatable("Caller"), translatable("Number called")),
    *(translatable("Outcome"), translatable("Length in seconds")),
)
EXPORT_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class CallSearch:
    """What the address of the page asks for; what it does not know restricts nothing."""

    period: str = "week"
    outcome: str = ""
    typed: str = ""
    number: str = ""

    def link(self, **changed: str) -> str:
        """The address of the list with some of it changed."""
        return url_for("calls.list_calls", **replace(self, **changed).values)

    @property
    def values(self) -> dict[str, Any]:
        """What the address says."""
        asked = {"period": self.period, "outcome": self.outcome, "number": self.number, "q": self.typed}
        return {name: value for name, value in asked.items() if value}

    def to_filter(self, now: datetime) -> CallFilter:
        tz = get_context().timezone()
        midnight = datetime.combine(now.astimezone(tz).date() - timedelta(days=PERIODS[self.period][1]), time(), tz)
        return CallFilter(
            since=midnight.astimezone(UTC),
            dispositions=call_list.OUTCOMES[self.outcome] if self.outcome else (),
            public_number=self.number,
            digits=parts_of_number(self.typed),
        )


@blueprint.get("/calls")
@needs(Permission.SEE_CALLS)
def list_calls() -> str:
    search, plan = _requested_search(), find_plan()
    found = call_list.list_calls(
        get_context().database,
        current_actor(),
        search.to_filter(get_context().clock()),
        before=_position(),
        limit=PAGE_SIZE + 1,
    )
    page = found[:PAGE_SIZE]
    return render_template(
        "calls/list.html",
        calls=page,
        after_hang_up=_follow(page) if search.outcome == "abandoned" else {},
        may_call_back=find_callable(),
        own_phone=explain_own_phone(),
        may_export=current_actor().may(Permission.EXPORT_CONTACTS),
        older=_older_link(search, page[-1]) if len(found) > PAGE_SIZE else "",
        search=search,
        periods=PERIODS,
        outcomes=OUTCOMES,
        numbers=[number.e164 for number in plan.numbers] if plan else [],
        country=plan_country(),
        dispositions=story.DISPOSITIONS,
        under_way=story.UNDER_WAY,
    )


@blueprint.post("/calls/export")
@needs(Permission.EXPORT_CONTACTS)
def export() -> Response:
    """The calls that the filters leave, as a table; the export stands in the change log."""
    wanted = _requested_search().to_filter(get_context().clock())
    call_list.record_export(get_context().database, current_actor(), at=get_context().clock())
    today = get_context().clock().astimezone(get_context().timezone()).date()
    titles = [translate(title) for title in TABLE_TITLES]
    return send_table("-".join([gettext("calls"), f"{today}"]), requested_format(), titles, _table_rows(wanted))


def _table_rows(wanted: CallFilter) -> Iterator[list[str]]:
    tz, before = get_context().timezone(), None
    country = plan_country()
    while True:
        page = call_list.list_calls(
            get_context().database, current_actor(), wanted, before=before, limit=EXPORT_PAGE_SIZE
        )
        for call in page:
            seconds = f"{(call.ended_at - call.started_at).total_seconds():.0f}" if call.ended_at else ""
            outcome = story.DISPOSITIONS[call.disposition] if call.disposition else story.UNDER_WAY
            started = call.started_at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
            numbers = [format_number(each, country) if each else "" for each in (call.line, call.public_number)]
            yield [call.ref, started, *numbers, translate(outcome), seconds]
        if len(page) < EXPORT_PAGE_SIZE:
            return
        before = CallPosition(page[-1].started_at, page[-1].ref)


@blueprint.get("/calls/<ref>")
@needs(Permission.SEE_CALLS)
def show_call(ref: str) -> str | PageResponse:
    """The story of a call, by its reference or by the one that an overflow centre was given."""
    if (handed_over := handoffs.find_call(get_context().database, ref)) not in (None, ref):
        return redirect(url_for("calls.show_call", ref=handed_over), 303)
    detail, plan = call_detail.get_call_detail(get_context().database, ref, actor=current_actor()), find_plan()
    agents = list_agents_who_answer(get_context().database)
    switched = list_overrides_at(get_context().database, detail.call.started_at)
    return render_template(
        "calls/call.html",
        detail=detail,
        call=detail.call,
        entries=story.tell_call(detail, plan, switched, agents),
        country=plan_country(),
        dispositions=story.DISPOSITIONS,
        under_way=story.UNDER_WAY,
        may_call_back=find_callable()(detail.call.line),
        own_phone=explain_own_phone(),
        people=_list_people(detail.call.line),
        talks=list_talks(detail.events, detail.call.ended_at),
        agent_names=agents,
    )


@blueprint.post("/calls/<ref>/call-back")
@needs(Permission.SEE_REQUESTS)
def call_back(ref: str) -> PageResponse:
    """Puts the caller in the line of callbacks, from the number that they had called; it closes the call's request."""
    detail = call_detail.get_call_detail(get_context().database, ref, actor=current_actor())
    call = detail.call
    waiting = next((each.id for each in detail.requests if each.is_open and each.kind != RequestKind.CALLBACK), None)
    ask_callback(
        call.line,
        public_number=call.public_number,
        language=call.language,
        contact_id=call.contact_id,
        request_id=waiting,
    )
    listed = request.form.get("listed") == "y"
    return redirect(_requested_search().link() if listed else url_for("calls.show_call", ref=ref), 303)


@blueprint.post("/calls/<ref>/caller")
@needs(Permission.CHANGE_CONTACTS)
def set_caller(ref: str) -> PageResponse:
    """Says which of the people who share the number has called."""
    call_detail.get_call_detail(get_context().database, ref, actor=current_actor())  # 404 for a call that is none
    chosen = parse_number(request.form.get("contact"))
    if chosen is None:
        flash(gettext("Nothing has changed: choose who called."))
    else:
        households.set_caller(get_context().database, current_actor(), ref, chosen, at=get_context().clock())
        flash(gettext("The call is on this person's card."))
    return redirect(page_before() if "back" in request.form else url_for("calls.show_call", ref=ref), 303)


@blueprint.get("/calls/<ref>/voicemail.wav")
@needs(Permission.SEE_CALLS)
def voicemail(ref: str) -> Response:
    detail, folder = (
        call_detail.get_call_detail(get_context().database, ref, actor=current_actor()),
        get_context().voicemail,
    )
    if detail.voicemail is None or folder is None:
        abort(404)
    return send_wav(folder / detail.voicemail.file)


def _follow(page: tuple[call_detail.CallRecord, ...]) -> Mapping[str, AfterHangUp]:
    return follow_abandoned(get_context().database, page, current_actor())


def _list_people(line: str | None) -> tuple[Card, ...]:
    """Who share the caller's number, for somebody who may say which of them called; nobody when it is one person."""
    if line is None or not current_actor().may(Permission.CHANGE_CONTACTS):
        return ()
    people = households.list_people(get_context().database, line)
    return people if len(people) > 1 else ()


def _requested_search() -> CallSearch:
    period, outcome = request.args.get("period", ""), request.args.get("outcome", "")
    typed = request.args.get("q", "").strip()[:40]
    number, plan = request.args.get("number", ""), find_plan()
    return CallSearch(
        period=period if period in PERIODS else "week",
        outcome=outcome if outcome in OUTCOMES else "",
        typed=typed if parts_of_number(typed) else "",
        number=number if plan and any(each.e164 == number for each in plan.numbers) else "",
    )


def _position() -> CallPosition | None:
    """Where the page before this one ended; None for the first page, and for an address that nobody was given."""
    found = read_position(request.args.get("before", ""))
    return CallPosition(*found) if found else None


def _older_link(search: CallSearch, last: call_detail.CallRecord) -> str:
    link = search.link()
    return f"{link}{'&' if '?' in link else '?'}before={write_position(last.started_at, last.ref)}"
