"""Whether it is open, and the prompts when it is not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.hours.calendar import Calendar
from routing.hours.notation import parse_spans
from routing.hours.opening import OpeningState, exception_prompt_key, get_opening_state
from routing.hours.opening_hours import OpeningHours, SpecialDay
from routing.overrides import NO_OVERRIDES, ManualOverrides, Override, OverrideName

PARIS = ZoneInfo("Europe/Paris")
MEETING = SpecialDay(
    parse_spans("14:00-18:00"), "exception-office-20310304", {"fr": "L'après-midi.", "en": "After lunch."}
)
OFFICE = OpeningHours(
    week=(parse_spans("09:00-12:30, 13:30-18:00"),) * 5 + ((), ()),
    exceptions={date(2031, 3, 4): MEETING, date(2031, 3, 5): SpecialDay()},
)
CALENDAR = Calendar(OFFICE, PARIS)
CLOSED = ManualOverrides(closed=Override(OverrideName.CLOSED))


def at(text: str, overrides: ManualOverrides = NO_OVERRIDES) -> OpeningState:
    return get_opening_state(CALENDAR, datetime.fromisoformat(text).replace(tzinfo=PARIS), overrides)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2031-03-03 10:00", OpeningState(True)),
        ("2031-03-03 12:30", OpeningState(False, None, "reopens-today-1330")),
        ("2031-03-04 10:00", OpeningState(False, "exception-office-20310304", "reopens-today-1400")),
        ("2031-03-04 14:00", OpeningState(True)),
        ("2031-03-04 18:00", OpeningState(False, "exception-office-20310304", "reopens-thu-0900")),
        ("2031-03-05 10:00", OpeningState(False, None, "reopens-tomorrow-0900")),
    ],
)
def test_a_special_day_has_its_own_prompt_while_it_is_closed(now, expected):
    assert at(now) == expected


def test_a_forced_closure_has_no_reopening_prompt():
    assert at("2031-03-03 10:00", CLOSED) == OpeningState(False)
    assert at("2031-03-03 12:30", CLOSED) == OpeningState(False)
    assert at("2031-03-04 10:00", CLOSED) == OpeningState(False, "exception-office-20310304")


def test_the_special_day_is_the_local_day():
    zone = ZoneInfo("Indian/Reunion")
    evening = datetime.fromisoformat("2031-03-03 20:30+00:00")  # already the 4th in local time
    assert exception_prompt_key(Calendar(OFFICE, zone), evening) == "exception-office-20310304"
    assert exception_prompt_key(Calendar(OFFICE, PARIS), evening) is None
