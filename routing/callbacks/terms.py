"""The terms of a callback: the plan's rules, the calendar of the public number that calls back, and the holds."""

from dataclasses import dataclass

from routing.callbacks.holds import Hold
from routing.callbacks.rules import CallbackRules
from routing.hours.calendar import Calendar


@dataclass(frozen=True, slots=True)
class CallbackTerms:
    """How callbacks are made, and when: inside the opening hours, and outside every one of `holds`."""

    rules: CallbackRules
    calendar: Calendar
    holds: tuple[Hold, ...] = ()
