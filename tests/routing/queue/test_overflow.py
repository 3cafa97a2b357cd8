"""When a call is handed over to an overflow centre, and its destinations."""

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Destination
from routing.plan.model import OverflowCentre, OverflowPlan, OverflowRule, OverflowTrigger, Plan
from routing.queue.overflow import OverflowDecision, decide_overflow, list_destinations
from routing.queue.queue_state import QueueState
from routing.shares import share_draw

NORTH = OverflowCentre("north", "+33199000050", None, "+33199000000")
CALM = QueueState(
    logged_in=5,
    ready=2,
    waiting=1,
    longest_wait_s=12,
    estimated_wait_s=30,
    is_open=True,
    overflow_forced=False,
    draw=0.5,
)


def rule(text: str) -> OverflowRule:
    when, _, value = text.partition(" ")
    return OverflowRule(OverflowTrigger(when), int(value) if value else None)


def decision(*rules: str, **changes: object) -> str:
    plan = OverflowPlan(tuple(map(rule, rules)), (NORTH,))
    return str(decide_overflow(plan, replace(CALM, **changes)))


@pytest.mark.parametrize(
    ("when", "changes", "words"),
    [
        ("nobody-logged-in", {"logged_in": 0, "ready": 0}, "nobody logged in, 0 staff ready of 0"),
        ("nobody-ready", {"ready": 0}, "nobody ready, 0 staff ready of 5"),
        ("closed", {"is_open": False, "logged_in": 0, "ready": 0}, "closed, 0 staff ready of 0"),
        ("waiting-above 10", {"waiting": 11}, "11 waiting > 10, 2 staff ready of 5"),
        ("longest-wait-above-s 90", {"longest_wait_s": 94}, "longest wait 94 s > 90 s, 2 staff ready of 5"),
        ("longest-wait-above-s 90", {"longest_wait_s": 90.2}, "longest wait 91 s > 90 s, 2 staff ready of 5"),
        ("estimated-wait-above-s 60", {"estimated_wait_s": 75}, "estimated wait 75 s > 60 s, 2 staff ready of 5"),
        ("share-percent 20", {"draw": 0.19}, "within the share of 20 %, 2 staff ready of 5"),
    ],
)
def test_each_rule_that_matches_hands_over_and_gives_the_reason(when, changes, words):
    assert decision(when, **changes) == f"handed over: {words}"


@pytest.mark.parametrize(
    ("when", "changes"),
    [
        ("nobody-logged-in", {"logged_in": 1, "ready": 0}),
        ("nobody-ready", {"ready": 1}),
        ("closed", {}),
        ("waiting-above 10", {"waiting": 10}),
        ("longest-wait-above-s 90", {"longest_wait_s": 90}),
        ("estimated-wait-above-s 60", {"estimated_wait_s": 60}),
        ("estimated-wait-above-s 0", {"estimated_wait_s": None}),
        ("share-percent 20", {"draw": 0.2}),
    ],
)
def test_a_rule_does_not_match_at_exactly_its_threshold_or_when_its_value_is_unknown(when, changes):
    assert decision(when, **changes).startswith("stays: no rule holds, ")


def test_a_call_that_stays_has_a_reason():
    assert decision("waiting-above 10", estimated_wait_s=None) == (
        "stays: no rule holds, open, 1 waiting, longest wait 12 s, estimated wait unknown, 2 staff ready of 5"
    )


def test_when_several_rules_match_the_first_one_is_the_reason():
    changes = {"waiting": 20, "longest_wait_s": 200}
    assert decision("longest-wait-above-s 90", "waiting-above 10", **changes).startswith("handed over: longest wait")
    assert decision("waiting-above 10", "longest-wait-above-s 90", **changes).startswith("handed over: 20 waiting")


def test_the_manual_override_hands_over_every_call():
    assert decision(overflow_forced=True) == "handed over: switched to overflow by hand, 2 staff ready of 5"
    assert decision(overflow_forced=True, is_open=False).startswith("handed over: switched")


