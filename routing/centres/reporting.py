"""Until when, and by which words, an overflow centre says what became of a call."""

from collections.abc import Iterable
from datetime import date, timedelta

from routing.centres.contract import CentreContract
from routing.request_rules import RequestRules

REPORTED_DAYS = 31
"""How long after the day on which a centre was given a call it may say what became of it."""


def is_too_late(given_on: date, today: date) -> bool:
    """Whether nothing is taken any more about a call that was given on that day."""
    return today - given_on > timedelta(days=REPORTED_DAYS)


def is_over(contract: CentreContract, today: date) -> bool:
    """Whether its last day is over: what is open to the centre is closed by itself then."""
    return contract.ends_on is not None and contract.ends_on < today


def has_ended(contract: CentreContract, today: date) -> bool:
    """Whether the contract ended so long ago that no call of it can be reported any more."""
    return contract.ends_on is not None and is_too_late(contract.ends_on, today)


def find_contract(contracts: Iterable[CentreContract], day: date) -> CentreContract | None:
    """The first one in force on that day, which holds for the calls of the day; None without any."""
    return next((each for each in contracts if each.is_in_force(day)), None)


def list_outcome_names(contract: CentreContract, rules: RequestRules) -> tuple[str, ...]:
    """The outcomes that the centre may report: those that the contract names; all of the plan when it names none."""
    return contract.outcomes or tuple(rules.outcome_titles)
