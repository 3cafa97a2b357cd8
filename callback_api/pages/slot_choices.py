"""The times that a form offers, grouped by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby

from callback_api import sites
from callback_api.context import AppContext
from callback_api.pages.date_format import format_short, format_slot_range
from routing.callbacks.time_slots import TimeSlot
from translations.dates import day, short_day
from translations.message import translatable
from translations.typography import capitalize_first

AS_SOON_AS_POSSIBLE = translatable("As soon as possible")
ONCE_RESUMED = translatable("As soon as our calls resume")


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot: the value that the form sends (RFC 3339) and the text that the visitor reads."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class DayChoices:
    name: str
    choices: tuple[SlotChoice, ...]


def build_slot_choices(context: AppContext, public_number: str, language: str) -> dict[str, object]:
    """The template values of the list of times: `soon` and `days`."""
    now, tz = context.clock(), context.plan().timezone
    return {
        "soon": _format_soon(sites.earliest_callback(context, public_number), now, tz, language),
        "days": _group_by_day(sites.list_free_slots(context, public_number), now, tz, language),
    }


def _format_soon(earliest: datetime | None, now: datetime, tz: tzinfo, language: str) -> str:
    if earliest is None:
        return ONCE_RESUMED.in_language(language)
    if earliest <= now:
        return AS_SOON_AS_POSSIBLE.in_language(language)
    moment = format_short(earliest, now, tz, language)
    return translatable("As soon as possible (%(moment)s)", moment=moment).in_language(language)


def _group_by_day(slots: Iterable[TimeSlot], now: datetime, tz: tzinfo, language: str) -> tuple[DayChoices, ...]:
    by_day = groupby(slots, key=lambda slot: slot.start.astimezone(tz).date())
    return tuple(_day_choices(tuple(of_day), now, tz, language) for _, of_day in by_day)


def _day_choices(slots: tuple[TimeSlot, ...], now: datetime, tz: tzinfo, language: str) -> DayChoices:
    """Each choice includes its day, because a collapsed list shows only the selected choice, and fits a telephone."""
    name, short = day(slots[0].start, now, tz, language), short_day(slots[0].start, tz, language)
    return DayChoices(
        capitalize_first(name),
        tuple(
            SlotChoice(slot.start.isoformat(), capitalize_first(f"{short}, {format_slot_range(slot, tz, language)}"))
            for slot in slots
        ),
    )
