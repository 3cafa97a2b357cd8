from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.hours import Hours, SpecialDay
from routing.hours_text import spans
from routing.opening import Opening, exception_key, opening

PARIS = ZoneInfo("Europe/Paris")
MEETING = SpecialDay(spans("14:00-18:00"), "exception-office-20310304", {"fr": "L'après-midi.", "en": "After lunch."})
OFFICE = Hours(
    week=(spans("09:00-12:30, 13:30-18:00"),) * 5 + ((), ()),
    exceptions={date(2031, 3, 4): MEETING, date(2031, 3, 5): SpecialDay()},
)


def at(text: str, closed_now: bool = False) -> Opening:
    return opening(OFFICE, datetime.fromisoformat(text).replace(tzinfo=PARIS), PARIS, closed_now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2031-03-03 10:00", Opening(True)),
        ("2031-03-03 12:30", Opening(False, None, "reopens-today-1330")),
        ("2031-03-04 10:00", Opening(False, "exception-office-20310304", "reopens-today-1400")),
        ("2031-03-04 14:00", Opening(True)),
        ("2031-03-04 18:00", Opening(False, "exception-office-20310304", "reopens-thu-0900")),
        ("2031-03-05 10:00", Opening(False, None, "reopens-tomorrow-0900")),
    ],
)
def test_a_day_with_words_of_its_own_is_explained_in_them_while_it_is_closed(now, expected):
    assert at(now) == expected


def test_closed_by_hand_promises_no_time():
    assert at("2031-03-03 10:00", closed_now=True) == Opening(False)
    assert at("2031-03-03 12:30", closed_now=True) == Opening(False)
    assert at("2031-03-04 10:00", closed_now=True) == Opening(False, "exception-office-20310304")


def test_the_words_belong_to_the_local_day():
    zone = ZoneInfo("Indian/Reunion")
    evening = datetime.fromisoformat("2031-03-03 20:30+00:00")  # already the 4th over there
    assert exception_key(OFFICE, evening, zone) == "exception-office-20310304"
    assert exception_key(OFFICE, evening, PARIS) is None
