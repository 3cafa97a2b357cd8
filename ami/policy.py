"""What is in force while callers wait: the plan, the manual overrides, and the mean handling time."""

import logging
from contextlib import suppress
from datetime import datetime

from records import overrides
from records.calls import call_detail, handling_time
from records.database.engine import Database
from records.errors import RecordsError
from records.messages import blackout_periods
from records.plan.reader import NoPlan, PlanReader
from routing.hours.opening import get_opening_state
from routing.messages import BlackoutPeriod, find_active_blackout
from routing.overrides import ALL_NUMBERS, ManualOverrides, Override, find_overrides
from routing.plan.errors import PlanError
from routing.plan.model import Plan

log = logging.getLogger("switch")


class Policy:
    """The policy, as last read by `refresh`.

    While the database or a new plan cannot be read, the last good one stays in force.
    """

    def __init__(self, database: Database, plan: Plan) -> None:
        self._database, self._plans = database, PlanReader(database, plan)
        self.plan = plan
        self.handling_time_s = 0.0
        self._overrides: tuple[Override, ...] = ()
        self._blackout_periods: tuple[BlackoutPeriod, ...] = ()
        self._landings: dict[str, str | None] = {}
        self._stale = False

    def refresh(self) -> None:
        """Overrides are read first: they take effect also when the plan cannot be read."""
        try:
            self._overrides = overrides.list_overrides(self._database)
            self._blackout_periods = blackout_periods.list_blackout_periods(self._database)
            self.handling_time_s = handling_time.mean_handling_time(self._database)
            with suppress(NoPlan):
                self.plan = self._plans.read().plan
            self._stale = False
        except (RecordsError, PlanError) as error:
            if not self._stale:
                log.error("the last good plan and overrides stay in force: %s", error)
            self._stale = True

    def get_overrides(self, public_number: str, now: datetime) -> ManualOverrides:
        """The manual overrides in force for one of our public numbers (E.164); for "", those for all numbers."""
        return find_overrides(self._overrides, public_number, now)

    def callbacks_paused(self, public_number: str, now: datetime) -> bool:
        """True while this number places no callback: by hand, or during a blackout period."""
        paused = self.get_overrides(public_number, now).callbacks
        return paused is not None or find_active_blackout(self._blackout_periods, now) is not None

    def is_open_for_call(self, ref: str, now: datetime) -> bool:
        """True while the number that this call dialled is open. Unknown ones are open unless closed by hand."""
        return self.is_number_open(self._number_of_call(ref), now)

    def is_overflow_forced(self, ref: str, now: datetime) -> bool:
        """True while calls to the number that this call dialled go to the overflow centre by hand."""
        return self.get_overrides(self._number_of_call(ref), now).overflow is not None

    def is_number_open(self, public_number: str, now: datetime) -> bool:
        """The same as `is_open_for_call` for one of our public numbers (E.164)."""
        overrides = self.get_overrides(public_number, now)
        number = next((number for number in self.plan.numbers if number.e164 == public_number), None)
        if number is None:
            return overrides.closed is None
        return get_opening_state(self.plan.get_calendar(number), now, overrides).is_open

    def forget_other_calls(self, refs: set[str]) -> None:
        """Forgets all calls but these."""
        self._landings = {ref: landing for ref, landing in self._landings.items() if ref in refs}

    def _number_of_call(self, ref: str) -> str:
        """The public number that this call dialled (E.164), "" when it is not known."""
        if ref not in self._landings:
            try:
                self._landings[ref] = call_detail.get_call_detail(self._database, ref).call.landing
            except RecordsError:  # or not on record yet: after a fallback the CEL reader adds it
                return ALL_NUMBERS
        number = self.plan.find_number_by_landing(self._landings[ref] or "")
        return number.e164 if number else ALL_NUMBERS
