"""The queue while people wait: real callers, a real desk phone, the running process, and what the record says."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reception import wait_for
from switchboard import Switchboard

from caller.phone import Account, CallerId, Kind, Phone
from records import people, plans, presence, stories, switches
from records.events import CallEvent
from records.stories import Story

PLAN = (
    (Path(__file__).parents[1] / "calls" / "plan.yaml")
    .read_text()
    .replace("max_wait_s: 8", "max_wait_s: 60")
    .replace("wrapup_s: 0", "wrapup_s: 0\n  misses: 1")
)
RING_S = 5  # of this plan
CENTRES = """
overflow:
  rules: [{rules}]
  centres:
    - {{name: north, number: "+33199000050", caller_id: "+33199000000"}}
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path_factory.mktemp("live") / "var", PLAN)
    with ExitStack() as running:
        running.callback(board.stop)
        board.start()
        people.add(board.base, "A", language="fr", at=datetime.now(UTC))
        running.enter_context(board.switch(board.settings.log / "switch.log"))
        wait_for(lambda: presence.all(board.base)[0].applied_at, "the member", 30)
        yield board


@pytest.fixture
def desk(board: Switchboard) -> Iterator[Phone]:
    """The one desk phone; it rings and nobody picks up, unless the test does."""
    account = Account("p01", "password-of-p01", f"127.0.0.1:{board.settings.sip_port}")
    with Phone(account=account) as phone:
        yield phone


@pytest.fixture
def busy(board: Switchboard, desk: Phone) -> Iterator[Phone]:
    """The desk phone, in a talk with an earlier caller."""
    with callers(board, "+33639980200"):
        desk.wait_for(Kind.INCOMING)
        desk.answer()
        desk.wait_for(Kind.ANSWERED)
        yield desk


@contextmanager
def plan(board: Switchboard, *rules: str) -> Iterator[None]:
    """These overflow rules are in force."""
    plans.save(board.base, PLAN + CENTRES.format(rules=", ".join(rules)), author="test", at=datetime.now(UTC))
    try:
        yield
    finally:
        plans.save(board.base, PLAN, author="test", at=datetime.now(UTC))


@contextmanager
def callers(board: Switchboard, *numbers: str) -> Iterator[list[Phone]]:
    """These people have dialled one after the other, and wait in the queue in this order."""
    with ExitStack() as phones:
        calling = []
        for number in numbers:
            calling.append(phones.enter_context(Phone()))
            calling[-1].dial(board.reception.uri(), CallerId(number))
            wait_for(lambda number=number: happened(board, number, "queue_entered"), f"{number} to wait", 15)
        yield calling


def story(board: Switchboard, number: str) -> Story | None:
    found = next((call for call in stories.recent(board.base, 50) if call.line == number), None)
    return stories.story(board.base, found.ref) if found else None


def happened(board: Switchboard, number: str, kind: str) -> list[CallEvent]:
    told = story(board, number)
    return [event for event in told.events if event.kind == kind] if told else []


def one(board: Switchboard, number: str, kind: str) -> CallEvent:
    """What happened exactly once."""
    wait_for(lambda: happened(board, number, kind), f"{kind} in the record of {number}", 15)
    (event,) = happened(board, number, kind)
    return event


def ended(board: Switchboard, number: str) -> Story:
    def over() -> Story | None:
        told = story(board, number)
        return told if told and told.call.ended_at else None

    return wait_for(over, f"the end of the call of {number}", 15)


def test_an_answer_is_told_once_with_who_and_after_how_long(board: Switchboard, desk: Phone) -> None:
    with callers(board, "+33639980201") as (caller,):
        desk.wait_for(Kind.INCOMING)
        desk.answer()
        answered = one(board, "+33639980201", "staff_answered")
        caller.hangup()
        told = ended(board, "+33639980201")

    entered = one(board, "+33639980201", "queue_entered")
    assert answered.detail["phone"] == "p01"
    assert answered.detail["waited"] == pytest.approx((answered.at - entered.at).total_seconds(), abs=0.06)
    assert told.call.ending == "staff"
    kinds = [event.kind for event in told.events]
    assert sorted(kinds) == sorted(set(kinds))


def test_who_declines_and_who_gives_up_are_told_once(board: Switchboard, desk: Phone) -> None:
    with callers(board, "+33639980202") as (caller,):
        desk.wait_for(Kind.INCOMING)
        desk.reject()
        declined = one(board, "+33639980202", "staff_no_answer")
        caller.hangup()
        gave_up = one(board, "+33639980202", "queue_abandoned")
        told = ended(board, "+33639980202")

    assert declined.detail["phone"] == "p01"
    assert gave_up.detail["position"] == 1
    assert told.call.ending == "abandoned"


