"""When visitors can be called back: by night, on holidays, and on the two days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import HolidayZone
from routing.callback_retry import next_attempt
from routing.callback_rules import CallbackRules
from routing.callback_slots import Slot, is_offered, lapses, slots, soon
from routing.hours import ALWAYS, Hours, Span, SpecialDay, is_open

PARIS = ZoneInfo("Europe/Paris")
DAY = (Span(9 * 60, 12 * 60 + 30), Span(13 * 60 + 30, 18 * 60))
OFFICE = Hours(week=(*[DAY] * 5, (), ()), holidays=HolidayZone.METROPOLITAN)
NEVER = Hours(week=((),) * 7)
RULES = CallbackRules()

FIRST = datetime(2029, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
edges = st.sets(st.integers(0, 1440), min_size=2, max_size=6).map(sorted)
days = edges.map(lambda found: tuple(Span(*pair) for pair in zip(found[::2], found[1::2], strict=False)))
calendars = st.builds(lambda week: Hours(week=tuple(week)), st.lists(days, min_size=7, max_size=7))
lengths = st.sampled_from([10, 15, 20, 30, 60])


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def offered(hours: Hours, now: datetime, rules: CallbackRules = RULES) -> list[str]:
    return [f"{slot.start.astimezone(PARIS):%m-%d %H:%M}" for slot in slots(rules, hours, now, PARIS, {})]


@given(calendars, moments, lengths)
def test_every_slot_is_open_from_its_first_minute_to_its_last(hours: Hours, now: datetime, length: int) -> None:
    rules = CallbackRules(slot_min=length, days_ahead=2)
    found = slots(rules, hours, now, PARIS, {})

    assert list(found) == sorted(set(found))
    for slot in found:
        assert slot.start.tzinfo is UTC
        assert slot.end - slot.start == timedelta(minutes=length)
        assert slot.start >= now + timedelta(minutes=rules.lead_min)
        minutes = (slot.start + timedelta(minutes=minute) for minute in range(length))
        assert all(is_open(hours, minute, PARIS) for minute in minutes)
        assert is_offered(rules, hours, now, PARIS, slot, 0)


@given(calendars, moments, st.integers(1, 5), st.integers(1, 60))
def test_another_attempt_comes_after_its_pause_and_inside_hours(
    hours: Hours, ended: datetime, rings: int, pause: int
) -> None:
    rules = CallbackRules(attempts=4, retry_after_min=(pause, 2 * pause))
    again = next_attempt(rules, rings, ended, hours, PARIS)

    if rings >= 4 or not any(hours.week):
        assert again is None
    elif again is not None:
        assert again >= ended + timedelta(minutes=pause if rings == 1 else 2 * pause)
        assert is_open(hours, again, PARIS)


def test_in_the_night_the_first_slot_is_in_the_morning_and_soon_is_the_opening() -> None:
    night = paris("2030-01-07T23:10")  # a Monday

    assert offered(OFFICE, night)[:2] == ["01-08 09:00", "01-08 09:30"]
    assert soon(RULES, OFFICE, night, PARIS) == paris("2030-01-08T09:00")


def test_during_hours_soon_is_now_and_the_next_slots_leave_time_to_prepare() -> None:
    late = paris("2030-01-07T11:40")

    assert soon(RULES, OFFICE, late, PARIS) == late
    assert offered(OFFICE, late)[:2] == ["01-07 13:30", "01-07 14:00"]  # 12:00 to 12:30 begins in less than 30 minutes
    assert offered(OFFICE, paris("2030-01-07T11:30"))[0] == "01-07 12:00"


def test_a_public_holiday_and_a_special_day_have_no_slots() -> None:
    before = paris("2030-04-30T19:00")  # Tuesday; the 1st of May is a holiday
    closed = Hours(OFFICE.week, OFFICE.holidays, {date(2030, 5, 2): SpecialDay()})

    assert offered(OFFICE, before)[0] == "05-02 09:00"
    assert offered(closed, before)[0] == "05-03 09:00"
    assert soon(RULES, closed, before, PARIS) == paris("2030-05-03T09:00")


def test_a_slot_that_has_no_room_is_not_offered() -> None:
    now, full = paris("2030-01-07T23:10"), paris("2030-01-08T09:00")
    slot = Slot(full, full + timedelta(minutes=30))

    found = slots(RULES, OFFICE, now, PARIS, {full: RULES.per_slot, paris("2030-01-08T09:30"): RULES.per_slot - 1})
    assert found[0].start == paris("2030-01-08T09:30")
    assert not is_offered(RULES, OFFICE, now, PARIS, slot, RULES.per_slot)


def test_what_is_no_slot_is_not_offered() -> None:
    now, start = paris("2030-01-07T23:10"), paris("2030-01-08T09:00")
    half_hour = timedelta(minutes=30)

    for wrong in (
        Slot(start, start + 2 * half_hour),  # another length
        Slot(start + timedelta(minutes=1), start + half_hour + timedelta(minutes=1)),
        Slot(paris("2030-01-07T18:00"), paris("2030-01-07T18:30")),  # over, and closed
        Slot(paris("2030-01-08T20:00"), paris("2030-01-08T20:30")),  # closed
        Slot(start + timedelta(days=14), start + timedelta(days=14) + half_hour),  # too far
    ):
        assert not is_offered(RULES, OFFICE, now, PARIS, wrong, 0)


def test_in_spring_no_slot_lies_in_the_hour_that_is_skipped() -> None:
    found = offered(ALWAYS, paris("2030-03-31T00:20"), CallbackRules(days_ahead=0, lead_min=0))

    assert [slot[6:] for slot in found[:7]] == ["00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]
    assert len(found) == 46 - 1


def test_in_autumn_the_hour_that_comes_twice_has_its_slots_twice() -> None:
    now = datetime.combine(date(2030, 10, 27), time(), PARIS).astimezone(UTC)
    found = slots(CallbackRules(days_ahead=0, lead_min=0), ALWAYS, now, PARIS, {})

    assert len(found) == 50
    assert [slot.start for slot in found] == [now + timedelta(minutes=30 * n) for n in range(50)]


def test_a_retry_in_the_evening_comes_with_the_next_opening() -> None:
    ended = paris("2030-01-11T17:55")  # Friday

    assert next_attempt(RULES, 1, ended, OFFICE, PARIS) == paris("2030-01-14T09:00")
    assert next_attempt(RULES, 2, ended, OFFICE, PARIS) is None
    assert next_attempt(RULES, 1, ended, NEVER, PARIS) is None


def test_a_house_that_never_opens_has_no_slot() -> None:
    now = paris("2030-01-07T12:00")

    assert slots(RULES, NEVER, now, PARIS, {}) == ()
    assert soon(RULES, NEVER, now, PARIS) == now


@pytest.mark.parametrize(
    ("hours", "begins", "until"),
    [
        (OFFICE, "2029-03-06 10:00", "2029-03-08 10:00"),
        (OFFICE, "2029-03-09 17:50", "2029-03-13 17:50"),  # a Friday
        (OFFICE, "2029-03-30 09:00", "2029-04-04 09:00"),  # Easter, and the night without an hour
        (ALWAYS, "2029-03-09 17:50", "2029-03-11 17:50"),
        (NEVER, "2029-03-09 17:50", "2029-03-11 17:50"),
    ],
    ids=["two days", "over a weekend", "over Easter", "never closed", "never open"],
)
def test_days_that_do_not_open_do_not_use_up_the_time_of_a_callback(hours: Hours, begins: str, until: str) -> None:
    assert lapses(RULES, hours, paris(begins), PARIS) == paris(until)


@given(calendars, moments)
def test_a_callback_never_has_less_time_than_the_plan_gives_it(hours: Hours, now: datetime) -> None:
    begins = soon(RULES, hours, now, PARIS)
    until = lapses(RULES, hours, begins, PARIS)
    assert until >= begins + timedelta(hours=RULES.expires_h)
