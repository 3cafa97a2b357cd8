"""When a visitor can be called back: the slots to choose from, and "as soon as possible"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from routing.callback_rules import CallbackRules
from routing.hours import DAY_END, SEARCH_DAYS, Hours, next_opening


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From `start` (included) to `end`, in UTC."""

    start: datetime
    end: datetime


def slots(
    rules: CallbackRules, hours: Hours, now: datetime, tz: tzinfo, taken: Mapping[datetime, int]
) -> tuple[Slot, ...]:
    """The slots that can be chosen now, in order: wholly inside opening hours, far enough ahead, and with room.

    `taken`: how many have chosen the slot that begins at this instant (UTC).
    """
    today = now.astimezone(tz).date()
    return tuple(
        slot
        for ahead in range(rules.days_ahead + 1)
        for slot in _of_day(rules, hours, today + timedelta(days=ahead), tz)
        if _has_lead(rules, slot, now) and taken.get(slot.start, 0) < rules.per_slot
    )


def is_offered(rules: CallbackRules, hours: Hours, now: datetime, tz: tzinfo, slot: Slot, taken: int) -> bool:
    """Whether `slot`, which so many have chosen, is one of those that can be chosen now."""
    day, today = slot.start.astimezone(tz).date(), now.astimezone(tz).date()
    near = today <= day <= today + timedelta(days=rules.days_ahead) and _has_lead(rules, slot, now)
    return near and taken < rules.per_slot and slot in _of_day(rules, hours, day, tz)


def soon(rules: CallbackRules, hours: Hours, now: datetime, tz: tzinfo) -> datetime:
    """When "as soon as possible" begins: now when open, else at the next opening (now, should there never be one)."""
    return next_opening(hours, now, tz) or now


def lapses(rules: CallbackRules, hours: Hours, begins: datetime, tz: tzinfo) -> datetime:
    """Until when a callback that may begin at `begins` is tried: `expires_h` from then on, of which days on which the
    house does not open count nothing, lest a weekend swallow them (all count, should it never open again)."""
    left, at = timedelta(hours=rules.expires_h), begins.astimezone(UTC)
    for _ in range(SEARCH_DAYS):
        day = at.astimezone(tz).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), tz).astimezone(UTC)
        if hours.spans(day):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight
    return begins + timedelta(hours=rules.expires_h)


def _has_lead(rules: CallbackRules, slot: Slot, now: datetime) -> bool:
    return slot.start - now >= timedelta(minutes=rules.lead_min)


def _of_day(rules: CallbackRules, hours: Hours, day: date, tz: tzinfo) -> Iterator[Slot]:
    """The open slots of a local day. They begin at multiples of their length on the wall clock, so that where clocks
    change by the hour no slot is cut: a skipped hour has none, a repeated one has them twice."""
    spans, length = hours.spans(day), rules.slot_min
    starts = (
        instant
        for opens in range(0, DAY_END, length)
        if any(span.opens <= opens and opens + length <= span.closes for span in spans)
        for instant in _instants(day, opens, tz)
    )
    for start in sorted(starts):
        yield Slot(start, start + timedelta(minutes=length))


def _instants(day: date, minute: int, tz: tzinfo) -> set[datetime]:
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    both = {wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {instant for instant in both if instant.astimezone(tz).replace(tzinfo=None) == wall}
