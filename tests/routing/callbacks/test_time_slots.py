"""When visitors can be called back: at night, on holidays, and on the two days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks.retry import next_attempt_at
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot, earliest_start, expiry_time, is_slot_available, list_available_slots
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN, OpeningHours, Span, SpecialDay
from routing.hours.public_holidays import HolidayZone

PARIS = ZoneInfo("Europe/Paris")
DAY = (Span(9 * 60, 12 * 60 + 30), Span(13 * 60 + 30, 18 * 60))
OFFICE = OpeningHours(week=(*[DAY] * 5, (), ()), holiday_zone=HolidayZone.METROPOLITAN)
NEVER = OpeningHours(week=((),) * 7)
RULES = CallbackRules()

FIRST = datetime(2029, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
edges = st.sets(st.integers(0, 1440), min_size=2, max_size=6).map(sorted)
days = edges.map(lambda found: tuple(Span(*pair) for pair in zip(found[::2], found[1::2], strict=False)))
calendars = st.builds(lambda week: OpeningHours(week=tuple(week)), st.lists(days, min_size=7, max_size=7))
lengths = st.sampled_from([10, 15, 20, 30, 60])


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def starts(hours: OpeningHours, now: datetime, rules: CallbackRules = RULES) -> list[str]:
    return [
        f"{slot.start.astimezone(PARIS):%m-%d %H:%M}"
        for slot in list_available_slots(CallbackTerms(rules, Calendar(hours, PARIS)), now, {})
    ]


@given(calendars, moments, lengths)
def test_every_time_slot_is_open_for_its_whole_length(hours: OpeningHours, now: datetime, length: int) -> None:
    rules = CallbackRules(slot_min=length, days_ahead=2)
    found = list_available_slots(CallbackTerms(rules, Calendar(hours, PARIS)), now, {})

    assert list(found) == sorted(set(found))
    for slot in found:
        assert slot.start.tzinfo is UTC
        assert slot.end - slot.start == timedelta(minutes=length)
        assert slot.start >= now + timedelta(minutes=rules.lead_min)
        minutes = (slot.start + timedelta(minutes=minute) for minute in range(length))
        assert all(Calendar(hours, PARIS).is_open(minute) for minute in minutes)
        assert is_slot_available(CallbackTerms(rules, Calendar(hours, PARIS)), now, slot, 0)


@given(calendars, moments, st.integers(1, 5), st.integers(1, 60))
def test_the_next_attempt_is_after_its_pause_and_inside_opening_hours(
    hours: OpeningHours, ended: datetime, attempts_made: int, pause: int
) -> None:
    rules = CallbackRules(attempts=4, retry_after_min=(pause, 2 * pause))
    again = next_attempt_at(CallbackTerms(rules, Calendar(hours, PARIS)), attempts_made, ended)

    if attempts_made >= 4 or not any(hours.week):
        assert again is None
    elif again is not None:
        assert again >= ended + timedelta(minutes=pause if attempts_made == 1 else 2 * pause)
        assert Calendar(hours, PARIS).is_open(again)


def test_at_night_the_first_slot_and_the_earliest_start_are_at_the_opening() -> None:
    night = paris("2030-01-07T23:10")  # a Monday

    assert starts(OFFICE, night)[:2] == ["01-08 09:00", "01-08 09:30"]
    assert earliest_start(Calendar(OFFICE, PARIS), night) == paris("2030-01-08T09:00")


def test_during_opening_hours_the_earliest_start_is_now_and_slots_have_a_lead() -> None:
    late = paris("2030-01-07T11:40")

    assert earliest_start(Calendar(OFFICE, PARIS), late) == late
    assert starts(OFFICE, late)[:2] == ["01-07 13:30", "01-07 14:00"]  # 12:00 to 12:30 begins in less than 30 minutes
    assert starts(OFFICE, paris("2030-01-07T11:30"))[0] == "01-07 12:00"


def test_a_public_holiday_and_a_special_day_have_no_slots() -> None:
    before = paris("2030-04-30T19:00")  # Tuesday; the 1st of May is a holiday
    closed = OpeningHours(OFFICE.week, OFFICE.holiday_zone, {date(2030, 5, 2): SpecialDay()})

    assert starts(OFFICE, before)[0] == "05-02 09:00"
    assert starts(closed, before)[0] == "05-03 09:00"
    assert earliest_start(Calendar(closed, PARIS), before) == paris("2030-05-03T09:00")


def test_a_full_slot_is_not_available() -> None:
    now, full = paris("2030-01-07T23:10"), paris("2030-01-08T09:00")
    slot = TimeSlot(full, full + timedelta(minutes=30))

    found = list_available_slots(
        CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
        now,
        {full: RULES.per_slot, paris("2030-01-08T09:30"): RULES.per_slot - 1},
    )
    assert found[0].start == paris("2030-01-08T09:30")
    assert not is_slot_available(CallbackTerms(RULES, Calendar(OFFICE, PARIS)), now, slot, RULES.per_slot)


def test_a_period_that_is_not_a_slot_is_not_available() -> None:
    now, start = paris("2030-01-07T23:10"), paris("2030-01-08T09:00")
    half_hour = timedelta(minutes=30)

    for wrong in (
        TimeSlot(start, start + 2 * half_hour),  # another length
        TimeSlot(start + timedelta(minutes=1), start + half_hour + timedelta(minutes=1)),
        TimeSlot(paris("2030-01-07T18:00"), paris("2030-01-07T18:30")),  # over, and closed
        TimeSlot(paris("2030-01-08T20:00"), paris("2030-01-08T20:30")),  # closed
        TimeSlot(start + timedelta(days=14), start + timedelta(days=14) + half_hour),  # too far
    ):
        assert not is_slot_available(CallbackTerms(RULES, Calendar(OFFICE, PARIS)), now, wrong, 0)


def test_the_hour_that_spring_skips_has_no_slot() -> None:
    found = starts(ALWAYS_OPEN, paris("2030-03-31T00:20"), CallbackRules(days_ahead=0, lead_min=0))

    assert [slot[6:] for slot in found[:7]] == ["00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]
    assert len(found) == 46 - 1


def test_the_hour_that_autumn_repeats_has_its_slots_twice() -> None:
    now = datetime.combine(date(2030, 10, 27), time(), PARIS).astimezone(UTC)
    found = list_available_slots(
        CallbackTerms(CallbackRules(days_ahead=0, lead_min=0), Calendar(ALWAYS_OPEN, PARIS)), now, {}
    )

    assert len(found) == 50
    assert [slot.start for slot in found] == [now + timedelta(minutes=30 * n) for n in range(50)]


def test_a_retry_after_closing_is_at_the_next_opening() -> None:
    ended = paris("2030-01-11T17:55")  # Friday

    assert next_attempt_at(CallbackTerms(RULES, Calendar(OFFICE, PARIS)), 1, ended) == paris("2030-01-14T09:00")
    assert next_attempt_at(CallbackTerms(RULES, Calendar(OFFICE, PARIS)), 2, ended) is None
    assert next_attempt_at(CallbackTerms(RULES, Calendar(NEVER, PARIS)), 1, ended) is None


def test_hours_that_never_open_have_no_slot() -> None:
    now = paris("2030-01-07T12:00")

    assert list_available_slots(CallbackTerms(RULES, Calendar(NEVER, PARIS)), now, {}) == ()
    assert earliest_start(Calendar(NEVER, PARIS), now) == now


@pytest.mark.parametrize(
    ("hours", "start", "expiry"),
    [
        (OFFICE, "2029-03-06 10:00", "2029-03-08 10:00"),
        (OFFICE, "2029-03-09 17:50", "2029-03-13 17:50"),  # a Friday
        (OFFICE, "2029-03-30 09:00", "2029-04-04 09:00"),  # Easter, and the night without an hour
        (ALWAYS_OPEN, "2029-03-09 17:50", "2029-03-11 17:50"),
        (NEVER, "2029-03-09 17:50", "2029-03-11 17:50"),
    ],
    ids=["two days", "over a weekend", "over Easter", "never closed", "never open"],
)
def test_days_that_do_not_open_do_not_count_for_the_expiry(hours: OpeningHours, start: str, expiry: str) -> None:
    assert expiry_time(CallbackTerms(RULES, Calendar(hours, PARIS)), paris(start)) == paris(expiry)


@given(calendars, moments)
def test_a_callback_never_expires_earlier_than_the_plan_says(hours: OpeningHours, now: datetime) -> None:
    start = earliest_start(Calendar(hours, PARIS), now)
    expiry = expiry_time(CallbackTerms(RULES, Calendar(hours, PARIS)), start)
    assert expiry >= start + timedelta(hours=RULES.expires_h)
