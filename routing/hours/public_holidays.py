"""Public holidays of France, by zone, as the law names them: not the days that are kept by custom.

- Everywhere: Code du travail, article L3133-1 (eleven days).
- Moselle, Bas-Rhin, Haut-Rhin: also Good Friday and 26 December, article L3134-13. Good Friday holds in communes that
  have a Protestant or a mixed church; elsewhere the plan opens that day by an exception.
- Overseas: also the day that commemorates the abolition of slavery, article L3422-2 and decree 83-1003. Saint-Martin
  has kept 28 May instead of 27 May since 2018 (law 2017-256, as its prefecture applies it). Saint-Barthélemy and
  Saint-Martin have had a day since 2012 (decree 2012-553). Saint-Pierre-et-Miquelon has none.
"""

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


_ALSACE_MOSELLE = "57"  # the library's code of one of the three departments, which have the same days
_ABOLITION_OF_SLAVERY = {
    HolidayZone.MAYOTTE: (4, 27),
    HolidayZone.MARTINIQUE: (5, 22),
    HolidayZone.GUADELOUPE: (5, 27),
    HolidayZone.SAINT_MARTIN: (5, 28),
    HolidayZone.GUYANE: (6, 10),
    HolidayZone.SAINT_BARTHELEMY: (10, 9),
    HolidayZone.REUNION: (12, 20),
}
_SINCE = {HolidayZone.SAINT_MARTIN: 2012, HolidayZone.SAINT_BARTHELEMY: 2012}
_SAINT_MARTIN_CHANGED = 2018


def is_holiday(day: date, zone: HolidayZone) -> bool:
    """True on a public holiday of the zone."""
    return zone is not HolidayZone.NONE and day in _list_holidays(zone, day.year)


def preload_holidays(today: date) -> None:
    """Load the library and the holidays of this year now, so that the first call does not wait for it."""
    is_holiday(today, HolidayZone.METROPOLITAN)


@lru_cache(maxsize=64)
def _list_holidays(zone: HolidayZone, year: int) -> frozenset[date]:
    from holidays.countries.france import France  # loads 12 MB, which most processes do not need

    subdivision = _ALSACE_MOSELLE if zone is HolidayZone.ALSACE_MOSELLE else None
    common = frozenset(France(subdiv=subdivision, years=year))  # type: ignore[no-untyped-call]
    return common | _abolition_of_slavery(zone, year)


def _abolition_of_slavery(zone: HolidayZone, year: int) -> frozenset[date]:
    if zone not in _ABOLITION_OF_SLAVERY or year < _SINCE.get(zone, 0):
        return frozenset()
    month, day = _ABOLITION_OF_SLAVERY[zone]
    if zone is HolidayZone.SAINT_MARTIN and year < _SAINT_MARTIN_CHANGED:
        day = 27
    return frozenset({date(year, month, day)})
