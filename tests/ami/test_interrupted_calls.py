"""Calls without a logged end are closed after a restart of Asterisk."""

from datetime import timedelta

from asterisk_files import NOW, AsteriskFiles, details, open_call, seconds_before_now

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.database.engine import Database
from records.requests import requests
from records.requests.requests import RequestKind


def test_calls_without_an_end_are_closed_after_a_restart_and_those_for_staff_become_missed_calls(
    files: AsteriskFiles, database: Database
) -> None:
    before = seconds_before_now(20)
    open_call(database, "1.1", before, CallEventKind.KEY)
    open_call(database, "1.2", before, CallEventKind.QUEUE_ENTERED)
    open_call(database, "1.3", before, CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_ANSWERED)
    open_call(database, "1.4", before, CallEventKind.QUEUE_ENTERED, CallEventKind.CALLBACK_REQUESTED)
    open_call(database, "2.1", seconds_before_now(5))
    files.sync()
    assert {call.call.ended_at for call in details(database).values()} == {None}  # Asterisk was not restarted yet

    restarted = seconds_before_now(10)
    files.start_asterisk(restarted)
    files.sync()

    closed = details(database)
    dispositions = {ref: closed[ref].call.disposition for ref in closed}
    assert dispositions == {"1.1": "cut", "1.2": "cut", "1.3": "cut", "1.4": "callback", "2.1": None}
    assert closed["1.1"].call.ended_at == restarted
    missed = [
        request.call_ref for request in requests.list_open_requests(database) if request.kind is RequestKind.MISSED
    ]
    assert sorted(missed) == ["1.2", "1.3"]


def test_a_call_whose_end_is_in_the_log_keeps_its_disposition(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines)
    files.start_asterisk(NOW)
    files.sync()
    assert [call.call.disposition for call in details(database).values()] == [
        Disposition.ABANDONED,
        Disposition.STAFF,
    ]


def test_an_interrupted_call_that_was_written_late_is_closed_as_well(files: AsteriskFiles, database: Database) -> None:
    files.start_asterisk(seconds_before_now(10))
    files.sync()
    open_call(database, "1.1", seconds_before_now(20))
    files.sync(NOW + timedelta(seconds=10))
    assert details(database)["1.1"].call.ended_at is None
    files.sync(NOW + timedelta(seconds=61))
    assert details(database)["1.1"].call.disposition is Disposition.CUT
    calls.add_events(database, "1.1", [CallEvent(NOW, CallEventKind.KEY)])
    assert details(database)["1.1"].call.disposition is Disposition.CUT


def test_a_clock_that_was_set_back_closes_no_call(files: AsteriskFiles, database: Database) -> None:
    open_call(database, "1.1", NOW)
    files.start_asterisk(NOW + timedelta(hours=1))
    files.sync()
    assert details(database)["1.1"].call.ended_at is None
