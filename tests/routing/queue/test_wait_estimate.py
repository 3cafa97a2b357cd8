"""The expected wait, and which agents may be rung after a wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.plan.model import OTHER_LANGUAGES_LEVEL as OTHERS
from routing.plan.model import RANKS, EscalationStep
from routing.queue.penalties import WRAPUP_PENALTY, is_eligible, max_penalty, member_penalty, reachable_levels
from routing.queue.wait_estimate import estimate_position, estimate_wait_s, wait_prompt_key, wait_prompt_texts


def test_a_caller_for_whom_an_agent_is_free_does_not_wait():
    assert estimate_wait_s(position=2, ready=2, logged_in=5, mean_handling_s=180) == 0
    assert estimate_wait_s(position=1, ready=1, logged_in=1, mean_handling_s=0) == 0


def test_the_next_caller_waits_for_the_first_of_five_calls_to_end():
    assert estimate_wait_s(position=1, ready=0, logged_in=5, mean_handling_s=180) == 36
    assert estimate_wait_s(position=4, ready=1, logged_in=5, mean_handling_s=180) == 3 * 36


@pytest.mark.parametrize(
    ("position", "logged_in", "mean_handling_s"),
    [(1, 0, 180), (1, 5, 0), (0, 5, 180)],
    ids=["no agents", "no calls", "no position"],
)
def test_a_wait_that_cannot_be_known_is_not_estimated(position, logged_in, mean_handling_s):
    assert estimate_wait_s(position, 0, logged_in, mean_handling_s) is None


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 60), st.integers(0, 60), st.floats(0, 3600, width=32))
def test_a_caller_further_back_never_has_a_shorter_estimate(near, far, ready, logged_in, mean_handling_s):
    near, far = sorted((near, far))
    unknown = float("inf")
    waits = [estimate_wait_s(position, ready, logged_in, mean_handling_s) for position in (near, far)]
    first, second = (unknown if wait is None else wait for wait in waits)
    assert 0 <= first <= second


@pytest.mark.parametrize(
    ("estimate", "key"),
    [(0, "wait-under-1"), (60, "wait-under-1"), (61, "wait-under-2"), (200, "wait-under-5"), (1801, "wait-over-30")],
)
def test_the_announced_wait_is_rounded_up(estimate, key):
    assert wait_prompt_key(estimate) == key


@given(st.floats(0, 1e6))
def test_each_wait_has_its_prompt(estimate):
    assert set(wait_prompt_texts()[wait_prompt_key(estimate)]) == {"fr", "en"}


ESCALATION = (EscalationStep(2, 30), EscalationStep(3, 60))


@pytest.mark.parametrize(
    ("waited_s", "levels"),
    [(0, (1,)), (29.9, (1,)), (30, (1, 2)), (59, (1, 2)), (60, (1, 2, 3, OTHERS)), (999, (1, 2, 3, OTHERS))],
)
def test_more_levels_open_the_longer_a_caller_waits(waited_s, levels):
    assert reachable_levels(ESCALATION, waited_s) == levels


def test_without_steps_all_levels_are_open_at_once():
    assert reachable_levels((), 0) == (1, 2, 3, OTHERS)


def test_a_level_without_a_step_opens_with_the_level_before_it():
    assert reachable_levels((EscalationStep(2, 30),), 0) == (1,)
    assert reachable_levels((EscalationStep(2, 30),), 30) == (1, 2, 3, OTHERS)
    assert reachable_levels((EscalationStep(3, 60),), 0) == (1, 2)
    assert reachable_levels((EscalationStep(OTHERS, 60),), 0) == (1, 2, 3)


def test_agents_who_do_not_speak_the_language_come_after_all_who_do():
    speakers, others = [[member_penalty(rank, speaks=speaks) for rank in RANKS] for speaks in (True, False)]
    assert sorted(speakers + others) == speakers + others == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("waited_s", "highest"), [(0, 0), (30, 1), (60, 2), (90, 5)])
def test_the_highest_penalty_follows_the_open_levels(waited_s, highest):
    assert max_penalty((*ESCALATION, EscalationStep(OTHERS, 90)), waited_s) == highest


def test_every_rank_counts_from_the_beginning_and_other_languages_when_they_may_be_rung():
    escalation = (*ESCALATION, EscalationStep(OTHERS, 90))
    assert [is_eligible(member_penalty(3, speaks=True), escalation, waited_s) for waited_s in (0, 90)] == [True, True]
    assert [is_eligible(member_penalty(1, speaks=False), escalation, waited_s) for waited_s in (0, 89.9, 90)] == [
        False,
        False,
        True,
    ]


def test_an_agent_who_lengthens_their_wrapup_is_still_waited_for_and_no_caller_reaches_them():
    escalation = (*ESCALATION, EscalationStep(OTHERS, 90))
    speaker, other = (member_penalty(1, speaks=speaks) + WRAPUP_PENALTY for speaks in (True, False))
    assert [is_eligible(penalty, escalation, 0) for penalty in (speaker, other)] == [True, False]
    assert min(speaker, other) > max_penalty(escalation, 10_000)


@pytest.mark.parametrize(("position", "others", "place"), [(1, [], 1), (3, [0], 3), (3, [2], 5), (3, [9], 6)])
def test_queues_of_one_team_advance_at_the_same_rate(position, others, place):
    assert estimate_position(position, others) == place
