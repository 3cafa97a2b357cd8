"""The plan in force, parsed; and the last good one while the database or a new plan fails."""

import logging
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.plan.plan_versions import PlanVersion, get_current_version, get_current_version_in
from routing.plan.errors import PlanError
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan

REFRESH_S = 1.0
log = logging.getLogger("plan")


class NoPlan(NotFound):
    """No plan has been saved."""

    def __init__(self) -> None:
        super().__init__("No plan yet; run `standardiste prepare`.")


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """A saved version of the plan, and the plan that its text describes."""

    version: PlanVersion
    plan: Plan


class PlanReader:
    """Reads the plan in force, and keeps the last one that could be read.

    `last_good` is that plan: at first the one given, None if none is.
    """

    def __init__(self, database: Database, last_good: Plan | None = None) -> None:
        self._database, self.last_good = database, last_good
        self._read_at = float("-inf")
        self._reading = threading.Lock()
        self._stale = False

    def read(self) -> PlanInForce:
        """The plan in force now.

        Raises NoPlan, PlanError for a plan that cannot be parsed, DatabaseBusy, DatabaseUnavailable.
        """
        in_force = parse_version(get_current_version(self._database))
        self.last_good = in_force.plan
        return in_force

    def __call__(self) -> Plan:
        """The plan in force, at most REFRESH_S old; the last good one after a failure, which is logged once.

        Threads may share the reader: one reads, the others do not wait for it. Raises as `read` while there is no
        last good plan.
        """
        if self.last_good is None:
            return self.read().plan
        if time.monotonic() - self._read_at > REFRESH_S and self._reading.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._read_at = time.monotonic()
                self._reading.release()
        return self.last_good

    def _refresh(self) -> None:
        try:
            self.read()
            self._stale = False
        except NoPlan:
            pass  # the plan that was given stays in force
        except (RecordsError, PlanError) as error:
            if not self._stale:
                log.error("the last good plan stays in force: %s", error)
            self._stale = True


def parse_version(version: PlanVersion | None) -> PlanInForce:
    """The version with its plan; the last texts parsed are cached. Raises NoPlan for None, PlanError."""
    if version is None:
        raise NoPlan
    return PlanInForce(version, _parse(version.text, f"plan version {version.version}"))


def find_plan_in(connection: Connection) -> Plan | None:
    """The plan in force, for a decision inside a transaction; None when there is none, or it cannot be parsed."""
    try:
        return parse_version(get_current_version_in(connection)).plan
    except (NoPlan, PlanError):
        return None


@lru_cache(maxsize=4)
def _parse(text: str, source: str) -> Plan:
    return parse_plan(text, source)
