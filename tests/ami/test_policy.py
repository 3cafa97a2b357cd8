"""What is in force while callers wait, also when the database or a new plan cannot be read."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import switches
from databases import corrupt_database
from recorded_calls import record_call

from ami.policy import Policy
from records.actor import command_line_actor
from records.database.engine import Database
from records.messages import blackout_periods, message_audio
from records.messages.blackout_periods import NewBlackoutPeriod
from records.overrides import OverrideName
from records.plan import plan_versions
from routing.plan import parsing
from routing.plan.model import Plan

PLAN = (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text()
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
NUMBER = "+33199000000"
OFFICE = PLAN.replace("mon-sun: 00:00-24:00", "mon: 09:00-12:30", 1)


@pytest.fixture
def policy(database: Database, plan: Plan) -> Policy:
    record_call(database, "100.1", NOON, None)
    return Policy(database, plan)


def test_a_new_plan_takes_effect_at_the_next_refresh(database: Database, policy: Policy) -> None:
    assert policy.is_open_for_call("100.1", NOON)
    plan_versions.save_plan(database, OFFICE, author="test", at=NOON)
    policy.refresh()
    assert policy.plan == parsing.parse_plan(OFFICE)
    assert not policy.is_open_for_call("100.1", NOON)  # 13:00 in Paris
    assert policy.is_open_for_call("100.1", NOON.replace(hour=9))


def test_an_unknown_call_counts_as_open_unless_all_is_closed_by_hand(database: Database, policy: Policy) -> None:
    plan_versions.save_plan(database, OFFICE, author="test", at=NOON)
    policy.refresh()
    assert policy.is_open_for_call("100.7", NOON)
    switches.set_override(database, OverrideName.CLOSED, True, by="test", at=NOON)
    policy.refresh()
    assert not policy.is_open_for_call("100.7", NOON)
    assert not policy.is_open_for_call("100.1", NOON.replace(hour=9))


def test_with_a_plan_that_cannot_be_parsed_the_last_good_plan_and_new_overrides_are_in_force(
    database: Database, plan: Plan, policy: Policy, caplog: pytest.LogCaptureFixture
) -> None:
    policy.refresh()
    plan_versions.save_plan(database, "nonsense", author="test", at=NOON)
    switches.set_override(database, OverrideName.OVERFLOW, True, by="test", at=NOON)
    with caplog.at_level(logging.ERROR):
        policy.refresh()
        policy.refresh()
    assert policy.plan == plan
    assert policy.is_overflow_forced("100.1", NOON)
    assert caplog.text.count("last good plan") == 1


def test_callbacks_are_paused_by_hand_and_during_a_blackout_period(database: Database, policy: Policy) -> None:
    policy.refresh()
    assert not policy.callbacks_paused(NUMBER, NOON)
    audio = message_audio.Audio("n" * 64, 1.0, "audio/wav", "")
    period = NewBlackoutPeriod(NOON, NOON + timedelta(hours=1), "a", "", ())
    blackout_periods.create_blackout_period(database, command_line_actor("test"), period, audio, at=NOON)
    policy.refresh()
    times = [NOON + timedelta(hours=hours) for hours in (-1, 0, 1)]
    assert [policy.callbacks_paused(NUMBER, at) for at in times] == [False, True, False]
    switches.set_override(database, OverrideName.CALLBACKS, True, by="test", at=NOON)
    policy.refresh()
    assert policy.callbacks_paused(NUMBER, NOON + timedelta(hours=1))


def test_a_database_that_cannot_be_read_changes_nothing(
    database: Database, database_url: str, plan: Plan, policy: Policy
) -> None:
    policy.refresh()
    database.close()
    corrupt_database(database_url)
    policy.refresh()
    assert policy.plan == plan
    assert policy.is_open_for_call("100.1", NOON)
