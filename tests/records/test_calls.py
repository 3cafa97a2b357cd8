from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from arrivals import arrived
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from records.base import Base
from records.calls import OpenedCall, close_call, is_over, note, promise_callback
from records.errors import NotFound
from records.events import CallEvent, CallEventKind, Ending
from records.requests import OURSELVES, RequestKind, open_requests
from records.schema import Call, Interaction
from records.stories import recent, story
from records.voicemails import keep

REF, ANNE = "1763757623.12", "+33639980001"


def ring(base: Base, at: datetime, ref: str = REF, caller: str | None = ANNE, withheld: bool = False) -> OpenedCall:
    return arrived(base, ref, at, caller, withheld=withheld)


def happened(at: datetime, kind: CallEventKind, **detail: object) -> CallEvent:
    return CallEvent(at, kind, detail)


def test_a_call_that_heard_the_message_tells_its_story_in_order(base: Base, noon: datetime) -> None:
    opened = ring(base, noon)
    events = [
        happened(noon, CallEventKind.ANSWERED),
        happened(noon + timedelta(seconds=4), CallEventKind.KEY, key="3", menu="main"),
        happened(noon + timedelta(seconds=5), CallEventKind.MESSAGE_STARTED, version=1),
        happened(noon + timedelta(seconds=35), CallEventKind.MESSAGE_HEARD, version=1, seconds=30.0, whole=True),
    ]
    note(base, REF, events[2:])
    note(base, REF, events[:2])
    note(base, REF, [])
    close_call(base, REF, at=noon + timedelta(seconds=36), ending=Ending.MESSAGE_HEARD, cause="16")
    told = story(base, REF)
    assert told.events == tuple(events)
    assert (told.call.line, told.call.contact_id, told.contact.id) == (ANNE, opened.contact_id, opened.contact_id)
    assert (told.call.started_at, told.call.ended_at) == (noon, noon + timedelta(seconds=36))
    assert (told.call.ending, told.call.cause) == (Ending.MESSAGE_HEARD, "16")
    assert (told.requests, told.voicemail) == ((), None)


def test_one_invite_is_one_row_however_often_it_is_opened(base: Base, noon: datetime) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: ring(base, noon), range(16)))
    assert len({(one.contact_id, one.line_id) for one in opened}) == 1
    with base.read() as connection:
        for table in (Call, Interaction):
            assert connection.scalar(select(func.count()).select_from(table)) == 1


@pytest.mark.parametrize(("caller", "withheld"), [(None, True), (None, False), (ANNE, True)])
def test_a_withheld_or_absurd_number_is_served_and_not_kept(
    base: Base, noon: datetime, caller: str | None, withheld: bool
) -> None:
    assert ring(base, noon, caller=caller, withheld=withheld).contact_id is None
    told = story(base, REF)
    assert (told.call.line, told.contact, told.call.withheld) == (None, None, withheld)


def test_a_number_that_is_not_e164_never_becomes_a_line(base: Base, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        ring(base, noon, caller="0639980001")
    assert recent(base) == ()


def test_a_call_never_opened_is_said(base: Base, noon: datetime) -> None:
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        note(base, "1.1", [happened(noon, CallEventKind.ANSWERED)])
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        close_call(base, "1.1", at=noon, ending=None, cause=None)
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        story(base, "1.1")
    with pytest.raises(NotFound, match=r"no call 1\.1"):
        keep(base, "1.1", file="1.1.wav", seconds=3, at=noon)


def test_the_last_calls_come_newest_first(base: Base, noon: datetime) -> None:
    for minute in range(3):
        ring(base, noon + timedelta(minutes=minute), ref=f"1.{minute}")
    assert [call.ref for call in recent(base, 2)] == ["1.2", "1.1"]


@pytest.mark.parametrize(
    ("kinds", "ending"),
    [
        ([], Ending.ABANDONED),
        ([CallEventKind.ANSWERED, CallEventKind.QUEUE_ENTERED], Ending.ABANDONED),
        ([CallEventKind.MESSAGE_HEARD], Ending.MESSAGE_HEARD),
        ([CallEventKind.MESSAGE_HEARD, CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_ANSWERED], Ending.STAFF),
        ([CallEventKind.QUEUE_ENTERED, CallEventKind.VOICEMAIL_LEFT], Ending.VOICEMAIL),
        ([CallEventKind.CALLBACK_REQUESTED], Ending.CALLBACK),
    ],
)
def test_an_end_nobody_named_is_told_by_what_happened(
    base: Base, noon: datetime, kinds: list[CallEventKind], ending: Ending
) -> None:
    ring(base, noon)
    note(base, REF, [happened(noon, kind) for kind in kinds])
    close_call(base, REF, at=noon, ending=None, cause=None)
    assert story(base, REF).call.ending is ending


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (Ending.GOODBYE, Ending.STAFF, Ending.GOODBYE),
        (Ending.ABANDONED, Ending.STAFF, Ending.STAFF),
        (Ending.CUT, None, Ending.ABANDONED),
        (Ending.STAFF, Ending.ABANDONED, Ending.STAFF),
    ],
)
def test_the_first_end_stays_unless_it_was_vague(
    base: Base, noon: datetime, first: Ending, second: Ending | None, kept: Ending
) -> None:
    ring(base, noon)
    close_call(base, REF, at=noon, ending=first, cause=None)
    close_call(base, REF, at=noon + timedelta(seconds=9), ending=second, cause="16")
    call = story(base, REF).call
    assert (call.ending, call.ended_at, call.cause) == (kept, noon, "16")


