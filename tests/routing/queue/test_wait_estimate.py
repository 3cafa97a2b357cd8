import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.plan.model import OTHER_LANGUAGES_LEVEL as OTHERS
from routing.plan.model import RANKS, EscalationStep
from routing.queue.penalties import is_eligible, max_penalty, member_penalty, reachable_levels
from routing.queue.wait_estimate import estimate_position, estimate_wait_s, wait_prompt_key, wait_prompt_texts


def test_who_meets_a_free_person_waits_no_time():
    assert estimate_wait_s(position=2, ready=2, logged_in=5, mean_handling_s=180) == 0
    assert estimate_wait_s(position=1, ready=1, logged_in=1, mean_handling_s=0) == 0


def test_who_is_next_waits_for_the_first_of_five_talks_to_end():
    assert estimate_wait_s(position=1, ready=0, logged_in=5, mean_handling_s=180) == 36
    assert estimate_wait_s(position=4, ready=1, logged_in=5, mean_handling_s=180) == 3 * 36


@pytest.mark.parametrize(
    ("position", "logged_in", "mean_talk_s"), [(1, 0, 180), (1, 5, 0), (0, 5, 180)], ids=["nobody", "no talks", "none"]
)
def test_what_nobody_can_know_is_not_guessed(position, logged_in, mean_talk_s):
    assert estimate_wait_s(position, 0, logged_in, mean_talk_s) is None


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 60), st.integers(0, 60), st.floats(0, 3600, width=32))
def test_who_stands_further_back_is_never_promised_less(near, far, ready, logged_in, mean_talk_s):
    near, far = sorted((near, far))
    unknown = float("inf")
    waits = [estimate_wait_s(position, ready, logged_in, mean_talk_s) for position in (near, far)]
    first, second = (unknown if wait is None else wait for wait in waits)
    assert 0 <= first <= second


@pytest.mark.parametrize(
    ("estimate", "key"),
    [(0, "wait-under-1"), (60, "wait-under-1"), (61, "wait-under-2"), (200, "wait-under-5"), (1801, "wait-over-30")],
)
def test_a_wait_is_told_rounded_up(estimate, key):
    assert wait_prompt_key(estimate) == key


@given(st.floats(0, 1e6))
def test_each_wait_has_its_sentence(estimate):
    assert set(wait_prompt_texts()[wait_prompt_key(estimate)]) == {"fr", "en"}


RELAX = (EscalationStep(2, 30), EscalationStep(3, 60))


@pytest.mark.parametrize(
    ("waited_s", "levels"),
    [(0, (1,)), (29.9, (1,)), (30, (1, 2)), (59, (1, 2)), (60, (1, 2, 3, OTHERS)), (999, (1, 2, 3, OTHERS))],
)
def test_more_of_the_team_are_reached_the_longer_a_caller_waits(waited_s, levels):
    assert reachable_levels(RELAX, waited_s) == levels


def test_without_steps_everybody_is_reached_at_once():
    assert reachable_levels((), 0) == (1, 2, 3, OTHERS)


def test_a_level_without_a_step_opens_with_the_one_before_it():
    assert reachable_levels((EscalationStep(2, 30),), 0) == (1,)
    assert reachable_levels((EscalationStep(2, 30),), 30) == (1, 2, 3, OTHERS)
    assert reachable_levels((EscalationStep(3, 60),), 0) == (1, 2)
    assert reachable_levels((EscalationStep(OTHERS, 60),), 0) == (1, 2, 3)


def test_whoever_does_not_speak_the_language_comes_after_everybody_who_does():
    speakers, others = [[member_penalty(rank, speaks=speaks) for rank in RANKS] for speaks in (True, False)]
    assert sorted(speakers + others) == speakers + others == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("waited_s", "highest"), [(0, 0), (30, 1), (60, 2), (90, 5)])
def test_asterisk_is_told_the_same_by_penalties(waited_s, highest):
    assert max_penalty((*RELAX, EscalationStep(OTHERS, 90)), waited_s) == highest


def test_a_higher_rank_counts_from_the_beginning_and_another_language_when_it_may_be_rung():
    relax = (*RELAX, EscalationStep(OTHERS, 90))
    assert [is_eligible(member_penalty(3, speaks=True), relax, waited_s) for waited_s in (0, 90)] == [True, True]
    assert [is_eligible(member_penalty(1, speaks=False), relax, waited_s) for waited_s in (0, 89.9, 90)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("position", "others", "place"), [(1, [], 1), (3, [0], 3), (3, [2], 5), (3, [9], 6)])
def test_of_lines_that_are_served_alike_each_moves_at_the_same_pace(position, others, place):
    assert estimate_position(position, others) == place
