"""A callback rings first, once, at the telephone of the agent who asked for it; then it is the team's."""

from datetime import timedelta

import pytest
import switches
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    accept_callback,
    callback_state,
    end_attempt,
    make_callback_request,
    place_attempt,
)

from records.callbacks import callback_attempts, do_not_call
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_queue import find_due_callbacks, will_ring_own_phone
from records.callbacks.callback_request import CallbackChannel
from records.database.engine import Database
from records.overrides import OverrideName
from records.staff import agents
from records.staff.agents import Agent
from routing.callbacks.states import CallbackState

SOON = NOON + timedelta(seconds=2)


@pytest.fixture
def margot(database: Database) -> Agent:
    agents.create_sip_accounts(database, {"p01": "secret"})
    return agents.add_agent(database, "Margot", language="fr", at=NOON)


def ask(database: Database, agent: Agent) -> str:
    wanted = make_callback_request(channel=CallbackChannel.CONSOLE, site=None, address=None, agent_id=agent.id)
    return accept_callback(database, wanted).ref


def test_the_first_attempt_rings_the_own_telephone_before_callbacks_that_wait_for_longer(
    database: Database, margot: Agent
) -> None:
    waits = accept_callback(database, make_callback_request("+33639980002"), at=NOON - timedelta(minutes=9)).ref
    ref = ask(database, margot)
    assert will_ring_own_phone(database, ref, at=SOON)
    due = find_due_callbacks(database, at=SOON, limit=5)
    assert [(each.ref, each.is_own_phone) for each in due] == [(ref, True), (waits, False)]
    assert place_attempt(database, ref, SOON).sip_account == "p01"
    assert place_attempt(database, waits, SOON).sip_account is None


def test_who_asks_after_the_switch_has_begun_hears_that_the_own_telephone_rings_until_that_attempt_is_over(
    database: Database, margot: Agent
) -> None:
    ref = ask(database, margot)
    attempt = place_attempt(database, ref, SOON)
    assert will_ring_own_phone(database, ref, at=SOON)
    end_attempt(database, attempt.channel_id, AttemptResult.AGENT_GONE, at=SOON)
    assert not will_ring_own_phone(database, ref, at=SOON)
    place_attempt(database, ref, SOON)  # the team's
    assert not will_ring_own_phone(database, ref, at=SOON)


@pytest.mark.parametrize("result", [AttemptResult.AGENT_GONE, AttemptResult.UNKNOWN])
def test_one_that_is_not_taken_goes_to_the_team_at_once_but_not_to_who_did_not_take_it(
    database: Database, margot: Agent, result: AttemptResult
) -> None:
    ref = ask(database, margot)
    end_attempt(database, place_attempt(database, ref, SOON).channel_id, result, at=SOON)
    assert [each.is_own_phone for each in find_due_callbacks(database, at=SOON, limit=5)] == [False]
    again = place_attempt(database, ref, SOON)
    assert again.sip_account is None
    assert callback_attempts.has_rejected_offer(database, again.channel_id, "p01")
    end_attempt(database, again.channel_id, AttemptResult.AGENT_GONE, at=SOON)
    third = place_attempt(database, ref, SOON + timedelta(minutes=1))
    assert not callback_attempts.has_rejected_offer(database, third.channel_id, "p01")


def test_when_the_operator_does_not_answer_it_waits_like_every_callback(database: Database, margot: Agent) -> None:
    ref = ask(database, margot)
    end_attempt(database, place_attempt(database, ref, SOON).channel_id, AttemptResult.LATE, at=SOON)
    assert find_due_callbacks(database, at=SOON, limit=5) == ()


def test_one_that_could_not_ring_soon_is_the_teams(database: Database, margot: Agent) -> None:
    ref = ask(database, margot)
    assert not will_ring_own_phone(database, ref, at=ONE_MINUTE_LATER)
    assert [each.is_own_phone for each in find_due_callbacks(database, at=ONE_MINUTE_LATER, limit=5)] == [False]
    assert place_attempt(database, ref).sip_account is None


def test_an_agent_who_has_left_is_not_rung(database: Database, margot: Agent) -> None:
    ref = ask(database, margot)
    agents.remove_agent(database, margot.id, password="another", at=SOON)
    assert not will_ring_own_phone(database, ref, at=SOON)
    assert place_attempt(database, ref, SOON).sip_account is None


def test_while_callbacks_are_paused_no_own_telephone_rings(database: Database, margot: Agent) -> None:
    ref = ask(database, margot)
    switches.set_override(database, OverrideName.CALLBACKS, True, by="test", at=NOON)
    assert not will_ring_own_phone(database, ref, at=SOON)
    assert find_due_callbacks(database, at=SOON, limit=5) == ()


def test_a_number_on_the_do_not_call_list_is_not_dialled_when_the_agent_has_answered(
    database: Database, margot: Agent
) -> None:
    ref = ask(database, margot)
    attempt = place_attempt(database, ref, SOON)
    do_not_call.add_do_not_call(database, "+33639980001", "letter", "anne", SOON)
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=SOON) is None
    assert callback_state(database, ref) is CallbackState.UNRUNG
