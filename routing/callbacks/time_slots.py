"""When a visitor can be called back: the time slots to choose from, "as soon as possible", and when both expire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import SEARCH_DAYS, Calendar
from routing.hours.opening_hours import DAY_END


@dataclass(frozen=True, slots=True, order=True)
class TimeSlot:
    """From `start` (included) to `end`, in UTC."""

    start: datetime
    end: datetime


def list_available_slots(terms: CallbackTerms, now: datetime, booked: Mapping[datetime, int]) -> tuple[TimeSlot, ...]:
    """The time slots that can be chosen now, in order: inside opening hours, far enough ahead, and not full.

    `booked` is the number of callbacks in the time slot that begins at an instant (UTC).
    """
    rules, today = terms.rules, terms.calendar.local_date(now)
    return tuple(
        slot
        for ahead in range(rules.days_ahead + 1)
        for slot in _list_slots_of_day(terms, today + timedelta(days=ahead))
        if _has_lead(rules, slot, now) and booked.get(slot.start, 0) < rules.per_slot
    )


def is_slot_available(terms: CallbackTerms, now: datetime, slot: TimeSlot, booked: int) -> bool:
    """Whether `slot`, in which `booked` callbacks are, can be chosen now."""
    rules, calendar = terms.rules, terms.calendar
    day, today = calendar.local_date(slot.start), calendar.local_date(now)
    near = today <= day <= today + timedelta(days=rules.days_ahead) and _has_lead(rules, slot, now)
    return near and booked < rules.per_slot and slot in _list_slots_of_day(terms, day)


def dial_window(terms: CallbackTerms, slot: TimeSlot | None, now: datetime) -> tuple[datetime, datetime]:
    """From when and until when a callback is dialled: from the beginning of `slot`, or (None) as soon as possible."""
    not_before = slot.start if slot else earliest_start(terms.calendar, now)
    return not_before, expiry_time(terms, slot.end if slot else not_before)


def earliest_start(calendar: Calendar, now: datetime) -> datetime:
    """When "as soon as possible" begins: now when open, else at the next opening (now if there is none)."""
    return calendar.next_opening(now) or now


def expiry_time(terms: CallbackTerms, start: datetime) -> datetime:
    """When a callback that may begin at `start` expires: `expires_h` later, not counting days that do not open.

    Otherwise a weekend would use the time up. When it never opens again, all days count.
    """
    calendar, left, at = terms.calendar, timedelta(hours=terms.rules.expires_h), start.astimezone(UTC)
    for _ in range(SEARCH_DAYS):
        day = calendar.local_date(at)
        midnight = calendar.start_of_day(day + timedelta(days=1))
        if calendar.hours.spans(day):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight
    return start + timedelta(hours=terms.rules.expires_h)


def _has_lead(rules: CallbackRules, slot: TimeSlot, now: datetime) -> bool:
    return slot.start - now >= timedelta(minutes=rules.lead_min)


def _list_slots_of_day(terms: CallbackTerms, day: date) -> Iterator[TimeSlot]:
    """The open time slots of a local day.

    They begin at multiples of their length in local time. Clocks change by whole hours, so no slot is cut: a skipped
    hour has none, a repeated hour has each twice.
    """
    spans, length = terms.calendar.hours.spans(day), terms.rules.slot_min
    starts = (
        instant
        for opens in range(0, DAY_END, length)
        if any(span.opens <= opens and opens + length <= span.closes for span in spans)
        for instant in terms.calendar.instants(day, opens)
    )
    for start in sorted(starts):
        yield TimeSlot(start, start + timedelta(minutes=length))
