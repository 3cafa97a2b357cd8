"""The contracts with an overflow centre, as the versions of the plan hold them."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import select

from records.database.engine import Database
from records.plan.plan_versions import PlanVersion
from records.plan.reader import parse_version
from records.schema import PlanVersion as Versions
from routing.centres.contract import CentreContract
from routing.centres.reporting import find_contract
from routing.plan.errors import PlanError
from routing.plan.model import OverflowPlan

_LOOKED_AT = 50
"""Older versions are not read: it takes tens of milliseconds for each."""


def find_contracts(database: Database, centre: str, first: date, last: date) -> tuple[CentreContract, ...]:
    """The contracts of the days from `first` to `last`; for each day the first of them that covers it counts.

    They come from the versions of the plan, the newest first: so a correction counts for the days before it too, and a
    contract that another has followed counts until the day before that one begins. A contract that was given an earlier
    end has ended, whatever older versions say. Reading stops once no earlier contract can count.
    """
    next_begins = date.max
    found: list[CentreContract] = []
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    holding = select(*columns).where(Versions.text.contains("contract:")).order_by(Versions.version.desc())
    with database.read() as connection:
        versions = [PlanVersion(**row) for row in connection.execute(holding.limit(_LOOKED_AT)).mappings()]
    for version in versions:
        if next_begins <= first:
            break
        contract = _contract(version, centre)
        if contract is None:
            continue
        if next_begins < date.max and (contract.ends_on is None or contract.ends_on >= next_begins):
            contract = replace(contract, ends_on=next_begins - timedelta(days=1))
        begins = contract.starts_on or date.min
        if begins <= last and begins < next_begins:
            found.append(contract)
        next_begins = min(next_begins, begins)
    return tuple(found)


def get_current_contract(overflow: OverflowPlan, centre: str) -> CentreContract:
    """The contract in this plan; an empty one where the plan has none, or no such centre."""
    return next((each.contract for each in overflow.centres if each.name == centre), CentreContract())


def find_contract_of_day(database: Database, overflow: OverflowPlan, centre: str, day: date) -> CentreContract:
    """The contract that holds on the day, as costs have it; that of `overflow`, of the plan in force, where none does.

    Older versions of the plan are read only when that one does not hold on the day.
    """
    current = get_current_contract(overflow, centre)
    if current.is_in_force(day) and current != CentreContract():
        return current
    return find_contract(find_contracts(database, centre, day, day), day) or current


@lru_cache(maxsize=100)  # a version never changes, and its plan takes tens of milliseconds to read
def _contract(version: PlanVersion, centre: str) -> CentreContract | None:
    """The contract of this version; None where the centre has none, or an earlier release wrote what is no plan now."""
    try:
        contract = get_current_contract(parse_version(version).plan.overflow, centre)
    except PlanError:
        return None
    return contract if contract != CentreContract() else None
