"""What is in force while callers wait, also when the base or a plan fails."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from arrivals import arrived
from bases import spoil

from ami.policy import Policy
from records import embargoes, messages, plans, switches
from records.base import Base
from records.switches import SwitchName
from records.viewer import at_machine
from routing import plan_text
from routing.plan import Plan

PLAN = (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text()
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
OFFICE = PLAN.replace("mon-sun: 00:00-24:00", "mon: 09:00-12:30", 1)


@pytest.fixture
def policy(base: Base, plan: Plan) -> Policy:
    arrived(base, "100.1", NOON, None)
    return Policy(base, plan)


def test_a_new_plan_is_in_force_when_it_has_been_read(base: Base, policy: Policy) -> None:
    assert policy.is_open("100.1", NOON)
    plans.save(base, OFFICE, author="test", at=NOON)
    policy.refresh()
    assert policy.plan == plan_text.parse(OFFICE)
    assert not policy.is_open("100.1", NOON)  # half past one in Paris
    assert policy.is_open("100.1", NOON.replace(hour=9))


def test_a_call_that_nobody_knows_is_not_sent_away_but_when_everything_is_closed(base: Base, policy: Policy) -> None:
    plans.save(base, OFFICE, author="test", at=NOON)
    policy.refresh()
    assert policy.is_open("100.7", NOON)
    switches.turn(base, SwitchName.CLOSED, True, by="test", at=NOON)
    policy.refresh()
    assert not policy.is_open("100.7", NOON)
    assert not policy.is_open("100.1", NOON.replace(hour=9))


def test_a_plan_that_cannot_be_read_stops_neither_the_last_good_one_nor_the_switches(
    base: Base, plan: Plan, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    policy.refresh()
    plans.save(base, "nonsense", author="test", at=NOON)
    switches.turn(base, SwitchName.OVERFLOW, True, by="test", at=NOON)
    with caplog.at_level(logging.ERROR):
        policy.refresh()
        policy.refresh()
    assert policy.plan == plan
    assert policy.is_on(SwitchName.OVERFLOW)
    assert caplog.text.count("last good plan") == 1


def test_callbacks_are_held_by_hand_and_during_a_silence(base: Base, policy: Policy) -> None:
    policy.refresh()
    assert not policy.callbacks_held(NOON)
    audio = messages.Audio("n" * 64, 1.0, "audio/wav", "")
    span = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=1), "reason": "a", "audio": audio, "text": ""}
    embargoes.impose(base, at_machine("test"), **span, slots=[], at=NOON)
    policy.refresh()
    assert [policy.callbacks_held(NOON + timedelta(hours=hours)) for hours in (-1, 0, 1)] == [False, True, False]
    switches.turn(base, SwitchName.CALLBACKS, True, by="test", at=NOON)
    policy.refresh()
    assert policy.callbacks_held(NOON + timedelta(hours=1))


def test_a_base_that_is_gone_changes_nothing(base: Base, base_url: str, plan: Plan, policy: Policy) -> None:
    policy.refresh()
    base.close()
    spoil(base_url)
    policy.refresh()
    assert policy.plan == plan
    assert not policy.is_on(SwitchName.CLOSED)
