"""The plan in force, as the base has it."""

import logging
import threading
import time

from records import plans
from records.base import Base
from records.errors import RecordsError
from routing import plan_text
from routing.plan import Plan
from routing.plan_text import PlanError

REREAD_S = 1.0
log = logging.getLogger("plan")


class CurrentPlan:
    """Calling it gives the plan, at most a second old; where the base or a new plan fails, the last good one."""

    def __init__(self, base: Base, plan: Plan) -> None:
        self._base, self._plan = base, plan
        self._version: int | None = None
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def __call__(self) -> Plan:
        if time.monotonic() - self._read_at > REREAD_S and self._reading.acquire(blocking=False):
            try:
                self._read()
            finally:
                self._read_at = time.monotonic()
                self._reading.release()
        return self._plan

    def _read(self) -> None:
        try:
            row = plans.current(self._base)
            if row and row.version != self._version:
                self._plan, self._version = plan_text.parse(row.text), row.version
        except (RecordsError, PlanError) as error:
            log.error("the last good plan stays in force: %s", error)
