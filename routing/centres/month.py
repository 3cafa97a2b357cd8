"""A month of an overflow centre as a whole: its costs under both tariffs, its service, its weeks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from routing.centres.contract import CentreContract, Tariff
from routing.centres.day_counts import DayCount, HandedOverCall
from routing.centres.pricing import (
    NOTHING,
    CostKind,
    CostLine,
    Costs,
    Period,
    Service,
    divide_month,
    measure_service,
    next_month,
    price_period,
    share_out,
)
from routing.centres.weeks import HoursByMonth, Week, list_weeks, monday_of

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `costs` has each tariff whose price was agreed for all of its `periods`; `days` are those with calls.

    `has_hours`: the centre has sent its hours. Days without a contract cost nothing.
    """

    first: date
    periods: tuple[Period, ...]
    days: tuple[DayCount, ...]
    costs: Mapping[Tariff, Costs]
    service: Service
    weeks: tuple[Week, ...]
    has_hours: bool
    hours: Mapping[date, Decimal] | None = None

    @property
    def missing(self) -> int:
        """How many of the answered calls have no outcome yet."""
        return sum(day.missing for day in self.days)

    @property
    def contract(self) -> CentreContract | None:
        """The contract at the end of the month; None when there was none in it."""
        return self.periods[-1].contract if self.periods else None


def first_day_read(month: date) -> date:
    """The day from which on the counts are needed: the weeks begin before the month."""
    last_monday = monday_of(next_month(month) - timedelta(days=1))
    return min(month, last_monday - timedelta(days=7 * (WEEKS - 1)))


def day_after_read(month: date) -> date:
    """The day before which the counts are needed: the last week may end behind the month."""
    return monday_of(next_month(month) - timedelta(days=1)) + timedelta(days=7)


def work_out(month: date, contracts: Sequence[CentreContract], days: Iterable[DayCount], hours: HoursByMonth) -> Month:
    """The month that begins on `month`, from the counts of `first_day_read` to `day_after_read`."""
    read = tuple(days)
    inside = tuple(day for day in read if month <= day.day < next_month(month))
    periods = divide_month(month, contracts)
    priced = [price_period(period, inside, hours.get(month)) for period in periods]
    costs = {
        tariff: _join([each[tariff] for each in priced])
        for tariff in Tariff
        if priced and all(tariff in each for each in priced)
    }
    last_monday = monday_of(next_month(month) - timedelta(days=1))
    weeks = list_weeks(last_monday - timedelta(days=7 * (WEEKS - 1)), WEEKS, contracts, read, hours)
    return Month(month, periods, inside, costs, _service(periods, inside), weeks, month in hours, hours.get(month))


def share_month(month: Month, calls: Iterable[HandedOverCall]) -> Mapping[Tariff, Mapping[str, Decimal]]:
    """What each call of the month (by its reference) costs under each tariff of `month.costs`."""
    inside = tuple(calls)
    shares: dict[Tariff, dict[str, Decimal]] = {tariff: {} for tariff in month.costs}
    for period in month.periods:
        of_period = share_out(period, inside, price_period(period, month.days, month.hours))
        for tariff, by_call in shares.items():
            by_call |= of_period[tariff]
    return shares


def _service(periods: Sequence[Period], days: Sequence[DayCount]) -> Service:
    """Of the days on which a contract holds, each by its own service level; without any, of all days."""
    if not periods:
        return measure_service(CentreContract(), days)
    parts = [
        measure_service(period.contract, (day for day in days if period.first <= day.day <= period.last))
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
    return Costs(tuple(lines))
