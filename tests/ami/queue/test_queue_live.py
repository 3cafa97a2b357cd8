"""The queue while callers wait: real calls, a real desk phone, the running process, and the calls' records."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import switches
from asterisk_only import AsteriskOnly
from reception import wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from records.call_events import CallEvent
from records.calls import call_detail
from records.calls.call_detail import CallDetail
from records.plan import plan_versions
from records.staff import agents, presence

PLAN = (
    (Path(__file__).parents[2] / "calls" / "plan.yaml")
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
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("live") / "var", PLAN)
    with ExitStack() as running:
        running.callback(asterisk.stop)
        asterisk.start()
        agents.add_agent(asterisk.database, "A", language="fr", at=datetime.now(UTC))
        running.enter_context(asterisk.run_switch(asterisk.settings.log / "switch.log"))
        wait_for(lambda: presence.list_presences(asterisk.database)[0].applied_at, "the member", 30)
        yield asterisk


@pytest.fixture
def desk(asterisk: AsteriskOnly) -> Iterator[Phone]:
    """The only desk phone; it rings unanswered unless the test answers."""
    account = SipAccount("p01", "password-of-p01", f"127.0.0.1:{asterisk.settings.sip_port}")
    with Phone(account=account) as phone:
        yield phone


@pytest.fixture
def busy(asterisk: AsteriskOnly, desk: Phone) -> Iterator[Phone]:
    """The desk phone, in a conversation with an earlier caller."""
    with callers(asterisk, "+33639980200"):
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.answer()
        desk.wait_for(PhoneEventKind.ANSWERED)
        yield desk


@contextmanager
def plan(asterisk: AsteriskOnly, *rules: str) -> Iterator[None]:
    """A plan with these overflow rules is in force."""
    plan_versions.save_plan(
        asterisk.database, PLAN + CENTRES.format(rules=", ".join(rules)), author="test", at=datetime.now(UTC)
    )
    try:
        yield
    finally:
        plan_versions.save_plan(asterisk.database, PLAN, author="test", at=datetime.now(UTC))


@contextmanager
def callers(asterisk: AsteriskOnly, *numbers: str) -> Iterator[list[Phone]]:
    """Callers with these numbers wait in the queue in this order."""
    with ExitStack() as phones:
        calling = []
        for number in numbers:
            calling.append(phones.enter_context(Phone()))
            calling[-1].dial(asterisk.reception.uri(), CallerId(number))
            wait_for(lambda number=number: events_of(asterisk, number, "queue_entered"), f"{number} to wait", 15)
        yield calling


def detail(asterisk: AsteriskOnly, number: str) -> CallDetail | None:
    found = next((call for call in call_detail.list_recent_calls(asterisk.database, 50) if call.line == number), None)
    return call_detail.get_call_detail(asterisk.database, found.ref) if found else None


def events_of(asterisk: AsteriskOnly, number: str, kind: str) -> list[CallEvent]:
    call = detail(asterisk, number)
    return [event for event in call.events if event.kind == kind] if call else []


def only_event(asterisk: AsteriskOnly, number: str, kind: str) -> CallEvent:
    """The only event of this kind in the record of the caller."""
    wait_for(lambda: events_of(asterisk, number, kind), f"{kind} in the record of {number}", 15)
    (event,) = events_of(asterisk, number, kind)
    return event


def ended_call(asterisk: AsteriskOnly, number: str) -> CallDetail:
    def if_ended() -> CallDetail | None:
        call = detail(asterisk, number)
        return call if call and call.call.ended_at else None

    return wait_for(if_ended, f"the end of the call of {number}", 15)


def test_an_answer_is_recorded_once_with_the_agent_and_the_wait(asterisk: AsteriskOnly, desk: Phone) -> None:
    with callers(asterisk, "+33639980201") as (caller,):
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.answer()
        answered = only_event(asterisk, "+33639980201", "staff_answered")
        caller.hangup()
        call = ended_call(asterisk, "+33639980201")

    entered = only_event(asterisk, "+33639980201", "queue_entered")
    assert answered.detail["phone"] == "p01"
    assert answered.detail["waited"] == pytest.approx((answered.at - entered.at).total_seconds(), abs=0.06)
    assert call.call.disposition == "staff"
    kinds = [event.kind for event in call.events]
    assert sorted(kinds) == sorted(set(kinds))


def test_a_rejected_call_and_a_caller_who_gives_up_are_recorded_once(asterisk: AsteriskOnly, desk: Phone) -> None:
    with callers(asterisk, "+33639980202") as (caller,):
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.reject()
        rejected = only_event(asterisk, "+33639980202", "staff_no_answer")
        caller.hangup()
        gave_up = only_event(asterisk, "+33639980202", "queue_abandoned")
        call = ended_call(asterisk, "+33639980202")

    assert rejected.detail["phone"] == "p01"
    assert gave_up.detail["position"] == 1
    assert call.call.disposition == "abandoned"


def test_a_caller_who_waited_too_long_is_handed_over_and_the_next_moves_up(asterisk: AsteriskOnly, busy: Phone) -> None:
    first, second = "+33639980203", "+33639980204"
    with plan(asterisk, "{when: longest-wait-above-s, value: 4}"), ExitStack() as waiting:
        waiting.enter_context(callers(asterisk, first))
        entered = only_event(asterisk, first, "queue_entered")
        wait_for(lambda: datetime.now(UTC) - entered.at > timedelta(seconds=2), "the first to wait for a while")
        (behind,) = waiting.enter_context(callers(asterisk, second))
        left = only_event(asterisk, first, "queue_left")
        decided = only_event(asterisk, first, "overflow_decided")
        behind.hangup()
        gave_up = only_event(asterisk, second, "queue_abandoned")

    assert decided.detail["because"] == "longest wait 5 s > 4 s, 0 staff ready of 1"
    assert (decided.detail["hand_over"], decided.detail["when"]) == (True, "waiting")
    assert timedelta(seconds=4) < left.at - entered.at < timedelta(seconds=5.5)
    assert gave_up.detail["position"] == 1


@pytest.mark.long
def test_the_overflow_override_hands_over_every_caller_within_a_second(asterisk: AsteriskOnly, busy: Phone) -> None:
    numbers = ("+33639980205", "+33639980206")
    with plan(asterisk, "{when: closed}"), callers(asterisk, *numbers), override(asterisk, "overflow") as at:
        left = [only_event(asterisk, number, "queue_left") for number in numbers]
        decided = [only_event(asterisk, number, "overflow_decided") for number in numbers]

    assert max(event.at - at for event in left) < timedelta(seconds=2)  # at the next look, one a second
    assert {event.detail["because"] for event in decided} == {"switched to overflow by hand, 0 staff ready of 1"}


def test_callers_who_still_wait_at_closing_time_are_withdrawn_with_that_reason(
    asterisk: AsteriskOnly, busy: Phone
) -> None:
    numbers = ("+33639980207", "+33639980208")
    with callers(asterisk, *numbers), override(asterisk, "closed") as at:
        withdrawn = [only_event(asterisk, number, "queue_withdrawn") for number in numbers]
        left = [only_event(asterisk, number, "queue_left") for number in numbers]

    assert [event.detail["reason"] for event in withdrawn] == ["closing", "closing"]
    assert [event.detail["position"] for event in withdrawn] == [1, 2]
    assert max(event.at - at for event in left) < timedelta(seconds=2)  # at the next look, one a second


def test_a_caller_for_whom_a_phone_rings_is_withdrawn_after_the_ringing_and_the_agent_is_paused(
    asterisk: AsteriskOnly, desk: Phone
) -> None:
    number = "+33639980210"
    with callers(asterisk, number):
        desk.wait_for(PhoneEventKind.INCOMING)
        with override(asterisk, "closed") as at:
            left = only_event(asterisk, number, "queue_left")
    assert left.at - at < timedelta(seconds=RING_S + 1)
    wait_for(lambda: "(paused:presence-" in asterisk.run_command("queue show staff-fr"), "the member to be paused")
    assert presence.list_presences(asterisk.database)[0].reason == "no answer"


@contextmanager
def override(asterisk: AsteriskOnly, name: str) -> Iterator[datetime]:
    """This override is active; gives the time when it was set."""
    at = datetime.now(UTC)
    switches.set_override(asterisk.database, name, True, by="test", at=at)
    try:
        yield at
    finally:
        switches.set_override(asterisk.database, name, False, by="test", at=datetime.now(UTC))


@pytest.mark.long
def test_a_caller_who_joined_while_our_process_did_not_run_is_withdrawn_once_it_runs(tmp_path: Path) -> None:
    """The process missed the event of the caller who joined."""
    asterisk = AsteriskOnly(tmp_path / "var", PLAN)
    asterisk.start()
    agents.add_agent(asterisk.database, "A", language="fr", at=datetime.now(UTC))
    account = SipAccount("p01", "password-of-p01", f"127.0.0.1:{asterisk.settings.sip_port}")
    log = asterisk.settings.log / "switch.log"
    try:
        with asterisk.run_switch(log):
            wait_for(lambda: "p01" in asterisk.run_command("queue show staff-fr"), "the member")
        with Phone(account=account) as desk, Phone() as caller:
            caller.dial(asterisk.reception.uri(), CallerId("+33639980209"))
            desk.wait_for(PhoneEventKind.INCOMING)
            switches.set_override(asterisk.database, "closed", True, by="test", at=datetime.now(UTC))
            with asterisk.run_switch(log):
                withdrawn = only_event(asterisk, "+33639980209", "queue_withdrawn")
                assert withdrawn.detail["reason"] == "closing"
    finally:
        asterisk.stop()


def test_a_desk_is_reached_within_five_seconds_of_a_start_of_asterisk(asterisk: AsteriskOnly, desk: Phone) -> None:
    """Asterisk itself asks it at some moment of the first half minute, and until then the queue does not ring it."""
    wait_for(lambda: "registrar/contact" in asterisk.run_command("database show registrar"), "the registration")
    time.sleep(1.1)  # Asterisk writes its database once a second
    asterisk.restart()
    started = time.monotonic()

    wait_for(lambda: re.search(r"p01/.* Avail ", asterisk.run_command("pjsip show contacts")), "the desk", 30)

    assert time.monotonic() - started < 5
