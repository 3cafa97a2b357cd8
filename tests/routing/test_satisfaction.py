"""Which calls are asked about their satisfaction, and what their answers come to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.satisfaction import (
    ASK_AGAIN_AFTER,
    SatisfactionQuestion,
    SatisfactionRules,
    is_drawn,
    may_ask,
    week_of,
)
from routing.satisfaction_figures import AnswerCount, Dimension, Group, SurveyCount, sum_by
from routing.shares import share_draw

QUESTIONS = (SatisfactionQuestion("welcome", {"fr": "Bien ?"}),)
NOW = datetime(2030, 3, 4, 11, tzinfo=UTC)
REFS = [f"{1763757623 + n}.{n}" for n in range(4000)]


def rules(share: int) -> SatisfactionRules:
    return SatisfactionRules(share, questions=QUESTIONS)


@settings(max_examples=examples(20))
@given(share=st.integers(0, 100))
def test_the_share_is_that_of_the_plan_and_never_of_a_surcharged_number(share: int) -> None:
    drawn = sum(is_drawn(rules(share), ref, surcharged=False) for ref in REFS)
    assert drawn == pytest.approx(len(REFS) * share / 100, abs=0.03 * len(REFS))
    assert not any(is_drawn(rules(share), ref, surcharged=True) for ref in REFS[:50])
    assert share not in (0, 100) or drawn == len(REFS) * share / 100


@settings(max_examples=examples(30))
@given(lower=st.integers(0, 100), higher=st.integers(0, 100), ref=st.sampled_from(REFS))
def test_a_greater_share_asks_everybody_whom_a_smaller_one_asks(lower: int, higher: int, ref: str) -> None:
    lower, higher = sorted((lower, higher))
    assert is_drawn(rules(higher), ref, surcharged=False) or not is_drawn(rules(lower), ref, surcharged=False)


def test_the_draw_is_not_that_of_overflow() -> None:
    """Of the calls in the lower half of the one draw, about half are in the lower half of the other."""
    overflowing = [ref for ref in REFS if share_draw(ref) < 0.5]
    both = sum(is_drawn(rules(50), ref, surcharged=False) for ref in overflowing)
    assert both == pytest.approx(len(overflowing) / 2, rel=0.1)


def test_nobody_is_asked_without_a_question() -> None:
    assert not is_drawn(SatisfactionRules(100), "1.1", surcharged=False)


def test_nobody_is_asked_twice_in_a_month_or_after_a_refusal() -> None:
    assert may_ask(NOW, None, None)
    assert not may_ask(NOW, NOW - ASK_AGAIN_AFTER + timedelta(seconds=1), None)
    assert may_ask(NOW, NOW - ASK_AGAIN_AFTER, None)
    assert not may_ask(NOW, NOW - timedelta(days=900), NOW - timedelta(days=900))
    assert timedelta(days=31) <= ASK_AGAIN_AFTER  # the longest month


def test_a_week_begins_on_monday_by_the_clock_of_the_organisation() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert week_of(datetime(2030, 3, 3, 22, 59, tzinfo=UTC), paris) == date(2030, 2, 25)
    assert week_of(datetime(2030, 3, 3, 23, 0, tzinfo=UTC), paris) == date(2030, 3, 4)


GROUPS = st.builds(
    Group,
    st.sampled_from([date(2030, 3, 4), date(2030, 3, 11)]),
    st.integers(1, 2),
    st.sampled_from([None, "billing"]),
    st.sampled_from([None, "north"]),
)


@settings(max_examples=examples(30))
@given(
    surveys=st.lists(st.builds(SurveyCount, GROUPS, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))),
    answers=st.lists(
        st.builds(
            AnswerCount, GROUPS, st.sampled_from(["a", "b"]), st.integers(1, 9), st.integers(1, 45), st.integers(0, 9)
        )
    ),
    by=st.sampled_from([*Dimension]),
)
def test_the_parts_make_the_whole(surveys: list[SurveyCount], answers: list[AnswerCount], by: Dimension) -> None:
    parts = sum_by(by, surveys, answers).values()
    whole = sum_by(None, surveys, answers).get(None)
    assert sum(part.asked for part in parts) == (whole.asked if whole else 0)
    for name in ("a", "b"):
        counts = [part.questions[name] for part in parts if name in part.questions]
        total = whole.questions.get(name) if whole else None
        assert sum(each.total for each in counts) == (total.total if total else 0)
        assert sum(each.count for each in counts) == (total.count if total else 0)
