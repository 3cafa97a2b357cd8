"""The organisation's sites, and the callback slots of the public number behind each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from callback_api.context import AppContext
from callback_api.problems import Problem
from records import holds
from records.callbacks.time_slots import count_bookings
from routing.callbacks import time_slots
from routing.callbacks.holds import has_open_end
from routing.callbacks.rules import CallbackSite
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot
from routing.plan.model import Plan


def get_site(plan: Plan, name: str | None) -> CallbackSite:
    """The site of this name; without one, the first. Raises Problem."""
    sites = plan.callbacks.sites
    if name is None:
        return sites[0]
    found = next((site for site in sites if site.name == name), None)
    if found is None:
        raise Problem("unknown-site")
    return found


def list_free_slots(context: AppContext, public_number: str) -> tuple[TimeSlot, ...]:
    """The slots in which this public number can still accept a callback; none without a trunk that places calls."""
    if not context.has_outbound_trunk:
        return ()
    plan, now = context.plan(), context.clock()
    terms = _get_terms(context, public_number, now)
    until = now + timedelta(days=plan.callbacks.days_ahead + 1)
    return time_slots.list_available_slots(terms, now, count_bookings(context.database, public_number, now, until))


def earliest_callback(context: AppContext, public_number: str) -> datetime | None:
    """The earliest time at which this public number calls somebody back "as soon as possible".

    None while nobody knows: callbacks are held until somebody ends that.
    """
    now = context.clock()
    terms = _get_terms(context, public_number, now)
    if has_open_end(terms.holds, now):
        return None
    return time_slots.earliest_start(terms.calendar, now, terms.holds)


def require_outbound_trunk(context: AppContext) -> None:
    """Raises Problem when no trunk places calls: a callback cannot be promised."""
    if not context.has_outbound_trunk:
        raise Problem("no-callbacks")


def slot_starting_at(plan: Plan, start: datetime) -> TimeSlot:
    """The slot that would begin at `start`; accepting the callback checks whether such a slot is available."""
    begins = start.astimezone(UTC)
    return TimeSlot(begins, begins + timedelta(minutes=plan.callbacks.slot_min))


def _get_terms(context: AppContext, public_number: str, now: datetime) -> CallbackTerms:
    terms = context.plan().get_callback_terms(public_number)
    return replace(terms, holds=holds.list_holds(context.database, now, public_number))
