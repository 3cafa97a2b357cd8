"""The contract with an overflow centre: how it is paid, what it has promised, and from when to when."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from routing.languages import LocalizedText


class AnsweredBy(StrEnum):
    """Who answers the line of the centre: an agent, or an equipment that holds the caller in a queue of its own."""

    AGENT = "agent"
    ACD = "acd"


class CodeTold(StrEnum):
    """How an agent of the centre learns the code of a call, with which they open its card."""

    HIDDEN = "hidden"
    """Not at all: its equipment opens the card by the reference, or it does not use cards."""
    SHOWN = "shown"
    """As the name of the caller, which their telephone shows."""
    SPOKEN = "spoken"
    """Shown, and said to the agent before the caller is put through; the caller hears music meanwhile."""


class Tariff(StrEnum):
    """What the centre is paid for."""

    CONTACT = "contact"
    HOUR = "hour"


class RoundedOn(StrEnum):
    """Which amounts are rounded to the cent (half a cent up): each line of an invoice, or its total alone."""

    LINE = "line"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class CentreContract:
    """The contract with a centre. Prices are in euros, without tax; a price of None: that tariff was not agreed.

    `paid_by` None: nothing is agreed. `starts_on` and `ends_on` are its first and last day, by the house's clock. A
    talk shorter than `contact_free_s` seconds is no contact; at least `contacts_min` contacts, or `hours_min` hours of
    agents, are paid for each month. The hours of a day are rounded up to `hour_step_min` minutes; `hours_planned` are
    those of a month until the centre has sent its own. `set_up` is paid once, in the first month. `service_percent` of
    the calls are to be answered within `service_s` seconds; in a month in which they are not, `penalty_percent` are
    taken off. `outcomes`: those of the plan that the centre may report; empty: all. `card_min`: its agents see the
    card of a call for so many minutes after it, with `script`, what they are to say and to ask. `capacity`: at
    most so many calls at once are given to it; 0: any number. `outcome_h`: the centre says what became of a call within
    so many hours after it, or its supervisors are reminded; 0: nobody is.
    It is given calls during `hours`, a name of the plan's hours, and at any time without; `priority` 1 is tried first,
    and of the calls for its priority `share` per cent (routing/queue/centre_choice.py).
    """

    paid_by: Tariff | None = None
    answered_by: AnsweredBy = AnsweredBy.AGENT
    starts_on: date | None = None
    ends_on: date | None = None
    contact_price: Decimal | None = None
    contact_free_s: int = 0
    contacts_min: int = 0
    hour_price: Decimal | None = None
    hours_planned: int = 0
    hours_min: int = 0
    hour_step_min: int = 1
    set_up: Decimal | None = None
    rounded_on: RoundedOn = RoundedOn.TOTAL
    service_percent: int | None = None
    service_s: int | None = None
    penalty_percent: int = 0
    outcomes: tuple[str, ...] = ()
    card_min: int = 10
    outcome_h: int = 0
    code: CodeTold = CodeTold.HIDDEN
    capacity: int = 0
    hours: str = ""
    priority: int = 1
    share: int = 0
    script: LocalizedText = field(default_factory=dict)

    def is_in_force(self, day: date) -> bool:
        """Whether the day lies between the first and the last day, both included."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)

    def get_price(self, tariff: Tariff) -> Decimal | None:
        """The price of one contact or one hour, in euros; None when that tariff was not agreed."""
        return self.contact_price if tariff is Tariff.CONTACT else self.hour_price
