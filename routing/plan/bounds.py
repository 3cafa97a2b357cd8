"""The whole numbers of a plan: the least and the greatest of each, and its unit."""

from collections.abc import Mapping
from dataclasses import fields
from typing import NamedTuple

from routing.callbacks.limits import CallbackLimits
from routing.plan.model import OverflowTrigger
from routing.plan.units import (
    ATTEMPTS,
    CALLBACKS,
    CALLS,
    CENTS,
    CONTACTS,
    DAYS,
    EUROS,
    HOURS,
    MINUTES,
    PER_CENT,
    SECONDS,
)
from routing.retention import PURPOSES
from translations.message import Message


class Bounds(NamedTuple):
    """From `low` to `high`, both included. A number that tells a place or a level has no unit."""

    low: int
    high: int
    unit: Message | None = None


STAFF: Mapping[str, Bounds] = {
    "ring_s": Bounds(5, 120, SECONDS),
    "max_wait_s": Bounds(5, 3600, SECONDS),
    "wrapup_s": Bounds(0, 600, SECONDS),
    "more_wrapup_s": Bounds(0, 600, SECONDS),
    "answer_within_s": Bounds(5, 600, SECONDS),
    "browser_away_s": Bounds(20, 3600, SECONDS),
    "misses": Bounds(0, 20, CALLS),
}
WAITING: Mapping[str, Bounds] = {
    "offer_every_s": Bounds(5, 600, SECONDS),
    "announce_every_s": Bounds(5, 600, SECONDS),
}
OVERFLOW_RULES: Mapping[OverflowTrigger, Bounds] = {
    OverflowTrigger.CALLERS_WAITING: Bounds(0, 1000, CALLS),
    OverflowTrigger.LONGEST_WAIT: Bounds(0, 3600, SECONDS),
    OverflowTrigger.ESTIMATED_WAIT: Bounds(0, 3600, SECONDS),
    OverflowTrigger.SHARE_OF_CALLS: Bounds(1, 100, PER_CENT),
}
"""Of the values of overflow rules; the other rules have no value."""
CENTRE_RING = Bounds(5, 120, SECONDS)
CONTRACT: Mapping[str, Bounds] = {
    "contact_free_s": Bounds(0, 600, SECONDS),
    "contacts_min": Bounds(0, 1_000_000, CONTACTS),
    "hours_planned": Bounds(0, 100_000, HOURS),
    "hours_min": Bounds(0, 100_000, HOURS),
    "hour_step_min": Bounds(1, 60, MINUTES),
    "service_percent": Bounds(1, 100, PER_CENT),
    "service_s": Bounds(1, 600, SECONDS),
    "penalty_percent": Bounds(0, 100, PER_CENT),
    "card_min": Bounds(1, 60, MINUTES),
    "outcome_h": Bounds(0, 720, HOURS),
    "capacity": Bounds(0, 10_000, CALLS),
    "priority": Bounds(1, 9),
    "share": Bounds(0, 100, PER_CENT),
}
"""Of the contract with an overflow centre."""
MAX_PRICE = 1_000_000
"""In euros."""
CALLBACK_COUNTS: Mapping[str, Bounds] = {
    "attempts": Bounds(1, 5, ATTEMPTS),
    "ring_s": Bounds(10, 120, SECONDS),
    "line_s": Bounds(10, 3600, SECONDS),
    "at_once": Bounds(1, 100, CALLBACKS),
    "per_slot": Bounds(1, 1000, CALLBACKS),
    "lead_min": Bounds(0, 10080, MINUTES),
    "days_ahead": Bounds(0, 60, DAYS),
    "expires_h": Bounds(1, 720, HOURS),
}
RETRY = Bounds(1, 1440, MINUTES)
_LIMIT_UNITS = {"minutes_day": MINUTES, "euros_day": EUROS, "cents_min": CENTS}
LIMITS: Mapping[str, Bounds] = {
    field.name: Bounds(1, 1_000_000, _LIMIT_UNITS.get(field.name, CALLBACKS)) for field in fields(CallbackLimits)
}
SATISFACTION_SHARE = Bounds(0, 100, PER_CENT)
REQUEST_DUE = Bounds(1, 720, HOURS)
REQUEST_ESCALATION = Bounds(0, 720, HOURS)
REQUEST_LEVEL = Bounds(1, 3)
RETENTION: Mapping[str, Bounds] = {purpose: Bounds(1, 3650, DAYS) for purpose in PURPOSES}
