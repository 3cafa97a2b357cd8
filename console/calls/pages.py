"""The calls of a period, and the story of one."""

from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as PageResponse

from console.calls import story
from console.calls.search import OUTCOMES, PERIODS, read_search
from console.context import current_actor, find_plan, get_context, plan_country
from console.display import page_before
from console.forms import parse_number
from console.guard import needs
from console.inbox.labels import KINDS, outcome_titles
from console.sounds import send_wav
from console.staff_callbacks import ask_callback, explain_own_phone, find_callable
from console.table_files import requested_format, send_table
from records.calls import call_detail, call_list
from records.calls.abandoned_calls import AfterHangUp, follow_abandoned
from records.calls.call_list import PAGE_SIZE, CallFilter, CallPosition
from records.calls.call_traits import list_known_traits
from records.calls.history_details import list_agents_who_answer
from records.calls.talks import list_talks
from records.centres import handoffs
from records.contacts import households
from records.contacts.contact_cards import Card
from records.overrides import list_overrides_at
from records.requests.requests import RequestKind
from records.writeups.outcomes import list_last_outcomes
from routing.access.permissions import Permission
from routing.numbers import format_number
from routing.page_positions import read_position
from translations.message import translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("calls", __name__, template_folder="templates")

TABLE_TITLES = (
    *(translatable("Reference"), translatable("When"), translatable("Caller"), translatable("Number called")),
    *(translatable("Outcome"), translatable("Length in seconds"), translatable("What became of it")),
)
EXPORT_PAGE_SIZE = 1000


@blueprint.get("/calls")
@needs(Permission.SEE_CALLS)
def list_calls() -> str:
    search, plan, known = read_search(request.args), find_plan(), list_known_traits(get_context().database)
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
        older=search.older_link(page[-1]) if len(found) > PAGE_SIZE else "",
        search=search,
        periods=PERIODS,
        outcomes=OUTCOMES,
        numbers=[number.e164 for number in plan.numbers] if plan else [],
        known=known,
        centres={name: story.centre_title(name, plan) for name in known.centres},
        country=plan_country(),
        dispositions=story.DISPOSITIONS,
        under_way=story.UNDER_WAY,
    )


@blueprint.post("/calls/export")
@needs(Permission.EXPORT_CONTACTS)
def export() -> Response:
    """The calls that the filters leave, as a table; the export stands in the change log."""
    wanted = read_search(request.args).to_filter(get_context().clock())
    call_list.record_export(get_context().database, current_actor(), at=get_context().clock())
    today = get_context().clock().astimezone(get_context().timezone()).date()
    titles = [translate(title) for title in TABLE_TITLES]
    return send_table("-".join([gettext("calls"), f"{today}"]), requested_format(), titles, _table_rows(wanted))


def _table_rows(wanted: CallFilter) -> Iterator[list[str]]:
    tz, before, titles = get_context().timezone(), None, outcome_titles(find_plan())
    country = plan_country()
    while True:
        page = call_list.list_calls(
            get_context().database, current_actor(), wanted, before=before, limit=EXPORT_PAGE_SIZE
        )
        outcomes = list_last_outcomes(get_context().database, [call.ref for call in page])
        for call in page:
            became = outcomes.get(call.ref, "")
            seconds = f"{(call.ended_at - call.started_at).total_seconds():.0f}" if call.ended_at else ""
            outcome = story.DISPOSITIONS[call.disposition] if call.disposition else story.UNDER_WAY
            started = call.started_at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
            numbers = [format_number(each, country) if each else "" for each in (call.line, call.public_number)]
            yield [call.ref, started, *numbers, translate(outcome), seconds, titles.get(became, became)]
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
        may_see_requests=current_actor().may(Permission.SEE_REQUESTS),
        kinds=KINDS,
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
    return redirect(read_search(request.args).link() if listed else url_for("calls.show_call", ref=ref), 303)


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


def _position() -> CallPosition | None:
    """Where the page before this one ended; None for the first page, and for an address that nobody was given."""
    found = read_position(request.args.get("before", ""))
    return CallPosition(*found) if found else None
