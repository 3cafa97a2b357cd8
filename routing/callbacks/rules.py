"""The rules of callbacks, a part of the plan: ranges, time slots, retries, limits, when a callback expires."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from routing.callbacks.limits import CallbackLimits


class DialFirst(StrEnum):
    """Who is dialled first: an agent, who then waits for the visitor, or the visitor."""

    AGENT = "agent"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class CallbackSite:
    """A website that offers callbacks. Its visitors are called from the public number `number` (E.164), in its hours.

    Pages of `origins` (such as "https://www.example.org") may send requests. `topics` are the visitor's choices, by
    language.
    """

    name: str
    number: str
    origins: tuple[str, ...] = ()
    topics: Mapping[str, tuple[str, ...]] | None = None
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """The rules of callbacks; the unit is the suffix of a name.

    `attempts` counts dials of the visitor. `line_s` is the longest wait in the queue, `at_once` the number of attempts
    under way at the same time. `expires_h` counts from the end of the time slot, or from when the callback could begin,
    on days that open. `ranges` are keys of NUMBER_RANGES. A plan has at least one site.
    """

    first: DialFirst = DialFirst.AGENT
    attempts: int = 2
    retry_after_min: tuple[int, ...] = (10, 60)
    ring_s: int = 30
    line_s: int = 120
    at_once: int = 5
    slot_min: int = 30
    per_slot: int = 10
    lead_min: int = 30
    days_ahead: int = 7
    expires_h: int = 48
    ranges: tuple[str, ...] = ("metropolitan",)
    limits: CallbackLimits = field(default_factory=CallbackLimits)
    sites: tuple[CallbackSite, ...] = ()