def test_whoever_asked_for_a_person_and_reached_none_is_a_row_to_treat(base: Base, noon: datetime) -> None:
    opened = ring(base, noon)
    note(base, REF, [happened(noon, CallEventKind.ROUTED, destination="staff")])
    for _ in range(2):
        close_call(base, REF, at=noon, ending=None, cause=None)
    (missed,) = open_requests(base)
    assert (missed.kind, missed.call_ref, missed.line) == (RequestKind.MISSED, REF, ANNE)
    assert missed.contact_id == opened.contact_id


def test_a_person_who_answered_after_all_settles_the_missed_call(base: Base, noon: datetime) -> None:
    ring(base, noon)
    note(base, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(base, REF, at=noon, ending=Ending.ABANDONED, cause=None)
    close_call(base, REF, at=noon, ending=Ending.STAFF, cause=None)
    assert open_requests(base) == ()
    (settled,) = story(base, REF).requests
    assert (settled.closed_by, settled.outcome) == (OURSELVES, "staff")


@pytest.mark.parametrize("kind", [CallEventKind.ANSWERED, CallEventKind.MESSAGE_HEARD])
def test_whoever_asked_for_nobody_leaves_nothing_to_treat(base: Base, noon: datetime, kind: CallEventKind) -> None:
    ring(base, noon)
    note(base, REF, [happened(noon, kind)])
    close_call(base, REF, at=noon, ending=None, cause=None)
    assert open_requests(base) == ()


def test_a_callback_asked_for_while_waiting_is_the_only_row_to_treat(base: Base, noon: datetime) -> None:
    ring(base, noon)
    note(base, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    promise_callback(base, REF, at=noon)
    close_call(base, REF, at=noon, ending=None, cause=None)
    assert [request.kind for request in open_requests(base)] == [RequestKind.CALLBACK]


def test_a_promised_callback_is_one_row_and_the_end_of_the_call(base: Base, noon: datetime) -> None:
    ring(base, noon)
    assert promise_callback(base, REF, at=noon)
    close_call(base, REF, at=noon, ending=None, cause="16")
    (request,) = open_requests(base)
    assert (request.kind, request.line) == (RequestKind.CALLBACK, ANNE)
    assert story(base, REF).call.ending is Ending.CALLBACK


def test_a_withheld_number_is_promised_no_callback(base: Base, noon: datetime) -> None:
    ring(base, noon, caller=None, withheld=True)
    assert not promise_callback(base, REF, at=noon)
    assert open_requests(base) == ()


def test_a_call_is_over_once_it_is_closed(base: Base, noon: datetime) -> None:
    assert not is_over(base, REF)
    ring(base, noon)
    assert not is_over(base, REF)
    close_call(base, REF, at=noon, ending=None, cause=None)
    assert is_over(base, REF)


def test_what_is_written_after_the_end_tells_the_ending_better(base: Base, noon: datetime) -> None:
    ring(base, noon)
    close_call(base, REF, at=noon, ending=None, cause="16")
    assert story(base, REF).call.ending is Ending.ABANDONED

    note(base, REF, [happened(noon, CallEventKind.MESSAGE_HEARD, version=1, seconds=2.0, whole=False)])

    assert story(base, REF).call.ending is Ending.MESSAGE_HEARD


def test_a_voicemail_is_kept_once_with_its_row_to_treat(base: Base, noon: datetime) -> None:
    opened = ring(base, noon)
    kept = keep(base, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert keep(base, REF, file="again.wav", seconds=1, at=noon) == kept
    (request,) = open_requests(base)
    assert (request.kind, request.contact_id, request.id) == ("voicemail", opened.contact_id, kept.request_id)
    assert story(base, REF).voicemail == kept


def test_a_voicemail_imported_after_the_hang_up_settles_the_missed_call(base: Base, noon: datetime) -> None:
    ring(base, noon)
    note(base, REF, [happened(noon, CallEventKind.QUEUE_ENTERED)])
    close_call(base, REF, at=noon, ending=None, cause="16")
    keep(base, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    assert story(base, REF).call.ending is Ending.VOICEMAIL
    assert [request.kind for request in open_requests(base)] == [RequestKind.VOICEMAIL]


def test_a_withheld_number_can_leave_a_voicemail(base: Base, noon: datetime) -> None:
    ring(base, noon, caller=None, withheld=True)
    keep(base, REF, file=f"{REF}.wav", seconds=7.5, at=noon)
    (request,) = open_requests(base)
    assert (request.line, request.contact_id) == (None, None)
