"""The terms of a callback: the plan's rules, and the calendar of the public number that calls back."""

from dataclasses import dataclass

from routing.callbacks.rules import CallbackRules
from routing.hours.calendar import Calendar


@dataclass(frozen=True, slots=True)
class CallbackTerms:
    """How callbacks are made, and when."""

    rules: CallbackRules
    calendar: Calendar
