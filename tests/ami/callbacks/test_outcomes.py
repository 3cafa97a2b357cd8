"""What the CEL log of Asterisk 22.10.1 says of callback attempts, and what is recorded."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from asterisk_files import AsteriskFiles

from ami.callbacks import outcomes
from ami.callbacks.outcomes import AttemptProgress
from records.callbacks import acceptance, callback_attempts, do_not_call, staff_actions
from records.callbacks.attempt_results import AttemptStep
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.database.engine import Database
from routing.callbacks.rules import DialFirst
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.plan.model import Plan

VISITOR = "+33639980951"
ATTEMPT = "cb-1-1"
# Type, unique id, channel and the text of the user event; the other columns are the same for all.
TALKING = ("CALLBACK_CONNECTED", "1795306405.20", "PJSIP/operator-00000001", ATTEMPT)
GONE = ("LINKEDID_END", "1795306400.9", "PJSIP/p01-00000000", "")


def ended(status: str) -> tuple[str, ...]:
    return ("CALLBACK_ENDED", ATTEMPT, f"Local/{ATTEMPT}@callback-agent-first-00000000;1", f"{ATTEMPT}:{status}")


def lines(*events: tuple[str, ...], at: datetime) -> bytes:
    def line(event: tuple[str, ...], later: int) -> str:
        kind, uniqueid, channel, extra = event
        event_extra = '{""extra"":""' + extra + '""}' if extra else ""
        time = f"{(at + timedelta(seconds=later)).timestamp():.6f}"
        row = (kind, time, ATTEMPT, uniqueid, channel, "callback-dial-visitor", "", "", "CELGenUserEvent", event_extra)
        return ",".join(f'"{field}"' for field in row) + "\n"

    return "".join(line(event, number) for number, event in enumerate(events)).encode()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def accepted(database: Database, plan: Plan, now: datetime) -> AcceptedCallback:
    """A callback whose first attempt waits in the queue."""
    request = CallbackRequest(VISITOR, "+33199000000", CallbackChannel.KEY, "fr")
    callback = acceptance.accept_callback(
        database, request, CallbackTerms(plan.callbacks, Calendar(plan.hours["always"], plan.timezone)), at=now
    )
    placed = callback_attempts.start_attempt(database, 1, dial_first=DialFirst.AGENT, at=now)
    assert placed and placed.channel_id == ATTEMPT
    return callback


@pytest.fixture
def ringing(database: Database, accepted: AcceptedCallback, now: datetime) -> AcceptedCallback:
    """The visitor's phone may be ringing."""
    assert callback_attempts.authorize_dial(database, ATTEMPT, at=now)
    return accepted


def log_events(files: AsteriskFiles, *events: tuple[str, ...], at: datetime) -> None:
    """Asterisk logs these events, and we read them."""
    files.append(lines(*events, at=at))
    files.sync(at)


def state(database: Database, accepted: AcceptedCallback) -> str:
    return staff_actions.get_callback_detail(database, accepted.ref).row.state


def result(database: Database, accepted: AcceptedCallback) -> str | None:
    return staff_actions.get_callback_detail(database, accepted.ref).attempts[0].result


def test_talk_time_counts_from_when_the_visitor_picks_up(
    database: Database, files: AsteriskFiles, ringing: AcceptedCallback, now: datetime
) -> None:
    log_events(files, ("CALLBACK_PICKED_UP", *TALKING[1:]), at=now)
    assert state(database, ringing) == "visitor_ringing"
    log_events(files, ended("NOT_CONFIRMED"), GONE, at=now + timedelta(seconds=40))
    assert staff_actions.get_callback_detail(database, ringing.ref).attempts[0].talked_s == 40