def test_who_has_waited_too_long_is_handed_over_and_the_next_keeps_his_place(board: Switchboard, busy: Phone) -> None:
    first, second = "+33639980203", "+33639980204"
    with plan(board, "{when: longest-wait-above-s, value: 4}"), ExitStack() as waiting:
        waiting.enter_context(callers(board, first))
        entered = one(board, first, "queue_entered")
        wait_for(lambda: datetime.now(UTC) - entered.at > timedelta(seconds=2), "the first to wait for a while")
        (behind,) = waiting.enter_context(callers(board, second))
        left = one(board, first, "queue_left")
        decided = one(board, first, "overflow_decided")
        behind.hangup()
        gave_up = one(board, second, "queue_abandoned")

    assert decided.detail["because"] == "longest wait 5 s > 4 s, 0 staff ready of 1"
    assert (decided.detail["hand_over"], decided.detail["when"]) == (True, "waiting")
    assert timedelta(seconds=4) < left.at - entered.at < timedelta(seconds=5.5)
    assert gave_up.detail["position"] == 1


def test_the_switch_takes_everybody_out_within_a_second(board: Switchboard, busy: Phone) -> None:
    numbers = ("+33639980205", "+33639980206")
    with plan(board, "{when: closed}"), callers(board, *numbers), turned(board, "overflow") as at:
        left = [one(board, number, "queue_left") for number in numbers]
        decided = [one(board, number, "overflow_decided") for number in numbers]

    assert max(event.at - at for event in left) < timedelta(seconds=1)
    assert {event.detail["because"] for event in decided} == {"switched to overflow by hand, 0 staff ready of 1"}


def test_at_closing_time_whoever_still_waits_is_taken_out_with_that_reason(board: Switchboard, busy: Phone) -> None:
    numbers = ("+33639980207", "+33639980208")
    with callers(board, *numbers), turned(board, "closed") as at:
        withdrawn = [one(board, number, "queue_withdrawn") for number in numbers]
        left = [one(board, number, "queue_left") for number in numbers]

    assert [event.detail["reason"] for event in withdrawn] == ["closing", "closing"]
    assert [event.detail["position"] for event in withdrawn] == [1, 2]
    assert max(event.at - at for event in left) < timedelta(seconds=1)


def test_for_whom_a_telephone_rings_goes_when_the_ringing_ends_and_who_let_it_ring_is_paused(
    board: Switchboard, desk: Phone
) -> None:
    number = "+33639980210"
    with callers(board, number):
        desk.wait_for(Kind.INCOMING)
        with turned(board, "closed") as at:
            left = one(board, number, "queue_left")
    assert left.at - at < timedelta(seconds=RING_S + 1)
    wait_for(lambda: "(paused:presence-" in board.says("queue show staff-fr"), "the member to be paused")
    assert presence.all(board.base)[0].reason == "no answer"


@contextmanager
def turned(board: Switchboard, switch: str) -> Iterator[datetime]:
    """The switch is on; since when."""
    at = datetime.now(UTC)
    switches.turn(board.base, switch, True, by="test", at=at)
    try:
        yield at
    finally:
        switches.turn(board.base, switch, False, by="test", at=datetime.now(UTC))


def test_who_waited_while_our_process_was_away_is_judged_when_it_is_back(tmp_path: Path) -> None:
    """Events were lost: nobody listened when he joined."""
    board = Switchboard(tmp_path / "var", PLAN)
    board.start()
    people.add(board.base, "A", language="fr", at=datetime.now(UTC))
    account = Account("p01", "password-of-p01", f"127.0.0.1:{board.settings.sip_port}")
    log = board.settings.log / "switch.log"
    try:
        with board.switch(log):
            wait_for(lambda: "p01" in board.says("queue show staff-fr"), "the member")
        with Phone(account=account) as desk, Phone() as caller:
            caller.dial(board.reception.uri(), CallerId("+33639980209"))
            desk.wait_for(Kind.INCOMING)
            switches.turn(board.base, "closed", True, by="test", at=datetime.now(UTC))
            with board.switch(log):
                withdrawn = one(board, "+33639980209", "queue_withdrawn")
                assert withdrawn.detail["reason"] == "closing"
    finally:
        board.stop()
