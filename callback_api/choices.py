"""The moments that a form offers, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby

from callback_api import moments, sites
from callback_api.door import Door
from callback_api.words import word
from routing.callback_slots import Slot


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot: what the form sends (RFC 3339), and what the visitor reads."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    choices: tuple[Choice, ...]


def choices(door: Door, public_number: str, language: str) -> dict[str, object]:
    """What the form's list of moments shows: `soon` and the `days`."""
    now, tz = door.clock(), door.plan().timezone
    return {
        "soon": _soon(sites.soonest(door, public_number), now, tz, language),
        "days": _days(sites.free_slots(door, public_number), now, tz, language),
    }


def _soon(begins: datetime, now: datetime, tz: tzinfo, language: str) -> str:
    if begins <= now:
        return word("soon", language)
    return word("soon-from", language, moment=moments.briefly(begins, now, tz, language))


def _days(slots: Iterable[Slot], now: datetime, tz: tzinfo, language: str) -> tuple[Day, ...]:
    by_day = groupby(slots, key=lambda slot: slot.start.astimezone(tz).date())
    return tuple(_day(tuple(of_day), now, tz, language) for _, of_day in by_day)


def _day(slots: tuple[Slot, ...], now: datetime, tz: tzinfo, language: str) -> Day:
    """Each choice names its day again, in short: a closed list shows nothing else."""
    name, short = moments.day(slots[0].start, now, tz, language), moments.short_day(slots[0].start, tz, language)
    return Day(
        name[0].upper() + name[1:],
        tuple(
            Choice(slot.start.isoformat(), f"{short}, {moments.hours(slot, tz, language)}".capitalize())
            for slot in slots
        ),
    )
