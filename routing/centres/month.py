"""A month of an overflow centre as a whole: its costs under both tariffs, its service, its weeks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from routing.centres.contract import CentreContract, Tariff
from routing.centres.pricing import (
    NOTHING,
    CostKind,
    CostLine,
    Costs,
    HandedOverCall,
    Period,
    Service,
    divide_month,
    measure_service,
    next_month,
    price_period,
)
from routing.centres.weeks import HoursByMonth, Week, list_weeks, monday_of

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `costs` has each tariff whose price was agreed for all of its `periods`; `calls` are all of its calls.

    `has_hours`: the centre has sent its hours. Days without a contract cost nothing.
    """

    first: date
    periods: tuple[Period, ...]
    calls: tuple[HandedOverCall, ...]
    costs: Mapping[Tariff, Costs]
    service: Service
    weeks: tuple[Week, ...]
    has_hours: bool

    @property
    def contract(self) -> CentreContract | None:
        """The contract at the end of the month; None when there was none in it."""
        return self.periods[-1].contract if self.periods else None


def first_day_read(month: date) -> date:
    """The day from which on the calls are needed: the weeks begin before the month."""
    last_monday = monday_of(next_month(month) - timedelta(days=1))
    return min(month, last_monday - timedelta(days=7 * (WEEKS - 1)))


def day_after_read(month: date) -> date:
    """The day before which the calls are needed: the last week may end behind the month."""
    return monday_of(next_month(month) - timedelta(days=1)) + timedelta(days=7)


def work_out(
    month: date, contracts: Sequence[CentreContract], calls: Iterable[HandedOverCall], hours: HoursByMonth
) -> Month:
    """The month that begins on `month`, from the calls of `first_day_read` to `day_after_read`."""
    read = tuple(calls)
    inside = tuple(call for call in read if month <= call.day < next_month(month))
    periods = divide_month(month, contracts)
    priced = [price_period(period, inside, hours.get(month)) for period in periods]
    costs = {
        tariff: _join([each[tariff] for each in priced])
        for tariff in Tariff
        if priced and all(tariff in each for each in priced)
    }
    last_monday = monday_of(next_month(month) - timedelta(days=1))
    weeks = list_weeks(last_monday - timedelta(days=7 * (WEEKS - 1)), WEEKS, contracts, read, hours)
    return Month(month, periods, inside, costs, _service(periods, inside), weeks, month in hours)


def _service(periods: Sequence[Period], calls: Sequence[HandedOverCall]) -> Service:
    """Of the days on which a contract holds, each by its own service level; without any, of all calls."""
    if not periods:
        return measure_service(CentreContract(), calls)
    parts = [
        measure_service(period.contract, (call for call in calls if period.first <= call.day <= period.last))
        for period in periods
    ]
    return Service(*(sum(getattr(part, name) for part in parts) for name in ("given", "answered", "in_time")))


def _join(parts: Sequence[Costs]) -> Costs:
    """The costs of all periods, with one line of each kind."""
    lines = []
    for kind in CostKind:
        same = [line for part in parts for line in part.lines if line.kind is kind]
        if same:
            quantity, amount = (sum((getattr(line, name) for line in same), NOTHING) for name in ("quantity", "amount"))
            lines.append(CostLine(kind, quantity, amount))
    by_call: dict[str, Decimal] = {}
    for part in parts:
        by_call |= part.by_call
    return Costs(tuple(lines), by_call)
