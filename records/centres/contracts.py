"""The contracts with an overflow centre, as the versions of the plan hold them."""

from datetime import date, timedelta

from sqlalchemy import select

from records.database.engine import Database
from records.plan.plan_versions import PlanVersion
from records.plan.reader import parse_version
from records.schema import PlanVersion as Versions
from routing.centres.contract import CentreContract
from routing.plan.errors import PlanError

_LOOKED_AT = 50
"""Older versions are not read: it takes tens of milliseconds for each."""


def find_contracts(database: Database, centre: str, first: date, last: date) -> tuple[CentreContract, ...]:
    """The contracts from `first` to `last`, newest version of the plan first: on each day the first in force holds.

    A contract that was corrected later counts as it was corrected, and one that another has followed stays for its own
    days. Only versions that hold a contract are read, the newest ones, until every day has one.
    """
    open_days = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    found: list[CentreContract] = []
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    holding = select(*columns).where(Versions.text.contains("contract:")).order_by(Versions.version.desc())
    with database.read() as connection:
        versions = [PlanVersion(**row) for row in connection.execute(holding.limit(_LOOKED_AT)).mappings()]
    for version in versions:
        if not open_days:
            break
        contract = _contract(version, centre)
        if contract is not None and contract not in found:
            found.append(contract)
            open_days = {day for day in open_days if not contract.is_in_force(day)}
    return tuple(found)


def _contract(version: PlanVersion, centre: str) -> CentreContract | None:
    """The contract of this version; None where the centre has none, or an earlier release wrote what is no plan now."""
    try:
        centres = parse_version(version).plan.overflow.centres
    except PlanError:
        return None
    contract = next((each.contract for each in centres if each.name == centre), CentreContract())
    return contract if contract != CentreContract() else None
