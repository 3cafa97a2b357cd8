"""Times of callbacks as visitors read them, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callback_api.pages import date_format
from routing.callbacks.time_slots import TimeSlot

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2030, 3, 4, 17, 40, tzinfo=UTC)  # Monday 18:40 in Paris


def slot(*start: int) -> TimeSlot:
    begins = datetime(*start, tzinfo=UTC)
    return TimeSlot(begins, begins + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("chosen", "french", "english"),
    [
        (
            slot(2030, 3, 4, 18, 0),
            "aujourd'hui, lundi 4 mars, entre 19 h 00 et 19 h 30",
            "today, Monday 4 March, between 7 pm and 7:30 pm",
        ),
        (
            slot(2030, 3, 4, 23, 0),  # another day in Paris already
            "demain, mardi 5 mars, entre 0 h 00 et 0 h 30",
            "tomorrow, Tuesday 5 March, between midnight and 12:30 am",
        ),
        (
            slot(2030, 4, 1, 9, 30),  # summer time has begun
            "lundi 1er avril, entre 11 h 30 et 12 h 00",
            "Monday 1 April, between 11:30 am and noon",
        ),
    ],
)
def test_a_slot_is_written_with_its_day_and_hours_in_the_plans_time_zone(
    chosen: TimeSlot, french: str, english: str
) -> None:
    assert date_format.format_slot(chosen, NOW, PARIS, "fr").replace("\N{NO-BREAK SPACE}", " ") == french
    assert date_format.format_slot(chosen, NOW, PARIS, "en").replace("\N{NO-BREAK SPACE}", " ") == english
