"""Which overrides are in force for a number at an instant."""

from datetime import UTC, datetime, timedelta

from routing.overrides import (
    NO_OVERRIDES,
    ManualOverrides,
    Override,
    OverrideName,
    find_overrides,
    round_end,
    words_prompt_key,
)

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER, OTHER = "+33199000000", "+33199000001"


def test_an_override_for_all_numbers_concerns_each_and_one_for_a_number_that_alone() -> None:
    everywhere, here = Override(OverrideName.OVERFLOW, since=NOON), Override(OverrideName.CLOSED, NUMBER, NOON)
    assert find_overrides([everywhere, here], NUMBER, NOON) == ManualOverrides(closed=here, overflow=everywhere)
    assert find_overrides([everywhere, here], OTHER, NOON) == ManualOverrides(overflow=everywhere)


def test_an_override_is_over_at_its_end_to_the_second() -> None:
    closed = Override(OverrideName.CLOSED, since=NOON, ends_at=NOON + HOUR)
    assert find_overrides([closed], NUMBER, NOON + HOUR - timedelta(seconds=1)).closed == closed
    assert find_overrides([closed], NUMBER, NOON + HOUR) == NO_OVERRIDES


def test_one_number_stays_open_while_all_are_closed_and_the_other_way_round() -> None:
    open_here = Override(OverrideName.OPEN, NUMBER, NOON)
    closed = Override(OverrideName.CLOSED, since=NOON + HOUR)  # later, but for all
    assert find_overrides([closed, open_here], NUMBER, NOON) == ManualOverrides(opened=open_here)
    assert find_overrides([closed, open_here], OTHER, NOON) == ManualOverrides(closed=closed)
    closed_here, opened = Override(OverrideName.CLOSED, NUMBER, NOON), Override(OverrideName.OPEN, since=NOON + HOUR)
    assert find_overrides([opened, closed_here], NUMBER, NOON).closed == closed_here


def test_the_end_of_the_narrower_override_lets_the_wider_one_decide_again() -> None:
    closed_here = Override(OverrideName.CLOSED, NUMBER, NOON, NOON + HOUR, words="override-1")
    closed = Override(OverrideName.CLOSED, since=NOON)
    assert find_overrides([closed_here, closed], NUMBER, NOON).closed == closed_here
    assert find_overrides([closed_here, closed], NUMBER, NOON + HOUR).closed == closed


def test_other_words_have_another_prompt_and_the_same_ones_the_same() -> None:
    assert words_prompt_key({"fr": "a", "en": "b"}) == words_prompt_key({"en": "b", "fr": "a"})
    assert words_prompt_key({"fr": "a"}) != words_prompt_key({"fr": "b"})


def test_an_end_is_a_full_minute_and_never_earlier() -> None:
    assert round_end(NOON) == NOON
    assert round_end(NOON + timedelta(microseconds=1)) == NOON + timedelta(minutes=1)
    assert round_end(NOON + timedelta(seconds=59)) == NOON + timedelta(minutes=1)
