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
from records.requests import RequestKind, list_open_requests
from records.schema import Call, Interaction

REF, ANNE = "1763757623.12", "+33639980001"


def ring(
    database: Database, at: datetime, ref: str = REF, caller: str | None = ANNE, withheld: bool = False
) -> OpenedCall:
    return record_call(database, ref, at, caller, withheld=withheld)


def happened(at: datetime, kind: CallEventKind, **detail: object) -> CallEvent:
    return CallEvent(at, kind, detail)


def test_a_call_that_heard_the_message_tells_its_story_in_order(database: Database, noon: datetime) -> None:
    opened = ring(database, noon)
    events = [
        happened(noon, CallEventKind.ANSWERED),
        happened(noon + timedelta(seconds=4), CallEventKind.KEY, key="3", menu="main"),
        happened(noon + timedelta(seconds=5), CallEventKind.MESSAGE_STARTED, version=1),
        happened(noon + timedelta(seconds=35), CallEventKind.MESSAGE_HEARD, version=1, seconds=30.0, whole=True),
    ]
    add_events(database, REF, events[2:])
    add_events(database, REF, events[:2])
    add_events(database, REF, [])
    close_call(database, REF, at=noon + timedelta(seconds=36), disposition=Disposition.MESSAGE_HEARD, cause="16")
    told = get_call_detail(database, REF)
    assert told.events == tuple(events)
    assert (told.call.line, told.call.contact_id, told.contact.id) == (ANNE, opened.contact_id, opened.contact_id)
    assert (told.call.started_at, told.call.ended_at) == (noon, noon + timedelta(seconds=36))
    assert (told.call.disposition, told.call.cause) == (Disposition.MESSAGE_HEARD, "16")
    assert (told.requests, told.voicemail) == ((), None)


def test_one_invite_is_one_row_however_often_it_is_opened(database: Database, noon: datetime) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: ring(database, noon), range(16)))
    assert len({(one.contact_id, one.line_id) for one in opened}) == 1
    with database.read() as connection:
        for table in (Call, Interaction):
            assert connection.scalar(select(func.count()).select_from(table)) == 1


@pytest.mark.parametrize(("caller", "withheld"), [(None, True), (None, False), (ANNE, True)])
def test_a_withheld_or_absurd_number_is_served_and_not_kept(
    database: Database, noon: datetime, caller: str | None, withheld: bool
) -> None:
    assert ring(database, noon, caller=caller, withheld=withheld).contact_id is None
    told = get_call_detail(database, REF)
    assert (told.call.line, told.contact, told.call.withheld) == (None, None, withheld)


