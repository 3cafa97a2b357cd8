"""How visitors are called back: a part of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from routing.callbacks.limits import CallbackLimits


class DialFirst(StrEnum):
    """Who is rung first: somebody of the team, who then waits for the visitor, or the visitor."""

    AGENT = "agent"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class CallbackSite:
    """A website with our button: the public number (E.164) that calls its visitors, whose calendar is theirs too.

    `origins` (such as "https://www.example.org") may use it from their own pages; `topics` to choose from by language.
    """

    name: str
    number: str
    origins: tuple[str, ...] = ()
    topics: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """Minutes, seconds and hours as the names end. `attempts` counts rings; `line_s` is the longest stay in the queue;
    `at_once` attempts are under way at most; `expires_h` counts from the slot's end, or from when it could begin, on
    days that open. `ranges` names what may be dialled (routing/callbacks/number_ranges.py).
    A plan has one site at least.
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
