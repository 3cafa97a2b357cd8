"""When a visitor can be called back: the time slots to choose from, "as soon as possible", and when both expire."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from routing.callbacks.holds import Hold, end_holds, list_free_parts, next_callable
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import SEARCH_DAYS, Calendar
from routing.hours.opening_hours import DAY_END

RENEWAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True, order=True)
class TimeSlot:
    """From `start` (included) to `end`, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class DialWindow:
    """From when and until when a callback is dialled.

    It expires when its clock, which begins at `clock_from`, has counted `clock`; `expires_at` is when that will be, as
    far as the holds are known now.
    """

    not_before: datetime
    clock_from: datetime
    clock: timedelta
    expires_at: datetime


def list_available_slots(terms: CallbackTerms, now: datetime, booked: Mapping[datetime, int]) -> tuple[TimeSlot, ...]:
    """The time slots that can be chosen now, in order: open, in no hold, far enough ahead, and not full.

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


def dial_window(terms: CallbackTerms, slot: TimeSlot | None, now: datetime) -> DialWindow:
    """From when and until when a callback is dialled: from the beginning of `slot`, or (None) as soon as possible."""
    not_before = slot.start if slot else earliest_start(terms.calendar, now, terms.holds)
    clock_from, clock = slot.end if slot else not_before, timedelta(hours=terms.rules.expires_h)
    return DialWindow(not_before, clock_from, clock, renewed_expiry(terms, clock_from, clock, now))


def earliest_start(calendar: Calendar, now: datetime, holds: tuple[Hold, ...] = ()) -> datetime:
    """When "as soon as possible" begins: now when that is open and in no hold, else as soon as both are so.

    Of a hold without a known end nobody knows more than that it lasts: it is left out. Now if it never opens again.
    """
    return next_callable(calendar, end_holds(holds, now), now) or now


def expiry_time(terms: CallbackTerms, start: datetime, clock: timedelta | None = None) -> datetime:
    """When a callback that may begin at `start` expires: `clock` later (by default the plan's `expires_h`).

    The clock counts neither days that do not open, nor days whose opening hours are all in a hold, nor the time in a
    hold: otherwise a weekend or a blackout period would use it up. When it never opens again, all days count. Every
    hold must have a known end (`end_holds`).
    """
    clock = timedelta(hours=terms.rules.expires_h) if clock is None else clock
    start = start.astimezone(UTC)
    counted = _count(terms, start, clock, lambda day: _can_be_called_on(terms, day))
    return counted or _count(terms, start, clock, lambda day: True) or start + clock


def renewed_expiry(terms: CallbackTerms, clock_from: datetime, clock: timedelta, now: datetime) -> datetime:
    """When a callback expires as far as is known at `now`: later than now while a hold without a known end lasts.

    Such a hold is taken to last another hour, so ask again within that hour, and when a hold begins or ends.
    """
    ended = CallbackTerms(terms.rules, terms.calendar, end_holds(terms.holds, now + RENEWAL))
    return expiry_time(ended, clock_from, clock)


def _count(terms: CallbackTerms, start: datetime, clock: timedelta, counts: Callable[[date], bool]) -> datetime | None:
    """When `clock` is used up; None when that is not within the days that are searched."""
    at = start
    for _ in range(SEARCH_DAYS):
        day = terms.calendar.local_date(at)
        midnight = terms.calendar.start_of_day(day + timedelta(days=1))
        for begins, ends in list_free_parts(terms.holds, at, midnight) if counts(day) else ():
            if clock <= ends - begins:
                return begins + clock
            clock -= ends - begins
        at = midnight
    return None


def _can_be_called_on(terms: CallbackTerms, day: date) -> bool:
    """Whether a part of the day's opening hours is in no hold."""
    return any(any(list_free_parts(terms.holds, *interval)) for interval in terms.calendar.open_intervals(day))


def _has_lead(rules: CallbackRules, slot: TimeSlot, now: datetime) -> bool:
    return slot.start - now >= timedelta(minutes=rules.lead_min)


def _list_slots_of_day(terms: CallbackTerms, day: date) -> Iterator[TimeSlot]:
    """The open time slots of a local day that touch no hold.

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
        end = start + timedelta(minutes=length)
        if not any(hold.overlaps(start, end) for hold in terms.holds):
            yield TimeSlot(start, end)
