"""Public holidays of France, by zone."""

from datetime import date
from enum import StrEnum
from functools import lru_cache


class HolidayZone(StrEnum):
    """The zone whose public holidays are closed."""

    NONE = "none"
    METROPOLITAN = "metropolitan"
    ALSACE_MOSELLE = "alsace-moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint-barthelemy"
    SAINT_MARTIN = "saint-martin"
    SAINT_PIERRE_ET_MIQUELON = "saint-pierre-et-miquelon"


# The code of each zone in the library `holidays`.
_SUBDIVISIONS = {
    HolidayZone.METROPOLITAN: None,
    HolidayZone.ALSACE_MOSELLE: "57",  # the same in all three departments
    HolidayZone.GUADELOUPE: "971",
    HolidayZone.MARTINIQUE: "972",
    HolidayZone.GUYANE: "973",
    HolidayZone.REUNION: "974",
    HolidayZone.MAYOTTE: "976",
    HolidayZone.SAINT_BARTHELEMY: "BL",
    HolidayZone.SAINT_MARTIN: "MF",
    HolidayZone.SAINT_PIERRE_ET_MIQUELON: "PM",
}


def is_holiday(day: date, zone: HolidayZone) -> bool:
    """True on a public holiday of the zone."""
    return zone is not HolidayZone.NONE and day in _list_holidays(zone, day.year)


def preload_holidays(today: date) -> None:
    """Load the library and the holidays of this year now, so that the first call does not wait for it."""
    is_holiday(today, HolidayZone.METROPOLITAN)


@lru_cache(maxsize=64)
def _list_holidays(zone: HolidayZone, year: int) -> frozenset[date]:
    from holidays.countries.france import France  # loads 12 MB, which most processes do not need

    return frozenset(France(subdiv=_SUBDIVISIONS[zone], years=year))  # type: ignore[no-untyped-call]
