"""When a request is due, in hours of opening."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from routing.due_times import due_time
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN, OpeningHours, Span, SpecialDay

PARIS = ZoneInfo("Europe/Paris")
WORKDAY = (Span(9 * 60, 12 * 60), Span(14 * 60, 18 * 60))
OFFICE = Calendar(OpeningHours(week=(WORKDAY,) * 5 + ((),) * 2), PARIS)
NIGHTS = Calendar(OpeningHours(week=((Span(0, 5 * 60), Span(22 * 60, 24 * 60)),) * 7), PARIS)
ALWAYS = Calendar(ALWAYS_OPEN, PARIS)

START = datetime(2030, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
changes = st.sampled_from(
    [datetime(2030, 3, 31, tzinfo=UTC), datetime(2030, 10, 27, tzinfo=UTC)]  # the clocks of Paris change at 01:00 UTC
)
near_changes = st.builds(lambda day, minutes: day + timedelta(minutes=minutes), changes, st.integers(-600, 600))
calendars = st.sampled_from([OFFICE, NIGHTS, ALWAYS])


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS)


def opened(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The time of opening between two instants, counted minute by minute."""
    minutes = int((until - since) / timedelta(minutes=1))
    return timedelta(minutes=sum(calendar.is_open(since + timedelta(minutes=each)) for each in range(minutes)))


def test_nights_and_weekends_do_not_count() -> None:
    friday = local(2030, 3, 1, 16, 30)
    assert due_time(OFFICE, friday, 1) == local(2030, 3, 1, 17, 30)
    assert due_time(OFFICE, friday, 2) == local(2030, 3, 4, 9, 30)
    assert due_time(OFFICE, local(2030, 3, 2, 11), 3) == local(2030, 3, 4, 12)
    assert due_time(OFFICE, friday, 8) == local(2030, 3, 4, 17, 30)


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is() -> None:
    assert due_time(NIGHTS, local(2030, 3, 30, 22), 6) == local(2030, 3, 31, 5)  # the hour from 2 to 3 is missing
    assert due_time(NIGHTS, local(2030, 10, 26, 22), 8) == local(2030, 10, 27, 5)  # there are two of them


def test_a_calendar_that_never_opens_counts_every_hour() -> None:
    closed = Calendar(OpeningHours(week=((),) * 7), PARIS)
    assert due_time(closed, local(2030, 3, 1, 12), 8) == local(2030, 3, 1, 20)


def test_special_days_are_followed() -> None:
    hours = OpeningHours(week=OFFICE.hours.week, exceptions={local(2030, 3, 4).date(): SpecialDay()})
    assert due_time(Calendar(hours, PARIS), local(2030, 3, 1, 17), 2) == local(2030, 3, 5, 10)


@given(calendars, near_changes | moments, st.integers(1, 9))
def test_exactly_the_hours_of_opening_have_passed(calendar: Calendar, since: datetime, hours: int) -> None:
    due = due_time(calendar, since, hours)
    assert opened(calendar, since, due) == timedelta(hours=hours)
    assert calendar.is_open(due - timedelta(minutes=1))


@given(calendars, moments, st.integers(1, 40), st.integers(0, 100_000))
def test_later_requests_and_longer_times_are_due_later(calendar: Calendar, since: datetime, hours: int, s: int) -> None:
    due = due_time(calendar, since, hours)
    assert since < due <= due_time(calendar, since + timedelta(seconds=s), hours)
    assert due < due_time(calendar, since, hours + 1)
