"""The prompts that announce the next opening."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours.calendar import Calendar
from routing.hours.notation import parse_spans
from routing.hours.opening_hours import OpeningHours, Span, SpecialDay
from routing.hours.public_holidays import HolidayZone
from routing.hours.reopening import (
    next_opening_prompt_key,
    next_opening_texts,
    reopening_prompt_key,
    reopening_prompt_texts,
)

PARIS = ZoneInfo("Europe/Paris")
OFFICE = OpeningHours(
    week=(parse_spans("09:00-12:30, 13:30-18:00"),) * 5 + ((), ()),
    holiday_zone=HolidayZone.METROPOLITAN,
    exceptions={date(2031, 3, 8): SpecialDay(parse_spans("10:15-11:00"))},
)


def key(at: str, hours: OpeningHours = OFFICE) -> str | None:
    return reopening_prompt_key(Calendar(hours, PARIS), datetime.fromisoformat(at).replace(tzinfo=PARIS))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2031-03-03 07:00", "reopens-today-0900"),
        ("2031-03-03 12:30", "reopens-today-1330"),
        ("2031-03-03 12:00", None),
        ("2031-03-03 18:00", "reopens-tomorrow-0900"),
        ("2031-03-07 18:00", "reopens-tomorrow-1015"),  # the exception of that Saturday
        ("2031-03-14 18:00", "reopens-mon-0900"),
        ("2031-03-15 23:59", "reopens-mon-0900"),
        ("2031-03-16 00:00", "reopens-tomorrow-0900"),
        ("2031-04-11 18:00", "reopens-tue-0900"),  # Easter Monday is closed
        ("2031-03-29 12:00", "reopens-mon-0900"),  # clocks change in between
    ],
)
def test_the_prompt_names_the_day_in_the_usual_way(at, expected):
    assert key(at) == expected


def test_an_opening_a_week_ahead_is_not_announced_by_its_weekday():
    monday = OpeningHours(week=(parse_spans("09:00-10:00"), *((),) * 6))
    assert key("2031-03-03 10:00", monday) == "reopens-later"
    assert key("2031-03-04 00:00", monday) == "reopens-mon-0900"


def test_hours_that_never_open_again_have_no_prompt():
    assert key("2031-03-03 10:00", OpeningHours(week=((),) * 7)) is None


def test_times_are_written_as_they_are_spoken():
    texts = reopening_prompt_texts([Calendar(OFFICE, PARIS)])
    assert texts["reopens-mon-0900"] == {
        "fr": "Nous rouvrons lundi à neuf heures.",
        "en": "We open again on Monday at 9 a.m.",
    }
    assert texts["reopens-today-1330"] == {
        "fr": "Nous rouvrons aujourd'hui à treize heures trente.",
        "en": "We open again today at 1:30 p.m.",
    }
    assert texts["reopens-sat-1015"]["fr"] == "Nous rouvrons samedi à dix heures quinze."


@pytest.mark.parametrize(
    ("opens", "french", "english"),
    [
        (0, "zéro heure", "midnight"),
        (5, "zéro heure cinq", "12:05 a.m."),
        (60, "une heure", "1 a.m."),
        (720, "midi", "noon"),
        (750, "douze heures trente", "12:30 p.m."),
        (21 * 60 + 21, "vingt et une heures vingt et une", "9:21 p.m."),
        (17 * 60 + 45, "dix-sept heures quarante-cinq", "5:45 p.m."),
        (23 * 60 + 59, "vingt-trois heures cinquante-neuf", "11:59 p.m."),
    ],
)
def test_each_time_has_its_text(opens, french, english):
    texts = reopening_prompt_texts([Calendar(OpeningHours(week=((Span(opens, 1440),), *((),) * 6)), PARIS)])
    spoken = texts[f"reopens-tomorrow-{opens // 60:02}{opens % 60:02}"]
    assert spoken["fr"] == f"Nous rouvrons demain à {french}."
    assert spoken["en"] == f"We open again tomorrow at {english}".rstrip(".") + "."


def test_hours_around_the_clock_need_no_sentence():
    always = (Span(0, 720), Span(720, 1440))
    assert reopening_prompt_texts([Calendar(OpeningHours(week=(always,) * 7), PARIS)]) == {}
    assert reopening_prompt_texts(
        [Calendar(OpeningHours(week=(always,) * 7, holiday_zone=HolidayZone.METROPOLITAN), PARIS)]
    )
    assert reopening_prompt_texts(
        [Calendar(OpeningHours(week=(always,) * 7, exceptions={date(2031, 3, 3): SpecialDay()}), PARIS)]
    )


def closed_from(first: date, days: int) -> OpeningHours:
    exceptions = {first + timedelta(days=day): SpecialDay() for day in range(days)}
    return OpeningHours(week=OFFICE.week, exceptions=exceptions)


def test_after_a_long_closure_the_prompt_announces_the_date():
    summer = closed_from(date(2031, 8, 4), 14)
    assert key("2031-08-01 18:00", summer) == key("2031-08-11 12:00", summer) == "reopens-20310818-0900"
    assert key("2031-08-12 12:00", summer) == "reopens-mon-0900"
    assert reopening_prompt_texts([Calendar(summer, PARIS)])["reopens-20310818-0900"] == {
        "fr": "Nous rouvrons le lundi 18 août à neuf heures.",
        "en": "We open again on Monday 18 August at 9 a.m.",
    }


def test_the_first_of_a_month_is_an_ordinal_in_french():
    texts = reopening_prompt_texts([Calendar(closed_from(date(2031, 9, 15), 16), PARIS)])
    assert texts["reopens-20311001-0900"]["fr"] == "Nous rouvrons le mercredi 1er octobre à neuf heures."


def test_after_a_long_closure_an_opening_on_an_exception_has_its_date_too():
    summer = closed_from(date(2031, 8, 4), 14)
    last = {date(2031, 8, 17): SpecialDay(parse_spans("10:00-12:00"))}
    hours = OpeningHours(week=OFFICE.week, exceptions={**summer.exceptions, **last})
    assert key("2031-08-04 12:00", hours) == "reopens-20310817-1000"
    assert "reopens-20310817-1000" in reopening_prompt_texts([Calendar(hours, PARIS)])


@pytest.mark.parametrize(("first", "days", "dated"), [(5, 1, False), (6, 4, False), (5, 5, True)])
def test_a_date_is_announced_only_where_a_weekday_would_be_ambiguous(first: int, days: int, dated: bool):
    texts = reopening_prompt_texts([Calendar(closed_from(date(2031, 8, first), days), PARIS)])
    assert ("reopens-20310811-0900" in texts) is dated


days = st.sets(st.integers(0, 1440), max_size=4).map(
    lambda edges: tuple(Span(*pair) for pair in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)
calendars = st.builds(
    OpeningHours,
    week=st.tuples(*[days] * 7),
    holiday_zone=st.sampled_from(HolidayZone),
    exceptions=st.dictionaries(
        st.dates(date(2031, 3, 25), date(2031, 4, 9)), st.builds(SpecialDay, days | st.just(())), max_size=16
    ),
)


@given(
    calendars,
    st.integers(0, 21 * 24 * 60).map(lambda minute: datetime(2031, 3, 20, tzinfo=UTC) + timedelta(minutes=minute)),
    st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Havana", "Pacific/Apia"]),
)
def test_each_prompt_that_a_call_may_need_exists(hours, now, zone):
    prompt = reopening_prompt_key(Calendar(hours, ZoneInfo(zone)), now)
    if prompt is not None:
        assert not Calendar(hours, ZoneInfo(zone)).is_open(now)
        assert set(reopening_prompt_texts([Calendar(hours, ZoneInfo(zone))])[prompt]) == {"fr", "en"}


@pytest.mark.parametrize(
    ("now", "closed_until", "key"),
    [
        ("2031-03-03 10:00", "2031-03-03 11:07", "reopens-today-1107"),  # amid the opening hours
        ("2031-03-03 10:00", "2031-03-03 12:45", "reopens-today-1330"),  # in the break at noon
        ("2031-03-03 10:00", "2031-03-03 19:00", "reopens-tomorrow-0900"),
        ("2031-03-03 23:59", "2031-03-06 11:00", "reopens-thu-1100"),
        ("2031-03-03 10:00", "2031-03-11 11:00", "reopens-20310311-1100"),
        ("2031-03-30 01:00", "2031-03-30 03:00", "reopens-tomorrow-0900"),  # clocks skip an hour that night
    ],
)
def test_the_opening_after_a_closure_by_hand_is_among_the_sentences_prepared_for_it(
    now: str, closed_until: str, key: str
) -> None:
    calendar = Calendar(OpeningHours(week=(parse_spans("09:00-12:30, 13:30-18:00"),) * 5 + ((), ())), PARIS)
    at, end = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (now, closed_until))
    assert next_opening_prompt_key(calendar, at, end) == key
    hours = int((end - at) / timedelta(hours=1)) + 1
    heard = {next_opening_prompt_key(calendar, at + timedelta(hours=after), end) for after in range(hours)}
    assert heard == next_opening_texts(calendar, at, end).keys() & heard


def test_a_closure_after_which_nothing_opens_any_more_announces_nothing() -> None:
    calendar, now = Calendar(OpeningHours(week=((),) * 7), PARIS), datetime(2031, 3, 3, tzinfo=PARIS)
    assert next_opening_prompt_key(calendar, now, now) is None
    assert next_opening_texts(calendar, now, now) == {}
