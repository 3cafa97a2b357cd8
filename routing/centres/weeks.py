"""The contacts of each week, and the number of contacts at which both tariffs of a contract cost the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from routing.centres.contract import CentreContract
from routing.centres.day_counts import DayCount
from routing.centres.pricing import days_in_month, paid_minutes

HoursByMonth = Mapping[date, Mapping[date, Decimal]]
"""The hours that the centre has sent: by the first day of each month for which it has, and by day."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday on. From `break_even` contacts on, hours are the cheaper tariff; None: it is unknown."""

    monday: date
    contacts: int
    break_even: int | None


def list_weeks(
    first: date, count: int, contracts: Sequence[CentreContract], counts: Iterable[DayCount], hours: HoursByMonth
) -> tuple[Week, ...]:
    """`count` weeks from the Monday `first` on. Least quantities, set-up and penalties are those of a month: left out.

    On each day the first of `contracts` that is in force holds.
    """
    days = [first + timedelta(days=number) for number in range(7 * count)]
    in_force = {day: next((each for each in contracts if each.is_in_force(day)), None) for day in days}
    contacts: Counter[date] = Counter()
    for each in counts:
        contract = in_force.get(each.day)
        if contract is not None:
            contacts[monday_of(each.day)] += each.count_talks_from(contract.contact_free_s)
    return tuple(Week(monday, contacts[monday], _break_even(monday, in_force, hours)) for monday in days[::7])


def monday_of(day: date) -> date:
    """The Monday of the week of this day."""
    return day - timedelta(days=day.weekday())


def _break_even(monday: date, in_force: Mapping[date, CentreContract | None], hours: HoursByMonth) -> int | None:
    """The contacts that cost what the hours of the week cost, at the prices of each day's contract."""
    needed = Decimal(0)
    for number in range(7):
        day = monday + timedelta(days=number)
        contract = in_force[day]
        if contract is None or not contract.contact_price or contract.hour_price is None:
            return None
        needed += _hours_of(day, contract, hours) * contract.hour_price / contract.contact_price
    return int(needed.to_integral_value(ROUND_CEILING)) if needed else None


def _hours_of(day: date, contract: CentreContract, hours: HoursByMonth) -> Decimal:
    """The hours of a day: as they are paid where the centre has sent those of the month, else its share of the plan."""
    sent = hours.get(day.replace(day=1))
    if sent is None:
        return Decimal(contract.hours_planned) / days_in_month(day)
    return Decimal(paid_minutes(contract, sent[day])) / 60 if day in sent else Decimal(0)