def test_without_a_centre_every_call_stays():
    plan = OverflowPlan((rule("nobody-ready"),))
    assert decide_overflow(plan, replace(CALM, ready=0, overflow_forced=True)) == OverflowDecision(
        False, "no overflow centre in the plan, 0 staff ready of 5"
    )


def test_while_closed_only_the_rule_for_closed_counts():
    closed = {"is_open": False, "logged_in": 0, "ready": 0, "draw": 0.0}
    assert decision("nobody-logged-in", "nobody-ready", "share-percent 100", **closed).startswith(
        "stays: no rule holds, cl"
    )
    assert decision("nobody-logged-in", "closed", **closed).startswith("handed over: closed")


@pytest.mark.parametrize("percent", [1, 20, 50, 99])
def test_the_share_of_calls_is_within_its_confidence_interval(percent: int):
    plan = OverflowPlan((OverflowRule(OverflowTrigger.SHARE_OF_CALLS, percent),), (NORTH,))
    calls = [f"{1900000000 + 7 * number}.{number}" for number in range(1000)]
    handed_over = sum(decide_overflow(plan, replace(CALM, draw=share_draw(ref))).hand_over for ref in calls)
    share = percent / 100
    # 99.9 % of fair draws of 1,000 fall within 3.29 standard deviations.
    assert abs(handed_over - 1000 * share) <= 3.29 * sqrt(1000 * share * (1 - share))


def test_a_call_has_the_same_draw_at_each_question():
    plan = OverflowPlan((OverflowRule(OverflowTrigger.SHARE_OF_CALLS, 20),), (NORTH,))
    for ref in (f"1900000000.{number}" for number in range(50)):
        decisions = {decide_overflow(plan, replace(CALM, draw=share_draw(ref), waiting=second)) for second in range(60)}
        assert len({decision.hand_over for decision in decisions}) == 1


def test_a_share_of_100_percent_is_every_call():
    assert decision("share-percent 100", draw=1 - 2**-48).startswith("handed over")
    assert all(0 <= share_draw(str(number)) < 1 for number in range(1000))


rules = st.builds(OverflowRule, st.sampled_from(OverflowTrigger), st.integers(0, 300))
seconds = st.floats(0, 1e6)
queue_states = st.builds(
    QueueState,
    logged_in=st.integers(0, 60),
    ready=st.integers(0, 60),
    waiting=st.integers(0, 500),
    longest_wait_s=seconds,
    estimated_wait_s=st.none() | seconds,
    is_open=st.booleans(),
    overflow_forced=st.booleans(),
    draw=st.floats(0, 1, exclude_max=True),
)


@given(rules=st.lists(rules, max_size=7), centres=st.sampled_from([(), (NORTH,)]), state=queue_states)
def test_every_state_has_destinations_that_end(default_plan: Plan, rules, centres, state: QueueState):
    plan = replace(default_plan, overflow=OverflowPlan(tuple(rules), centres))
    destinations = list_destinations(plan, state)
    assert destinations[-1] is Destination.VOICEMAIL  # needs neither an agent nor a number
    assert Destination.GOODBYE not in destinations
    assert len(set(destinations)) == len(destinations)
    # Waiting needs a logged-in agent and ends; overflow needs a centre and ends.
    if Destination.STAFF in destinations:
        assert state.logged_in > 0 and state.is_open
        assert 0 < plan.staff.max_wait_s <= 3600
    if Destination.OVERFLOW in destinations:
        assert plan.overflow.centres
        assert all(0 < centre.ring_s <= 120 for centre in plan.overflow.centres)
    assert (Destination.OVERFLOW in destinations) is decide_overflow(plan.overflow, state).hand_over


@given(rules=st.lists(rules, max_size=7), state=queue_states)
def test_every_decision_is_one_short_line(rules, state):
    text = str(decide_overflow(OverflowPlan(tuple(rules), (NORTH,)), state))
    assert text.startswith(("handed over: ", "stays: "))
    assert text.isprintable() and len(text) < 160
