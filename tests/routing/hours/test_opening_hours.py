"""Opening hours, next openings and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.hours.calendar import Calendar
from routing.hours.notation import format_spans, parse_spans, parse_weekdays
from routing.hours.opening_hours import OpeningHours, Span, SpecialDay
from routing.hours.public_holidays import HolidayZone, is_holiday

PARIS = ZoneInfo("Europe/Paris")
OFFICE = parse_spans("09:00-12:30, 13:30-18:00")
WEEKDAYS = OpeningHours(week=(OFFICE,) * 5 + ((), ()))
ALWAYS = OpeningHours(week=((Span(0, 1440),),) * 7)
# Clocks change in Paris on 30 March and 26 October 2031.


def paris(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2031-03-03 08:59:59.999999", False),
        ("2031-03-03 09:00", True),
        ("2031-03-03 12:29:59.999999", True),
        ("2031-03-03 12:30", False),
        ("2031-03-03 13:30", True),
        ("2031-03-03 18:00", False),
        ("2031-03-08 10:00", False),
    ],
)
def test_opening_is_included_and_closing_is_not(at, expected):
    assert Calendar(WEEKDAYS, PARIS).is_open(paris(at)) is expected


@pytest.mark.parametrize(
    ("at", "opens"), [("2031-01-06 08:00Z", True), ("2031-07-07 07:00Z", True), ("2031-07-07 06:59Z", False)]
)
def test_opening_times_are_local_in_winter_and_in_summer(at, opens):
    assert Calendar(WEEKDAYS, PARIS).is_open(datetime.fromisoformat(at)) is opens


def test_after_friday_evening_the_next_opening_is_on_monday():
    assert Calendar(WEEKDAYS, PARIS).next_opening(paris("2031-03-07 18:00")) == paris("2031-03-10 09:00")


def test_at_lunch_the_next_opening_is_after_lunch():
    assert Calendar(WEEKDAYS, PARIS).next_opening(paris("2031-03-03 12:30")) == paris("2031-03-03 13:30")


def test_while_open_the_next_opening_is_now():
    now = paris("2031-03-03 10:10:10")
    assert Calendar(WEEKDAYS, PARIS).next_opening(now) == now


def test_hours_around_the_clock_do_not_close_at_midnight():
    assert Calendar(ALWAYS, PARIS).is_open(paris("2031-03-03 23:59:59.999999"))
    assert Calendar(ALWAYS, PARIS).is_open(paris("2031-03-04 00:00"))


def test_hours_that_never_open_have_no_next_opening():
    assert Calendar(OpeningHours(week=((),) * 7), PARIS).next_opening(paris("2031-03-03 10:00")) is None


def test_an_exception_overrides_the_holiday_and_the_week():
    hours = OpeningHours(
        week=WEEKDAYS.week,
        holiday_zone=HolidayZone.METROPOLITAN,
        exceptions={date(2031, 5, 1): SpecialDay(parse_spans("10:00-11:00")), date(2031, 5, 2): SpecialDay()},
    )
    assert Calendar(hours, PARIS).is_open(paris("2031-05-01 10:30"))
    assert not Calendar(hours, PARIS).is_open(paris("2031-05-02 10:30"))
    assert Calendar(hours, PARIS).next_opening(paris("2031-05-01 11:00")) == paris("2031-05-05 09:00")
    assert not Calendar(hours, PARIS).is_open(paris("2031-05-08 10:00"))


def test_a_span_that_begins_in_the_skipped_hour_begins_at_the_change():
    night = OpeningHours(week=((Span(150, 600),),) * 7)  # 02:30-10:00
    assert Calendar(night, PARIS).next_opening(paris("2031-03-30 01:59")) == paris("2031-03-30 03:00")
    assert paris("2031-03-30 03:00").astimezone(UTC) - paris("2031-03-30 01:59").astimezone(UTC) == timedelta(minutes=1)


def test_a_span_inside_the_skipped_hour_does_not_open_that_day():
    night = OpeningHours(week=((Span(130, 170),),) * 7)  # 02:10-02:50
    assert Calendar(night, PARIS).next_opening(paris("2031-03-30 01:00")) == paris("2031-03-31 02:10")


def test_a_span_inside_the_repeated_hour_opens_twice():
    night = OpeningHours(week=((Span(130, 140),),) * 7)  # 02:10-02:20
    first, second = (paris("2031-10-26 02:10", fold).astimezone(UTC) for fold in (0, 1))
    assert Calendar(night, PARIS).next_opening(paris("2031-10-26 01:00")) == first
    between = paris("2031-10-26 02:20").astimezone(UTC)
    assert Calendar(night, PARIS).next_opening(between) == second


def test_a_span_that_ends_in_the_repeated_hour_opens_again_at_the_change():
    night = OpeningHours(week=((Span(60, 150),),) * 7)  # 01:00-02:30
    closed = paris("2031-10-26 02:30").astimezone(UTC)
    assert Calendar(night, PARIS).next_opening(closed) == paris("2031-10-26 02:00", fold=1).astimezone(UTC)


@st.composite
def calendars(draw) -> OpeningHours:
    def day() -> tuple[Span, ...]:
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        return tuple(Span(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=False))

    return OpeningHours(week=tuple(day() for _ in range(7)))


@cache
def changes(name: str) -> list[datetime]:
    """The hours of 2024 in which clocks changed; for later years, time zone databases differ between machines."""
    zone = ZoneInfo(name)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=hour) for hour in range(365 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hour for hour, before, after in zip(hours, offsets, offsets[1:], strict=False) if before != after]


CHANGING = ("Europe/Paris", "America/New_York", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "America/Nuuk")


@pytest.mark.parametrize("name", CHANGING)
@given(hours=calendars(), which=st.integers(0, 1), minutes=st.integers(-300, 120))
def test_the_next_opening_is_the_first_open_minute_when_clocks_change(name, hours, which, minutes):
    zone = ZoneInfo(name)
    now = changes(name)[which] + timedelta(minutes=minutes)
    scanned = (now + timedelta(minutes=minute) for minute in range(600))
    first = next((minute for minute in scanned if Calendar(hours, zone).is_open(minute)), None)
    opening = Calendar(hours, zone).next_opening(now)
    if first is None:
        assert opening is None or opening >= now + timedelta(minutes=600)
    else:
        assert opening == first


ZONES = sorted(name for name in available_timezones() if "/" in name)
moments = st.integers(0, 17 * 365 * 24 * 60).map(
    lambda minute: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


@given(calendars(), moments, st.sampled_from(ZONES))
def test_in_every_zone_it_is_closed_just_before_the_next_opening_and_open_at_it(hours, now, name):
    zone = ZoneInfo(name)
    assume(not Calendar(hours, zone).is_open(now))
    opening = Calendar(hours, zone).next_opening(now)
    if opening is None:
        assert not any(hours.week)
    else:
        assert opening >= now
        assert Calendar(hours, zone).is_open(opening)
        assert opening == now or not Calendar(hours, zone).is_open(opening - timedelta(microseconds=1))


@given(moments, st.sampled_from(ZONES))
def test_hours_around_the_clock_are_open_in_every_zone_at_any_time(now, name):
    assert Calendar(ALWAYS, ZoneInfo(name)).is_open(now)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2031, 7, 14), HolidayZone.METROPOLITAN, True),
        (date(2031, 7, 14), HolidayZone.REUNION, True),
        (date(2031, 7, 14), HolidayZone.NONE, False),
        (date(2031, 4, 14), HolidayZone.METROPOLITAN, True),  # Easter Monday
        (date(2031, 12, 26), HolidayZone.METROPOLITAN, False),
        (date(2031, 12, 26), HolidayZone.ALSACE_MOSELLE, True),
        (date(2031, 4, 11), HolidayZone.ALSACE_MOSELLE, True),  # Good Friday
        (date(2031, 4, 27), HolidayZone.MAYOTTE, True),
        (date(2031, 5, 22), HolidayZone.MARTINIQUE, True),
        (date(2031, 5, 27), HolidayZone.GUADELOUPE, True),
        (date(2031, 6, 10), HolidayZone.GUYANE, True),
        (date(2031, 12, 20), HolidayZone.REUNION, True),
        (date(2031, 12, 20), HolidayZone.METROPOLITAN, False),
    ],
)
def test_each_zone_has_its_public_holidays(day, zone, expected):
    assert is_holiday(day, zone) is expected


@pytest.mark.parametrize("zone", HolidayZone)
def test_bastille_day_is_a_holiday_in_every_zone_that_has_any(zone):
    assert is_holiday(date(2031, 7, 14), zone) is (zone is not HolidayZone.NONE)


def test_weekdays_and_spans_are_read_in_their_usual_forms():
    assert list(parse_weekdays("mon-fri")) == [0, 1, 2, 3, 4]
    assert list(parse_weekdays("sun")) == [6]
    assert parse_spans("9:00 - 12:30,13:30–18:00") == OFFICE
    assert parse_spans("closed") == ()
    assert parse_spans("00:00-24:00") == (Span(0, 1440),)


@given(calendars())
def test_formatted_spans_are_read_as_the_same_spans(hours):
    for day in hours.week:
        assert parse_spans(format_spans(day)) == day


ABOLITION_OF_SLAVERY = {
    HolidayZone.MAYOTTE: "04-27",
    HolidayZone.MARTINIQUE: "05-22",
    HolidayZone.GUADELOUPE: "05-27",
    HolidayZone.SAINT_MARTIN: "05-28",
    HolidayZone.GUYANE: "06-10",
    HolidayZone.SAINT_BARTHELEMY: "10-09",
    HolidayZone.REUNION: "12-20",
}


@pytest.mark.parametrize("zone", [zone for zone in HolidayZone if zone is not HolidayZone.NONE])
@pytest.mark.parametrize("year", [2026, 2031, 2100])
def test_each_zone_has_the_days_of_the_law_and_no_other(zone: HolidayZone, year: int):
    days = {date(year, 1, 1) + timedelta(days=day) for day in range(366)}
    holidays = {day for day in days if day.year == year and is_holiday(day, zone)}
    everywhere = {day for day in days if day.year == year and is_holiday(day, HolidayZone.METROPOLITAN)}
    more = {ABOLITION_OF_SLAVERY[zone]} if zone in ABOLITION_OF_SLAVERY else set()
    if zone is HolidayZone.ALSACE_MOSELLE:
        easter_monday = next(day for day in sorted(everywhere) if day.month in (3, 4) and day.weekday() == 0)
        more = {f"{easter_monday - timedelta(days=3):%m-%d}", "12-26"}
    assert len(everywhere) in (10, 11)  # Ascension may be on 1 or 8 May
    assert {f"{day:%m-%d}" for day in holidays - everywhere} == more - {f"{day:%m-%d}" for day in everywhere}
    assert everywhere <= holidays


def test_saint_martin_kept_the_day_of_guadeloupe_until_2018_and_had_none_before_2012():
    assert is_holiday(date(2017, 5, 27), HolidayZone.SAINT_MARTIN)
    assert not is_holiday(date(2018, 5, 27), HolidayZone.SAINT_MARTIN)
    assert not any(is_holiday(date(2011, 5, day), HolidayZone.SAINT_MARTIN) for day in (27, 28))
