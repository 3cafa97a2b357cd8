"""What the channel event log tells of attempts to call back, as Asterisk 22.10.1 wrote it, and what follows."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ami import callback_ends
from ami.channel_events import Log, RingTold
from ami.follower import Follower
from records import callback_acceptance, callback_attempts, callback_staff, oppositions
from records.base import Base
from records.callback_results import RingStep
from records.callback_wish import Accepted, CallbackChannel, Wish
from routing.callback_rules import First
from routing.plan import Plan

VISITOR = "+33639980951"
ATTEMPT = "cb-1-1"
# Type, unique id, channel and what was added; the rest is the same for all.
TALKING = ("CALLBACK_TALKING", "1795306405.20", "PJSIP/operator-00000001", ATTEMPT)
GONE = ("LINKEDID_END", "1795306400.9", "PJSIP/p01-00000000", "")


def ended(status: str) -> tuple[str, ...]:
    return ("CALLBACK_ENDED", ATTEMPT, f"Local/{ATTEMPT}@callback-line-00000000;1", f"{ATTEMPT}:{status}")


def lines(*events: tuple[str, ...], at: datetime) -> bytes:
    def line(event: tuple[str, ...], later: int) -> str:
        kind, uniqueid, channel, extra = event
        told = '{""extra"":""' + extra + '""}' if extra else ""
        time = f"{(at + timedelta(seconds=later)).timestamp():.6f}"
        row = (kind, time, ATTEMPT, uniqueid, channel, "callback-visitor", "", "", "CELGenUserEvent", told)
        return ",".join(f'"{field}"' for field in row) + "\n"

    return "".join(line(event, number) for number, event in enumerate(events)).encode()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def asked(base: Base, plan: Plan, now: datetime) -> Accepted:
    """A callback in line, by its first attempt."""
    wish = Wish(VISITOR, "+33199000000", CallbackChannel.KEY, "fr")
    accepted = callback_acceptance.accept(base, wish, plan.callbacks, plan.hours["always"], plan.timezone, at=now)
    placed = callback_attempts.place(base, 1, first=First.AGENT, at=now)
    assert placed and placed.channel_id == ATTEMPT
    return accepted


@pytest.fixture
def ringing(base: Base, asked: Accepted, now: datetime) -> Accepted:
    """His telephone may be ringing."""
    assert callback_attempts.ring(base, ATTEMPT, at=now)
    return asked


class Spool:
    """Asterisk's folders, and our process that follows them."""

    def __init__(self, folder: Path, base: Base, plan: Plan) -> None:
        self.log, self.pid_file = folder / "channel-events.csv", folder / "asterisk.pid"
        voicemail = folder / "voicemail"
        voicemail.mkdir()
        self.follower = Follower(base, Log(self.log, plan), recorded=voicemail, kept=voicemail, pid_file=self.pid_file)

    def tells(self, *events: tuple[str, ...], at: datetime) -> None:
        with self.log.open("ab") as file:
            file.write(lines(*events, at=at))
        self.follower.follow(at)


@pytest.fixture
def spool(tmp_path: Path, base: Base, plan: Plan) -> Spool:
    folder = tmp_path / "spool"
    folder.mkdir()
    return Spool(folder, base, plan)


def state(base: Base, asked: Accepted) -> str:
    return callback_staff.show(base, asked.ref).row.state


def result(base: Base, asked: Accepted) -> str | None:
    return callback_staff.show(base, asked.ref).attempts[0].result


def test_what_answers_is_paid_for_from_then_on(base: Base, spool: Spool, ringing: Accepted, now: datetime) -> None:
    spool.tells(("CALLBACK_PICKED_UP", *TALKING[1:]), at=now)
    assert state(base, ringing) == "visitor_ringing"
    spool.tells(ended("NOKEY"), GONE, at=now + timedelta(seconds=40))
    assert callback_staff.show(base, ringing.ref).attempts[0].talked_s == 40


def test_two_people_talk_and_hang_up(base: Base, spool: Spool, ringing: Accepted, now: datetime) -> None:
    spool.tells(TALKING, at=now)
    assert state(base, ringing) == "talking"
    spool.tells(ended("ANSWER"), GONE, at=now + timedelta(seconds=60))
    assert (state(base, ringing), result(base, ringing)) == ("answered", "answered")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("BUSY", ("queued", "busy")),
        ("NOANSWER", ("queued", "noanswer")),
        ("CONGESTION", ("queued", "congestion")),
        ("CHANUNAVAIL", ("queued", "congestion")),
        ("CANCEL", ("queued", "agent_gone")),
        ("LATE", ("queued", "late")),
        ("REFUSED", ("to_check", "refused")),
        ("NOKEY", ("queued", "no_key")),
        ("NOBODY", ("queued", "agent_gone")),
        ("OPPOSED", ("unrung", "opposed")),
        ("", ("to_check", "unknown")),
        ("WHATEVER", ("to_check", "unknown")),
    ],
)
def test_each_way_in_which_a_ring_may_end_is_told(
    base: Base, spool: Spool, ringing: Accepted, now: datetime, status: str, expected: tuple[str, str]
) -> None:
    spool.tells(ended(status), GONE, at=now)
    assert (state(base, ringing), result(base, ringing)) == expected
    assert oppositions.is_opposed(base, VISITOR) is (status == "OPPOSED")


def test_an_attempt_that_left_the_line_without_a_ring_waits_again_at_no_cost(
    base: Base, spool: Spool, asked: Accepted, now: datetime
) -> None:
    spool.tells(GONE, at=now)
    row = callback_staff.show(base, asked.ref).row
    assert (row.state, row.rings) == ("queued", 0)


def test_a_ring_that_ends_without_a_word_is_for_a_person(
    base: Base, spool: Spool, ringing: Accepted, now: datetime
) -> None:
    spool.tells(GONE, at=now)
    assert state(base, ringing) == "to_check"


def test_the_log_read_again_changes_nothing(base: Base, plan: Plan, ringing: Accepted, now: datetime) -> None:
    told = [RingTold(ATTEMPT, now, RingStep.TALKING), RingTold(ATTEMPT, now, callback_ends.RingResult.ANSWERED)]
    for ring in [*told, *told]:
        callback_ends.tell(base, plan, ring)
    moves = [str(move.after) for move in callback_staff.show(base, ringing.ref).moves]
    assert moves == ["queued", "in_line", "visitor_ringing", "talking", "answered"]


def test_an_attempt_that_nobody_knows_is_passed_over(
    base: Base, plan: Plan, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for what in (*RingStep, callback_ends.RingResult.BUSY):
        callback_ends.tell(base, plan, RingTold("cb-7-7", now, what))
    assert caplog.records == []
    assert callback_attempts.in_flight(base) == ()


@pytest.mark.parametrize("rung", [False, True])
def test_when_asterisk_was_killed_what_may_have_rung_is_for_a_person_and_the_others_wait_on(
    base: Base, spool: Spool, asked: Accepted, now: datetime, rung: bool
) -> None:
    if rung:
        assert callback_attempts.ring(base, ATTEMPT, at=now)
    spool.pid_file.touch()  # it has started since
    spool.tells(at=datetime.now(UTC) + timedelta(seconds=1))
    assert state(base, asked) == ("to_check" if rung else "queued")


def test_an_attempt_placed_since_asterisk_started_goes_on(
    base: Base, spool: Spool, asked: Accepted, now: datetime
) -> None:
    spool.pid_file.touch()
    os.utime(spool.pid_file, (now.timestamp() - 60,) * 2)
    spool.tells(at=now)
    assert state(base, asked) == "in_line"