@pytest.mark.parametrize("connected", ["CALLBACK_CONNECTED", "CALLBACK_TALKING"])  # the latter by version 0.1
def test_a_callback_whose_parties_have_talked_is_answered(
    database: Database, files: AsteriskFiles, ringing: AcceptedCallback, now: datetime, connected: str
) -> None:
    log_events(files, (connected, *TALKING[1:]), at=now)
    assert state(database, ringing) == "talking"
    log_events(files, ended("ANSWER"), GONE, at=now + timedelta(seconds=60))
    assert (state(database, ringing), result(database, ringing)) == ("answered", "answered")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("BUSY", ("queued", "busy")),
        ("NOANSWER", ("queued", "noanswer")),
        ("CONGESTION", ("queued", "congestion")),
        ("CHANUNAVAIL", ("queued", "congestion")),
        ("CANCEL", ("queued", "agent_gone")),
        *((status, ("queued", "late")) for status in ("TRUNK_DOWN", "NOT_AUTHORIZED", "NO_CAPACITY", "LATE")),
        ("REFUSED", ("to_check", "refused")),
        *((status, ("queued", "no_key")) for status in ("NOT_CONFIRMED", "NOKEY")),
        ("NOBODY", ("queued", "agent_gone")),
        *((status, ("unrung", "opposed")) for status in ("DO_NOT_CALL", "OPPOSED")),
        ("", ("to_check", "unknown")),
        ("WHATEVER", ("to_check", "unknown")),
    ],
)
def test_each_result_of_a_dial_leads_to_a_state(
    database: Database,
    files: AsteriskFiles,
    ringing: AcceptedCallback,
    now: datetime,
    status: str,
    expected: tuple[str, str],
) -> None:
    log_events(files, ended(status), GONE, at=now)
    assert (state(database, ringing), result(database, ringing)) == expected
    assert do_not_call.is_do_not_call(database, VISITOR) is (status in ("DO_NOT_CALL", "OPPOSED"))


def test_an_attempt_that_left_the_queue_before_a_dial_is_queued_again_and_not_counted(
    database: Database, files: AsteriskFiles, accepted: AcceptedCallback, now: datetime
) -> None:
    log_events(files, GONE, at=now)
    row = staff_actions.get_callback_detail(database, accepted.ref).row
    assert (row.state, row.dial_count) == ("queued", 0)


def test_a_dial_without_a_logged_result_is_for_staff_to_check(
    database: Database, files: AsteriskFiles, ringing: AcceptedCallback, now: datetime
) -> None:
    log_events(files, GONE, at=now)
    assert state(database, ringing) == "to_check"


def test_repeating_progress_changes_nothing(
    database: Database, plan: Plan, ringing: AcceptedCallback, now: datetime
) -> None:
    progress = [
        AttemptProgress(ATTEMPT, now, AttemptStep.TALKING),
        AttemptProgress(ATTEMPT, now, outcomes.AttemptResult.ANSWERED),
    ]
    for each in [*progress, *progress]:
        outcomes.record_progress(database, plan, each)
    states = [
        str(transition.after) for transition in staff_actions.get_callback_detail(database, ringing.ref).transitions
    ]
    assert states == ["queued", "in_line", "visitor_ringing", "talking", "answered"]


def test_progress_of_an_unknown_attempt_is_ignored(
    database: Database, plan: Plan, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for status in (*AttemptStep, outcomes.AttemptResult.BUSY):
        outcomes.record_progress(database, plan, AttemptProgress("cb-7-7", now, status))
    assert caplog.records == []
    assert callback_attempts.list_active_attempts(database) == ()


@pytest.mark.parametrize("dialled", [False, True])
def test_after_an_asterisk_restart_dialled_attempts_are_for_staff_to_check_and_the_others_are_queued(
    database: Database, files: AsteriskFiles, accepted: AcceptedCallback, now: datetime, dialled: bool
) -> None:
    if dialled:
        assert callback_attempts.authorize_dial(database, ATTEMPT, at=now)
    files.pid_file.touch()  # Asterisk has started since
    log_events(files, at=datetime.now(UTC) + timedelta(seconds=1))
    assert state(database, accepted) == ("to_check" if dialled else "queued")


def test_an_attempt_placed_after_the_start_of_asterisk_continues(
    database: Database, files: AsteriskFiles, accepted: AcceptedCallback, now: datetime
) -> None:
    files.pid_file.touch()
    os.utime(files.pid_file, (now.timestamp() - 60,) * 2)
    log_events(files, at=now)
    assert state(database, accepted) == "in_line"
