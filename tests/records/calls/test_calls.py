"""Calls, their events, dispositions, requests and voicemails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from recorded_calls import record_call
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from records.actor import SYSTEM
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls.call_detail import get_call_detail, list_recent_calls
from records.calls.calls import OpenedCall, add_events, close_call, create_callback, has_ended
from records.calls.voicemails import save_voicemail
from records.database.engine import Database
from records.errors import NotFound
from records.requests.requests import RequestKind, list_open_requests
from records.schema import Call, Interaction

REF, ANNE = "1763757623.12", "+33639980001"


def open_call(
    database: Database, at: datetime, ref: str = REF, caller: str | None = ANNE, withheld: bool = False
) -> OpenedCall:
    return record_call(database, ref, at, caller, withheld=withheld)


def make_event(at: datetime, kind: CallEventKind, **detail: object) -> CallEvent:
    return CallEvent(at, kind, detail)


def test_the_detail_of_a_call_has_its_events_in_order(database: Database, noon: datetime) -> None:
    opened = open_call(database, noon)
    events = [
        make_event(noon, CallEventKind.ANSWERED),
        make_event(noon + timedelta(seconds=4), CallEventKind.KEY, key="3", menu="main"),
        make_event(noon + timedelta(seconds=5), CallEventKind.MESSAGE_STARTED, version=1),
        make_event(noon + timedelta(seconds=35), CallEventKind.MESSAGE_HEARD, version=1, seconds=30.0, whole=True),
    ]
    add_events(database, REF, events[2:])
    add_events(database, REF, events[:2])
    add_events(database, REF, [])
    close_call(database, REF, at=noon + timedelta(seconds=36), disposition=Disposition.MESSAGE_HEARD, cause="16")
    detail = get_call_detail(database, REF)
    assert detail.events == tuple(events)
    assert (detail.call.line, detail.call.contact_id, detail.contact.id) == (ANNE, opened.contact_id, opened.contact_id)
    assert (detail.call.started_at, detail.call.ended_at) == (noon, noon + timedelta(seconds=36))
    assert (detail.call.disposition, detail.call.cause) == (Disposition.MESSAGE_HEARD, "16")
    assert (detail.requests, detail.voicemail) == ((), None)


def test_one_invite_is_one_row_however_often_it_is_opened(database: Database, noon: datetime) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: open_call(database, noon), range(16)))
    assert len({(one.contact_id, one.line_id) for one in opened}) == 1
    with database.read() as connection:
        for table in (Call, Interaction):
            assert connection.scalar(select(func.count()).select_from(table)) == 1


@pytest.mark.parametrize(("caller", "withheld"), [(None, True), (None, False), (ANNE, True)])
def test_a_withheld_or_invalid_number_is_served_and_not_stored(
    database: Database, noon: datetime, caller: str | None, withheld: bool
) -> None:
    assert open_call(database, noon, caller=caller, withheld=withheld).contact_id is None
    detail = get_call_detail(database, REF)
    assert (detail.call.line, detail.contact, detail.call.withheld) == (None, None, withheld)


def test_a_number_that_is_not_e164_never_becomes_a_line(database: Database, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        open_call(database, noon, caller="0639980001")
    assert list_recent_calls(database) == ()


def test_a_call_that_was_never_opened_is_not_found(database: Database, noon: datetime) -> None:
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        add_events(database, "1.1", [make_event(noon, CallEventKind.ANSWERED)])
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        close_call(database, "1.1", at=noon, disposition=None, cause=None)
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        get_call_detail(database, "1.1")
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        save_voicemail(database, "1.1", file="1.1.wav", seconds=3, at=noon)


def test_the_last_calls_come_newest_first(database: Database, noon: datetime) -> None:
    for minute in range(3):
        open_call(database, noon + timedelta(minutes=minute), ref=f"1.{minute}")
    assert [call.ref for call in list_recent_calls(database, 2)] == ["1.2", "1.1"]


@pytest.mark.parametrize(
    ("kinds", "ending"),
    [
        ([], Disposition.ABANDONED),
        ([CallEventKind.ANSWERED, CallEventKind.QUEUE_ENTERED], Disposition.ABANDONED),
        ([CallEventKind.MESSAGE_HEARD], Disposition.MESSAGE_HEARD),
        ([CallEventKind.MESSAGE_HEARD, CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_ANSWERED], Disposition.STAFF),
        ([CallEventKind.QUEUE_ENTERED, CallEventKind.VOICEMAIL_LEFT], Disposition.VOICEMAIL),
        ([CallEventKind.CALLBACK_REQUESTED], Disposition.CALLBACK),
    ],
)
def test_a_missing_disposition_is_inferred_from_the_events(
    database: Database, noon: datetime, kinds: list[CallEventKind], ending: Disposition
) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, kind) for kind in kinds])
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert get_call_detail(database, REF).call.disposition is ending


@pytest.mark.parametrize(
    ("kinds", "destination", "ending"),
    [
        ([CallEventKind.KEY], "goodbye", Disposition.GOODBYE),
        ([CallEventKind.KEY], "staff", Disposition.ABANDONED),
        ([CallEventKind.MESSAGE_HEARD], "goodbye", Disposition.MESSAGE_HEARD),
        ([CallEventKind.CALLBACK_REQUESTED], "goodbye", Disposition.CALLBACK),
    ],
)
def test_a_caller_who_finishes_by_goodbye_has_not_abandoned_the_call(
    database: Database, noon: datetime, kinds: list[CallEventKind], destination: str, ending: Disposition
) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, kind) for kind in kinds])
    add_events(database, REF, [CallEvent(noon, CallEventKind.ROUTED, {"destination": destination})])
    close_call(database, REF, at=noon, disposition=None, cause="16")
    assert get_call_detail(database, REF).call.disposition is ending


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (Disposition.GOODBYE, Disposition.STAFF, Disposition.GOODBYE),
        (Disposition.ABANDONED, Disposition.STAFF, Disposition.STAFF),
        (Disposition.CUT, None, Disposition.ABANDONED),
        (Disposition.STAFF, Disposition.ABANDONED, Disposition.STAFF),
    ],
)
def test_the_first_disposition_stays_unless_it_was_provisional(
    database: Database, noon: datetime, first: Disposition, second: Disposition | None, kept: Disposition
) -> None:
    open_call(database, noon)
    close_call(database, REF, at=noon, disposition=first, cause=None)
    close_call(database, REF, at=noon + timedelta(seconds=9), disposition=second, cause="16")
    call = get_call_detail(database, REF).call
    assert (call.disposition, call.ended_at, call.cause) == (kept, noon, "16")


def test_a_caller_who_asked_for_staff_and_reached_nobody_has_a_missed_request(
    database: Database, noon: datetime
) -> None:
    opened = open_call(database, noon)
    add_events(database, REF, [make_event(noon, CallEventKind.ROUTED, destination="staff")])
    for _ in range(2):
        close_call(database, REF, at=noon, disposition=None, cause=None)
    (missed,) = list_open_requests(database)
    assert (missed.kind, missed.call_ref, missed.line) == (RequestKind.MISSED, REF, ANNE)
    assert missed.contact_id == opened.contact_id


def test_an_answer_that_is_known_later_closes_the_missed_request(database: Database, noon: datetime) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(database, REF, at=noon, disposition=Disposition.ABANDONED, cause=None)
    close_call(database, REF, at=noon, disposition=Disposition.STAFF, cause=None)
    assert list_open_requests(database) == ()
    (settled,) = get_call_detail(database, REF).requests
    assert (settled.closed_by, settled.outcome) == (SYSTEM, "staff")


@pytest.mark.parametrize("kind", [CallEventKind.ANSWERED, CallEventKind.MESSAGE_HEARD])
def test_a_caller_who_did_not_ask_for_staff_has_no_request(
    database: Database, noon: datetime, kind: CallEventKind
) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, kind)])
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert list_open_requests(database) == ()


def test_a_callback_requested_while_waiting_is_the_only_request(database: Database, noon: datetime) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, CallEventKind.QUEUE_ENTERED)])
    create_callback(database, REF, at=noon)
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert [request.kind for request in list_open_requests(database)] == [RequestKind.CALLBACK]


def test_a_callback_is_one_request_and_the_disposition_of_the_call(database: Database, noon: datetime) -> None:
    open_call(database, noon)
    assert create_callback(database, REF, at=noon)
    close_call(database, REF, at=noon, disposition=None, cause="16")
    (request,) = list_open_requests(database)
    assert (request.kind, request.line) == (RequestKind.CALLBACK, ANNE)
    assert get_call_detail(database, REF).call.disposition is Disposition.CALLBACK


def test_a_withheld_number_gets_no_callback(database: Database, noon: datetime) -> None:
    open_call(database, noon, caller=None, withheld=True)
    assert not create_callback(database, REF, at=noon)
    assert list_open_requests(database) == ()


def test_a_call_has_ended_once_it_is_closed(database: Database, noon: datetime) -> None:
    assert not has_ended(database, REF)
    open_call(database, noon)
    assert not has_ended(database, REF)
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert has_ended(database, REF)


def test_an_event_stored_after_the_end_corrects_the_disposition(database: Database, noon: datetime) -> None:
    open_call(database, noon)
    close_call(database, REF, at=noon, disposition=None, cause="16")
    assert get_call_detail(database, REF).call.disposition is Disposition.ABANDONED

    add_events(database, REF, [make_event(noon, CallEventKind.MESSAGE_HEARD, version=1, seconds=2.0, whole=False)])

    assert get_call_detail(database, REF).call.disposition is Disposition.MESSAGE_HEARD


def test_a_voicemail_is_stored_once_with_its_request(database: Database, noon: datetime) -> None:
    opened = open_call(database, noon)
    kept = save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert save_voicemail(database, REF, file="again.wav", seconds=1, at=noon) == kept
    (request,) = list_open_requests(database)
    assert (request.kind, request.contact_id, request.id) == ("voicemail", opened.contact_id, kept.request_id)
    assert get_call_detail(database, REF).voicemail == kept


def test_a_voicemail_imported_after_the_hangup_closes_the_missed_request(database: Database, noon: datetime) -> None:
    open_call(database, noon)
    add_events(database, REF, [make_event(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(database, REF, at=noon, disposition=None, cause="16")
    save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert get_call_detail(database, REF).call.disposition is Disposition.VOICEMAIL
    assert [request.kind for request in list_open_requests(database)] == [RequestKind.VOICEMAIL]


def test_a_withheld_number_can_leave_a_voicemail(database: Database, noon: datetime) -> None:
    open_call(database, noon, caller=None, withheld=True)
    save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    (request,) = list_open_requests(database)
    assert (request.line, request.contact_id) == (None, None)
