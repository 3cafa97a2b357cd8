"""What the calls of an overflow centre cost in one month, under both tariffs.

Amounts are exact decimals in euros. Every cost is a sum of lines, which follow from the counts of the days. What a
month costs by contact or by hour is shared out to its calls (`share_out`) where somebody needs it call by call; both
sums are the total, to the cent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum

from routing.centres.contract import CentreContract, RoundedOn, Tariff
from routing.centres.day_counts import DayCount, HandedOverCall, milliseconds

CENT, HUNDREDTH = Decimal("0.01"), Decimal("0.01")
NOTHING = Decimal(0)


class CostKind(StrEnum):
    """What a line of the costs is for."""

    CONTACTS = "contacts"
    HOURS = "hours"
    MINIMUM = "minimum"
    SET_UP = "set_up"
    PENALTY = "penalty"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line: so many contacts or hours (`quantity`; 1 for an amount of its own), and what they cost."""

    kind: CostKind
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Costs:
    """The lines of one tariff."""

    lines: tuple[CostLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), NOTHING)


@dataclass(frozen=True, slots=True)
class Service:
    """How many calls the centre was given, how many of them it answered, and how many in time."""

    given: int
    answered: int
    in_time: int

    @property
    def percent(self) -> Decimal | None:
        """The share that was answered in time; None without calls."""
        return Decimal(100 * self.in_time) / self.given if self.given else None


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a month, both included, on which one contract holds."""

    contract: CentreContract
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def share(self) -> Decimal:
        """Its share of its month."""
        return Decimal(self.days) / days_in_month(self.first)


def days_in_month(day: date) -> int:
    return (next_month(day) - day.replace(day=1)).days


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def divide_month(month: date, contracts: Sequence[CentreContract]) -> tuple[Period, ...]:
    """The periods of the month that begins on `month`; on each day the first of `contracts` that is in force holds."""
    periods: list[Period] = []
    for number in range(days_in_month(month)):
        day = month + timedelta(days=number)
        contract = next((each for each in contracts if each.is_in_force(day)), None)
        if contract is None:
            continue
        if periods and periods[-1].contract is contract and periods[-1].last == day - timedelta(days=1):
            periods[-1] = Period(contract, periods[-1].first, day)
        else:
            periods.append(Period(contract, day, day))
    return tuple(periods)


def price_period(
    period: Period, days: Iterable[DayCount], hours: Mapping[date, Decimal] | None
) -> Mapping[Tariff, Costs]:
    """The costs of the days that lie in the period, under each tariff that has a price.

    `hours` are those that the centre has sent, by day; None: those that are planned. The order of the days does not
    matter. Least quantities and planned hours of a period that is no whole month count by its days.
    """
    contract = period.contract
    inside = [day for day in days if period.first <= day.day <= period.last]
    penalised = is_penalised(contract, measure_service(contract, inside))
    costs = {}
    if contract.contact_price is not None:
        costs[Tariff.CONTACT] = _price_contacts(period, contract.contact_price, inside, penalised)
    if contract.hour_price is not None:
        costs[Tariff.HOUR] = _price_hours(period, contract.hour_price, hours, penalised)
    return costs


def share_out(
    period: Period, calls: Iterable[HandedOverCall], costs: Mapping[Tariff, Costs]
) -> Mapping[Tariff, Mapping[str, Decimal]]:
    """The share of each call of the period (by its reference) in its contacts or hours, of `price_period`.

    What belongs to no call is left out: what is paid in any case, the set-up, the penalty, the rounding, and hours in
    which nobody was answered. The order of the calls does not matter.
    """
    contract = period.contract
    inside = [call for call in calls if period.first <= call.day <= period.last]
    shares: dict[Tariff, Mapping[str, Decimal]] = {}
    if Tariff.CONTACT in costs and contract.contact_price is not None:
        each = _line(contract, contract.contact_price)
        shares[Tariff.CONTACT] = {call.reference: each if is_contact(contract, call) else NOTHING for call in inside}
    if Tariff.HOUR in costs:
        worked = sum((line.amount for line in costs[Tariff.HOUR].lines if line.kind is CostKind.HOURS), NOTHING)
        shares[Tariff.HOUR] = _share_hours(worked, inside)
    return shares


def measure_service(contract: CentreContract, days: Iterable[DayCount]) -> Service:
    """What became of the calls of these days; without a service level every answer is in time."""
    counted = tuple(days)
    return Service(
        sum(day.sent for day in counted),
        sum(day.answered for day in counted),
        sum(day.count_answered_within(contract.service_s) for day in counted),
    )


def is_penalised(contract: CentreContract, service: Service) -> bool:
    """Whether the service level was missed in a way that costs the centre something."""
    if not contract.penalty_percent or contract.service_percent is None or service.percent is None:
        return False
    return service.percent < contract.service_percent


def is_contact(contract: CentreContract, call: HandedOverCall) -> bool:
    """Whether the talk is long enough to be paid for."""
    return call.talk_s is not None and call.talk_s >= contract.contact_free_s


def planned_hours(period: Period) -> Decimal:
    """The planned hours of the period, to the hundredth."""
    return (period.contract.hours_planned * period.share).quantize(HUNDREDTH, ROUND_HALF_UP)


def paid_minutes(contract: CentreContract, hours: Decimal) -> int:
    """The hours of a day as they are paid, in minutes: rounded up to the steps that the contract says."""
    return contract.hour_step_min * int((hours * 60 / contract.hour_step_min).to_integral_value(ROUND_CEILING))


def _price_contacts(period: Period, price: Decimal, days: Sequence[DayCount], penalised: bool) -> Costs:
    contract = period.contract
    count = sum(day.count_talks_from(contract.contact_free_s) for day in days)
    lines = [CostLine(CostKind.CONTACTS, Decimal(count), count * _line(contract, price))]
    least = (contract.contacts_min * period.share).to_integral_value(ROUND_HALF_UP)
    if least > count:
        lines.append(CostLine(CostKind.MINIMUM, least - count, _line(contract, (least - count) * price)))
    return Costs(_finish(period, lines, penalised))


def _price_hours(period: Period, price: Decimal, hours: Mapping[date, Decimal] | None, penalised: bool) -> Costs:
    contract = period.contract
    if hours is None:
        count = planned_hours(period)
        amount = _line(contract, count * price)
    else:
        days = [paid_minutes(contract, worked) for day, worked in hours.items() if period.first <= day <= period.last]
        count = Decimal(sum(days)) / 60
        # Without rounding by day the sum comes first: sixtieths are no exact decimals.
        by_day = days if contract.rounded_on is RoundedOn.LINE else [sum(days)]
        amount = sum((_line(contract, minutes * price / 60) for minutes in by_day), NOTHING)
    lines = [CostLine(CostKind.HOURS, count, amount)]
    least = (contract.hours_min * period.share).quantize(HUNDREDTH, ROUND_HALF_UP)
    if least > count:
        lines.append(CostLine(CostKind.MINIMUM, least - count, _line(contract, (least - count) * price)))
    return Costs(_finish(period, lines, penalised))


def _finish(period: Period, lines: list[CostLine], penalised: bool) -> tuple[CostLine, ...]:
    """The lines with penalty, set-up and rounding."""
    contract, one = period.contract, Decimal(1)
    if penalised:
        work = sum((line.amount for line in lines), NOTHING)
        lines.append(CostLine(CostKind.PENALTY, one, -_line(contract, work * contract.penalty_percent / 100)))
    if contract.set_up and contract.starts_on and period.first <= contract.starts_on <= period.last:
        lines.append(CostLine(CostKind.SET_UP, one, _line(contract, contract.set_up)))
    exact = sum((line.amount for line in lines), NOTHING)
    if difference := exact.quantize(CENT, ROUND_HALF_UP) - exact:
        lines.append(CostLine(CostKind.ROUNDING, one, difference))
    return tuple(lines)


def _line(contract: CentreContract, amount: Decimal) -> Decimal:
    """The amount of a line of an invoice, which the contract may round."""
    return amount.quantize(CENT, ROUND_HALF_UP) if contract.rounded_on is RoundedOn.LINE else amount


def _share_hours(amount: Decimal, calls: Sequence[HandedOverCall]) -> dict[str, Decimal]:
    """What the calls cost of an amount for hours, by the length of their talks, in whole cents.

    The cents that are left by rounding go to the longest remainders, so that the sum is the amount without its part of
    a cent. Without a talk no call costs anything.
    """
    talks = {call.reference: milliseconds(call.talk_s or 0) for call in calls}
    whole, cents = sum(talks.values()), int(amount / CENT)
    if not whole:
        return dict.fromkeys(talks, NOTHING)
    parts = {reference: divmod(cents * talk, whole) for reference, talk in talks.items()}
    left = cents - sum(share for share, _ in parts.values())
    raised = set(sorted(parts, key=lambda reference: (-parts[reference][1], reference))[:left])
    return {reference: (share + (reference in raised)) * CENT for reference, (share, _) in parts.items()}
