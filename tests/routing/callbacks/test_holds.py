"""Holds: no slot, no start and no expiry of a callback falls into one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks.holds import Hold, end_holds, has_open_end, is_held, list_free_parts, next_callable
from routing.callbacks.retry import next_attempt_at
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import (
    RENEWAL,
    TimeSlot,
    dial_window,
    earliest_start,
    expiry_time,
    is_slot_available,
    list_available_slots,
    renewed_expiry,
)
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN, OpeningHours, Span

PARIS = ZoneInfo("Europe/Paris")
RULES = CallbackRules()
OFFICE = Calendar(OpeningHours(week=(*[(Span(9 * 60, 17 * 60),)] * 5, (), ())), PARIS)
ALWAYS = Calendar(ALWAYS_OPEN, PARIS)
MONDAY = datetime(2030, 1, 7, 11, tzinfo=UTC)  # noon in Paris
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


ELECTION = Hold(paris("2030-01-11 00:00"), paris("2030-01-13 20:00"))  # from Friday to Sunday evening


def test_no_time_slot_touches_a_hold() -> None:
    hold = Hold(paris("2030-01-08 10:15"), paris("2030-01-08 14:00"))
    found = list_available_slots(CallbackTerms(RULES, OFFICE, (hold,)), MONDAY, {})
    tuesday = [f"{slot.start.astimezone(PARIS):%H:%M}" for slot in found if slot.start.astimezone(PARIS).day == 8]

    assert tuesday == ["09:00", "09:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
    touched = TimeSlot(paris("2030-01-08 10:00"), paris("2030-01-08 10:30"))
    assert not is_slot_available(CallbackTerms(RULES, OFFICE, (hold,)), MONDAY, touched, 0)
    assert is_slot_available(CallbackTerms(RULES, OFFICE), MONDAY, touched, 0)


def test_no_time_slot_is_offered_while_nobody_knows_when_a_hold_ends() -> None:
    assert list_available_slots(CallbackTerms(RULES, OFFICE, (Hold(MONDAY - HOUR),)), MONDAY, {}) == ()


def test_as_soon_as_possible_begins_after_the_hold_and_inside_opening_hours() -> None:
    friday = paris("2030-01-11 10:00")

    assert earliest_start(OFFICE, friday, (ELECTION,)) == paris("2030-01-14 09:00")
    assert earliest_start(ALWAYS, friday, (ELECTION,)) == paris("2030-01-13 20:00")
    assert earliest_start(OFFICE, MONDAY, (ELECTION,)) == MONDAY


def test_holds_that_follow_each_other_are_passed_one_after_the_other() -> None:
    holds = (Hold(MONDAY - HOUR, MONDAY + HOUR), Hold(MONDAY, MONDAY + 3 * HOUR), Hold(MONDAY + 3 * HOUR, MONDAY + DAY))

    assert next_callable(ALWAYS, holds, MONDAY) == MONDAY + DAY
    assert next_callable(ALWAYS, (*holds, Hold(MONDAY + DAY)), MONDAY) is None


def test_the_time_in_a_hold_does_not_count_for_the_expiry() -> None:
    thursday = paris("2030-01-10 12:00")

    assert expiry_time(CallbackTerms(RULES, ALWAYS, (ELECTION,)), thursday) == paris("2030-01-15 08:00")
    # Friday is held as a whole, Saturday and Sunday do not open: 12 hours on Thursday, 24 on Monday, 12 on Tuesday.
    assert expiry_time(CallbackTerms(RULES, OFFICE, (ELECTION,)), thursday) == paris("2030-01-15 12:00")


def test_a_day_whose_opening_hours_are_all_held_does_not_count() -> None:
    morning = Calendar(OpeningHours(week=((Span(9 * 60, 12 * 60),),) * 7), PARIS)
    holds = tuple(Hold(paris(f"2030-01-{day:02} 08:00"), paris(f"2030-01-{day:02} 12:00")) for day in range(8, 13))

    assert expiry_time(CallbackTerms(RULES, morning, holds), MONDAY) == paris("2030-01-14 12:00")


def test_a_callback_does_not_expire_while_a_hold_without_a_known_end_lasts() -> None:
    terms, clock = CallbackTerms(RULES, ALWAYS, (Hold(MONDAY + HOUR),)), 2 * HOUR

    for later in (2 * HOUR, DAY, 30 * DAY):
        assert renewed_expiry(terms, MONDAY, clock, MONDAY + later) == MONDAY + later + RENEWAL + HOUR
    ended = CallbackTerms(RULES, ALWAYS, (Hold(MONDAY + HOUR, MONDAY + 30 * DAY),))
    assert renewed_expiry(ended, MONDAY, clock, MONDAY + 31 * DAY) == MONDAY + 30 * DAY + HOUR


def test_a_callback_accepted_in_a_hold_without_a_known_end_waits() -> None:
    window = dial_window(CallbackTerms(RULES, OFFICE, (Hold(MONDAY - HOUR),)), None, MONDAY)

    assert (window.not_before, window.clock_from) == (MONDAY, MONDAY)
    assert window.expires_at == paris("2030-01-09 13:00")


def test_a_visitor_who_was_not_reached_is_tried_again_after_the_hold() -> None:
    ended = paris("2030-01-10 23:55")

    assert next_attempt_at(CallbackTerms(RULES, ALWAYS, (ELECTION,)), 1, ended) == ELECTION.ends_at


def test_a_hold_lasts_from_its_beginning_to_before_its_end() -> None:
    hold = Hold(MONDAY, MONDAY + HOUR)

    assert [is_held([hold], MONDAY + minutes * timedelta(minutes=1)) for minutes in (-1, 0, 59, 60)] == [
        False,
        True,
        True,
        False,
    ]
    assert not has_open_end([hold], MONDAY)
    assert has_open_end([hold, Hold(MONDAY)], MONDAY)
    assert not has_open_end([Hold(MONDAY)], MONDAY - HOUR)


hours = st.integers(0, 400).map(lambda count: MONDAY + count * HOUR)
known_holds = st.lists(
    st.tuples(hours, st.integers(1, 60)).map(lambda each: Hold(each[0], each[0] + each[1] * HOUR)), max_size=5
)


@given(known_holds, hours, st.sampled_from([ALWAYS, OFFICE]))
def test_a_callback_could_be_made_for_as_long_as_its_clock_counts(
    holds: list[Hold], start: datetime, calendar: Calendar
) -> None:
    terms = CallbackTerms(RULES, calendar, tuple(holds))
    begins = earliest_start(calendar, start, terms.holds)
    expires = expiry_time(terms, begins)

    assert not is_held(holds, begins)
    assert calendar.is_open(begins)
    free = sum((end - begin for begin, end in list_free_parts(holds, begins, expires)), timedelta())
    assert free >= timedelta(hours=RULES.expires_h)
    if calendar is ALWAYS:
        assert free == timedelta(hours=RULES.expires_h)


@pytest.mark.parametrize(("ends_at", "then"), [(None, MONDAY), (MONDAY + DAY, MONDAY + DAY)])
def test_a_hold_without_an_end_can_be_taken_to_end_now(ends_at: datetime | None, then: datetime) -> None:
    assert end_holds([Hold(MONDAY - HOUR, ends_at)], MONDAY) == (Hold(MONDAY - HOUR, then),)
    assert end_holds([Hold(MONDAY)], MONDAY) == ()