def test_a_number_that_is_not_e164_never_becomes_a_line(database: Database, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        ring(database, noon, caller="0639980001")
    assert list_recent_calls(database) == ()


def test_a_call_never_opened_is_said(database: Database, noon: datetime) -> None:
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        add_events(database, "1.1", [happened(noon, CallEventKind.ANSWERED)])
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        close_call(database, "1.1", at=noon, disposition=None, cause=None)
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        get_call_detail(database, "1.1")
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        save_voicemail(database, "1.1", file="1.1.wav", seconds=3, at=noon)


def test_the_last_calls_come_newest_first(database: Database, noon: datetime) -> None:
    for minute in range(3):
        ring(database, noon + timedelta(minutes=minute), ref=f"1.{minute}")
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
def test_an_end_nobody_named_is_told_by_what_happened(
    database: Database, noon: datetime, kinds: list[CallEventKind], ending: Disposition
) -> None:
    ring(database, noon)
    add_events(database, REF, [happened(noon, kind) for kind in kinds])
    close_call(database, REF, at=noon, disposition=None, cause=None)
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
def test_the_first_end_stays_unless_it_was_vague(
    database: Database, noon: datetime, first: Disposition, second: Disposition | None, kept: Disposition
) -> None:
    ring(database, noon)
    close_call(database, REF, at=noon, disposition=first, cause=None)
    close_call(database, REF, at=noon + timedelta(seconds=9), disposition=second, cause="16")
    call = get_call_detail(database, REF).call
    assert (call.disposition, call.ended_at, call.cause) == (kept, noon, "16")


def test_whoever_asked_for_a_person_and_reached_none_is_a_row_to_treat(database: Database, noon: datetime) -> None:
    opened = ring(database, noon)
    add_events(database, REF, [happened(noon, CallEventKind.ROUTED, destination="staff")])
    for _ in range(2):
        close_call(database, REF, at=noon, disposition=None, cause=None)
    (missed,) = list_open_requests(database)
    assert (missed.kind, missed.call_ref, missed.line) == (RequestKind.MISSED, REF, ANNE)
    assert missed.contact_id == opened.contact_id


def test_a_person_who_answered_after_all_settles_the_missed_call(database: Database, noon: datetime) -> None:
    ring(database, noon)
    add_events(database, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(database, REF, at=noon, disposition=Disposition.ABANDONED, cause=None)
    close_call(database, REF, at=noon, disposition=Disposition.STAFF, cause=None)
    assert list_open_requests(database) == ()
    (settled,) = get_call_detail(database, REF).requests
    assert (settled.closed_by, settled.outcome) == (SYSTEM, "staff")


@pytest.mark.parametrize("kind", [CallEventKind.ANSWERED, CallEventKind.MESSAGE_HEARD])
def test_whoever_asked_for_nobody_leaves_nothing_to_treat(
    database: Database, noon: datetime, kind: CallEventKind
) -> None:
    ring(database, noon)
    add_events(database, REF, [happened(noon, kind)])
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert list_open_requests(database) == ()


def test_a_callback_asked_for_while_waiting_is_the_only_row_to_treat(database: Database, noon: datetime) -> None:
    ring(database, noon)
    add_events(database, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    create_callback(database, REF, at=noon)
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert [request.kind for request in list_open_requests(database)] == [RequestKind.CALLBACK]


def test_a_promised_callback_is_one_row_and_the_end_of_the_call(database: Database, noon: datetime) -> None:
    ring(database, noon)
    assert create_callback(database, REF, at=noon)
    close_call(database, REF, at=noon, disposition=None, cause="16")
    (request,) = list_open_requests(database)
    assert (request.kind, request.line) == (RequestKind.CALLBACK, ANNE)
    assert get_call_detail(database, REF).call.disposition is Disposition.CALLBACK


def test_a_withheld_number_is_promised_no_callback(database: Database, noon: datetime) -> None:
    ring(database, noon, caller=None, withheld=True)
    assert not create_callback(database, REF, at=noon)
    assert list_open_requests(database) == ()


def test_a_call_is_over_once_it_is_closed(database: Database, noon: datetime) -> None:
    assert not has_ended(database, REF)
    ring(database, noon)
    assert not has_ended(database, REF)
    close_call(database, REF, at=noon, disposition=None, cause=None)
    assert has_ended(database, REF)


def test_what_is_written_after_the_end_tells_the_ending_better(database: Database, noon: datetime) -> None:
    ring(database, noon)
    close_call(database, REF, at=noon, disposition=None, cause="16")
    assert get_call_detail(database, REF).call.disposition is Disposition.ABANDONED

    add_events(database, REF, [happened(noon, CallEventKind.MESSAGE_HEARD, version=1, seconds=2.0, whole=False)])

    assert get_call_detail(database, REF).call.disposition is Disposition.MESSAGE_HEARD


def test_a_voicemail_is_kept_once_with_its_row_to_treat(database: Database, noon: datetime) -> None:
    opened = ring(database, noon)
    kept = save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert save_voicemail(database, REF, file="again.wav", seconds=1, at=noon) == kept
    (request,) = list_open_requests(database)
    assert (request.kind, request.contact_id, request.id) == ("voicemail", opened.contact_id, kept.request_id)
    assert get_call_detail(database, REF).voicemail == kept


def test_a_voicemail_imported_after_the_hang_up_settles_the_missed_call(database: Database, noon: datetime) -> None:
    ring(database, noon)
    add_events(database, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(database, REF, at=noon, disposition=None, cause="16")
    save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert get_call_detail(database, REF).call.disposition is Disposition.VOICEMAIL
    assert [request.kind for request in list_open_requests(database)] == [RequestKind.VOICEMAIL]


def test_a_withheld_number_can_leave_a_voicemail(database: Database, noon: datetime) -> None:
    ring(database, noon, caller=None, withheld=True)
    save_voicemail(database, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    (request,) = list_open_requests(database)
    assert (request.line, request.contact_id) == (None, None)
