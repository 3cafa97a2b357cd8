"""The checks of `doctor` for overflow centres: what their contracts say, and whether calls and codes can reach them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from records.check_result import CheckResult
from routing.centres.contract import CentreContract, CodeTold
from routing.destinations import Destination
from routing.plan.model import OverflowCentre, Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.queue.centre_choice import order_without_call
from standardiste.doctor.plan_findings import NEVER_OPEN_FOR, Team, advice, list_heard_menus
from translations.catalogues import LANGUAGES
from translations.dates import long_date
from translations.message import Message, OwnText, translatable

ENDS_SOON = timedelta(days=30)
"""So long before its last day the end of a contract is brought to mind."""


def check_overflow(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    """The centres of the plan, their contracts, and whether anything leads there."""
    for centre in plan.overflow.centres:
        yield from _check_contract(plan, centre, at)
        yield from _check_hours(plan, centre, at)
        yield from _check_code(plan, centre)
    yield from _check_shares(plan)
    yield from _check_lines(plan)
    if not plan.overflow.centres or plan.overflow.rules:
        return
    menus = [plan.menus[name] for name in list_heard_menus(plan)]
    ways = {choice.destination for menu in menus for choice in menu.choices} | {menu.fallback for menu in menus}
    if Destination.OVERFLOW not in ways:
        yield advice(
            "plan: overflow",
            translatable("No rule and no key leads to the overflow centres; only `standardiste overflow on` does."),
        )


def _check_contract(plan: Plan, centre: OverflowCentre, at: datetime) -> Iterator[CheckResult]:
    """A contract in which nothing is agreed is not wrong: the centre may cost nothing."""
    contract, today = centre.contract, at.astimezone(plan.timezone).date()
    name, title = "plan: contract", _title(plan, centre)
    if contract == CentreContract():
        return
    yield from _check_days(contract, today, title)
    if contract.paid_by is None or contract.get_price(contract.paid_by) is None:
        yield advice(
            name,
            translatable("The contract with the centre “%(name)s” has no tariff: nobody knows its costs.", name=title),
        )
    if unknown := [outcome for outcome in contract.outcomes if outcome not in plan.requests.outcome_titles]:
        yield advice(
            name,
            translatable(
                "The centre “%(name)s” may report outcomes that the plan does not have: %(outcomes)s.",
                name=title,
                outcomes=", ".join(unknown),
            ),
        )


def _check_days(contract: CentreContract, today: date, title: Message | OwnText) -> Iterator[CheckResult]:
    """A centre is given calls from the first to the last day of its contract (routing/queue/centre_choice.py)."""
    name, first, last = "plan: contract", contract.starts_on, contract.ends_on
    if last and last < today:
        yield advice(
            name,
            translatable("The contract with the centre “%(name)s” has ended: it is given no more calls.", name=title),
        )
    elif first and first > today:
        yield advice(
            name,
            translatable(
                "The contract with the centre “%(name)s” begins on %(day)s: before that day it is given no call.",
                name=title,
                day=_say_day(first),
            ),
        )
    elif last and last - today <= ENDS_SOON:
        yield advice(
            name,
            translatable(
                "The contract with the centre “%(name)s” ends with %(day)s: after that day it is given no call.",
                name=title,
                day=_say_day(last),
            ),
        )


def _say_day(day: date) -> OwnText:
    noon = datetime.combine(day, time(12), UTC)
    return OwnText({language: long_date(noon, UTC, language) for language in LANGUAGES})


def _check_hours(plan: Plan, centre: OverflowCentre, at: datetime) -> Iterator[CheckResult]:
    calendar = plan.calendars.get(centre.contract.hours)
    if calendar is None:
        return
    opens = calendar.next_opening(at)
    if opens is None or opens - at > NEVER_OPEN_FOR:
        yield advice(
            "plan: centres",
            translatable(
                "The centre “%(name)s” is given no call: by the hours of its contract it is closed for the next"
                " %(days)s days.",
                name=_title(plan, centre),
                days=NEVER_OPEN_FOR.days,
            ),
        )


def _check_code(plan: Plan, centre: OverflowCentre) -> Iterator[CheckResult]:
    """The public telephone network carries a number, but neither headers nor, as a rule, a name."""
    if centre.trunk is not None:
        return
    if centre.contract.code is CodeTold.SHOWN:
        yield advice(
            "plan: contract",
            translatable(
                "The code is shown to agents of “%(name)s” as the caller's name, which public numbers rarely carry:"
                " let it be said to them, or lead to the centre by a line of its own.",
                name=_title(plan, centre),
            ),
        )
    if centre.contract.code is CodeTold.HIDDEN and centre.contract.script:
        yield advice(
            "plan: contract",
            translatable(
                "Agents of “%(name)s” cannot read what they are to say: they learn no code, and a public number carries"
                " no reference that opens the card.",
                name=_title(plan, centre),
            ),
        )


def _check_shares(plan: Plan) -> Iterator[CheckResult]:
    """Shares that do not make 100 are kept in proportion, which is rarely what was meant."""
    for priority, of_place in groupby(
        order_without_call(plan.overflow.centres), key=lambda each: each.contract.priority
    ):
        shares = [each.contract.share for each in of_place]
        if any(shares) and sum(shares) != 100:
            yield advice(
                "plan: centres",
                translatable(
                    "The parts of the centres in place %(place)s make %(sum)s per cent, not 100: each gets its"
                    " proportion of that.",
                    place=priority,
                    sum=sum(shares),
                ),
            )


def _check_lines(plan: Plan) -> Iterator[CheckResult]:
    """A centre whose line is that of one before it is tried only when that line has just failed."""
    before: dict[tuple[str | None, str | None], OverflowCentre] = {}
    for centre in order_without_call(plan.overflow.centres):
        first = before.setdefault((centre.number, centre.trunk), centre)
        if first is not centre:
            yield advice(
                "plan: centres",
                translatable(
                    "The centres “%(first)s” and “%(second)s” have the same line: when one fails, the other does too.",
                    first=_title(plan, first),
                    second=_title(plan, centre),
                ),
            )


def _title(plan: Plan, centre: OverflowCentre) -> Message | OwnText:
    return find_title(plan, PartKind.CENTRE, centre.name)
