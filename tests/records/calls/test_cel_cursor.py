"""Records of the CEL log are applied once, however often the log is read."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from statements import counted_statements

from records.call_events import (
    CallEnded,
    CallEvent,
    CallEventKind,
    CallEventLogged,
    CallRefused,
    CallStarted,
    CelRecord,
    Disposition,
    IncomingCall,
    RefusalReason,
)
from records.calls import refusals
from records.calls.call_detail import get_call_detail, list_recent_calls
from records.calls.calls import open_call
from records.calls.cel_cursor import apply, delete_cursor, get_position, prune_cursors
from records.database.engine import Database
from records.requests.requests import list_open_requests

LOG, REF = "cel", "1763757623.12"


@pytest.fixture
def facts(noon: datetime) -> list[CelRecord]:
    """Records of a call that waited for staff, and of a channel that is not a call of ours."""
    arrival = IncomingCall(REF, noon, "+33199000000", None, "+33639980001", False, "fr", None)
    waits = CallEvent(noon + timedelta(seconds=5), CallEventKind.QUEUE_ENTERED, {"queue": "staff"})
    return [
        CallStarted(100, REF, lambda: arrival),
        CallEventLogged(200, REF, waits),
        CallEventLogged(300, "9.9", waits),
        CallEnded(400, "9.9", noon, "16"),
        CallEnded(500, REF, noon + timedelta(seconds=60), "16"),
    ]


def test_refused_calls_are_counted_by_minute_once(database: Database, noon: datetime) -> None:
    def refused(position: int, at: datetime, trunk: str = "op") -> CallRefused:
        return CallRefused(position, at, trunk, "+33199000000", RefusalReason.FULL)

    first = [refused(1, noon), refused(2, noon + timedelta(seconds=59)), refused(3, noon, "other")]
    apply(database, LOG, 3, first)
    apply(database, LOG, 4, [*first, refused(4, noon + timedelta(seconds=61))])  # read again, and one more
    apply(database, LOG, 5, [refused(5, noon + timedelta(seconds=30))])

    counts = {(count.minute, count.trunk): count.calls for count in refusals.list_refusals(database, 10)}
    next_minute = noon + timedelta(minutes=1)
    assert counts == {(noon, "op"): 3, (noon, "other"): 1, (next_minute, "op"): 1}
    assert refusals.count_refusals(database, noon, next_minute) == {("op", "full"): 3, ("other", "full"): 1}
    assert not list_recent_calls(database, 10)


def test_a_log_read_again_from_its_beginning_changes_nothing(database: Database, facts: list[CelRecord]) -> None:
    assert apply(database, LOG, 500, facts) == 3
    detail, rows = get_call_detail(database, REF), list_open_requests(database)
    assert apply(database, LOG, 500, facts) == 0
    assert (get_call_detail(database, REF), list_open_requests(database)) == (detail, rows)
    assert detail.call.disposition is Disposition.ABANDONED
    assert len(detail.events) == len(rows) == 1


def test_what_follows_the_end_of_a_call_in_one_reading_does_not_decide_how_it_ended(
    database: Database, facts: list[CelRecord], noon: datetime
) -> None:
    answered = CallEvent(noon + timedelta(seconds=61), CallEventKind.STAFF_ANSWERED, {"phone": "p1"})
    assert apply(database, LOG, 600, [*facts, CallEventLogged(600, REF, answered)]) == 4
    detail = get_call_detail(database, REF)
    assert detail.call.disposition is Disposition.ABANDONED
    assert [event.detail.get("waited") for event in detail.events] == [None, 56.0]


def test_a_call_begins_with_its_first_record(database: Database, facts: list[CelRecord], noon: datetime) -> None:
    arrival = IncomingCall(REF, noon + timedelta(seconds=60), "+33199000000", None, None, False, "fr", None)
    apply(database, LOG, 600, [*facts[:-1], CallStarted(500, REF, lambda: arrival), facts[-1]])
    call = get_call_detail(database, REF).call
    assert (call.started_at, call.line) == (noon, "+33639980001")


def test_many_calls_are_recorded_in_as_many_statements_as_one(database: Database, noon: datetime) -> None:
    def records_of(refs: list[str], first: int) -> list[CelRecord]:
        events = (CallEvent(noon, CallEventKind.ANSWERED), CallEvent(noon, CallEventKind.KEY, {"key": "9"}))
        logged = [CallEventLogged(first, ref, event) for ref in refs for event in events]
        started = [CallStarted(first, ref, partial(incoming_call, ref)) for ref in refs]
        return [*started, *logged, *(CallEnded(first, ref, noon, "16") for ref in refs)]

    def incoming_call(ref: str) -> IncomingCall:
        return IncomingCall(ref, noon, "+33199000000", None, f"+336399801{ref[2:]:>02}", False, "fr", None)

    refs = [f"1.{number}" for number in range(30)]
    with counted_statements(database) as for_one:
        apply(database, LOG, 1, records_of(refs[:1], 1))
    with counted_statements(database) as for_many:
        apply(database, LOG, 2, records_of(refs[1:], 2))
    assert len(for_many) <= len(for_one)
    assert all(call.ended_at for call in list_recent_calls(database, 50))


@pytest.mark.parametrize("cut", range(6))
def test_a_log_read_in_two_overlapping_parts_gives_the_same_call(
    database: Database, facts: list[CelRecord], cut: int
) -> None:
    apply(database, LOG, cut * 100, facts[:cut])
    apply(database, LOG, 500, facts)
    assert [call.ref for call in list_recent_calls(database)] == [REF]
    detail = get_call_detail(database, REF)
    assert len(detail.events) == 1
    assert (detail.call.line, detail.call.ended_at - detail.call.started_at) == ("+33639980001", timedelta(seconds=60))
    assert get_position(database, LOG) == 500


def test_the_log_adds_to_a_call_that_was_opened_by_the_agi_server(
    database: Database, facts: list[CelRecord], noon: datetime
) -> None:
    live = {"landing": "+33199000000", "public_number": "+33199000000", "caller": "+33639980001", "withheld": False}
    open_call(database, REF, **live, language="en", plan_version=3, at=noon)
    apply(database, LOG, 500, facts)
    call = get_call_detail(database, REF).call
    assert (call.language, call.plan_version, call.disposition) == ("en", 3, Disposition.ABANDONED)


def test_a_log_that_was_never_read_is_at_its_beginning_and_logs_are_independent(database: Database) -> None:
    apply(database, LOG, 500, [])
    assert (get_position(database, LOG), get_position(database, "queue_log")) == (500, 0)


def test_a_position_never_goes_back(database: Database, facts: list[CelRecord]) -> None:
    apply(database, LOG, 500, facts)
    apply(database, LOG, 100, facts)
    assert get_position(database, LOG) == 500


def test_a_log_that_was_forgotten_is_read_from_its_beginning(database: Database, facts: list[CelRecord]) -> None:
    apply(database, LOG, 900, [])
    delete_cursor(database, LOG)
    assert apply(database, LOG, 500, facts) == 3


def test_only_the_newest_positions_of_one_kind_of_log_are_kept(database: Database) -> None:
    logs = [f"journal {n}" for n in range(1, 6)]
    for log in (LOG, *logs, "journalist"):
        apply(database, log, 500, [])
    prune_cursors(database, "journal ", 2)
    assert [log for log in (LOG, *logs, "journalist") if get_position(database, log)] == [LOG, *logs[3:], "journalist"]
