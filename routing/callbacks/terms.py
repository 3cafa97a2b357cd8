"""The terms of a callback: the plan's rules, the calendar of the public number that calls back, and the holds."""

from dataclasses import dataclass

from routing.callbacks.holds import Hold
from routing.callbacks.rules import CallbackRules
from routing.hours.calendar import Calendar


@dataclass(frozen=True, slots=True)
class CallbackTerms:
    """How callbacks are made, and when: inside the opening hours, and outside every one of `holds`.

    `public_number` (E.164) is the one that calls back; "" when it is not known, and holds of one number do not count.
    """

    rules: CallbackRules
    calendar: Calendar
    holds: tuple[Hold, ...] = ()
    public_number: str = ""
