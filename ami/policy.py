"""What is in force while callers wait: the plan, the manual overrides, and the mean handling time."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from records import overrides
from records.calls import call_detail, handling_time
from records.database.engine import Database
from records.errors import RecordsError
from records.messages import blackout_periods
from records.overrides import Override, OverrideName
from records.plan.reader import NoPlan, PlanReader
from routing.hours.calendar import Calendar
from routing.hours.opening import get_opening_state
from routing.messages import BlackoutPeriod, find_active_blackout
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
        self._overrides: Mapping[str, Override] = {}
        self._blackout_periods: tuple[BlackoutPeriod, ...] = ()
        self._landings: dict[str, str | None] = {}
        self._stale = False

    def refresh(self) -> None:
        """Overrides are read first: they take effect also when the plan cannot be read."""
        try:
            self._overrides = overrides.get_overrides(self._database)
            self._blackout_periods = blackout_periods.list_blackout_periods(self._database)
            self.handling_time_s = handling_time.mean_handling_time(self._database)
            with suppress(NoPlan):
                self.plan = self._plans.read().plan
            self._stale = False
        except (RecordsError, PlanError) as error:
            if not self._stale:
                log.error("the last good plan and overrides stay in force: %s", error)
            self._stale = True

    def is_overridden(self, name: OverrideName) -> bool:
        override = self._overrides.get(name)
        return override is not None and override.active

    def callbacks_paused(self, now: datetime) -> bool:
        """True while no callback may be placed: by hand, or during a blackout period."""
        return (
            self.is_overridden(OverrideName.CALLBACKS) or find_active_blackout(self._blackout_periods, now) is not None
        )

    def is_open_for_call(self, ref: str, now: datetime) -> bool:
        """True while the number that this call dialled is open. Unknown ones are open unless closed by hand."""
        return self._is_open(self._calendar_of_call(ref), now)

    def is_number_open(self, public_number: str, now: datetime) -> bool:
        """The same for one of our public numbers (E.164)."""
        number = next((number for number in self.plan.numbers if number.e164 == public_number), None)
        return self._is_open(self.plan.get_calendar(number) if number else None, now)

    def forget_other_calls(self, refs: set[str]) -> None:
        """Forgets all calls but these."""
        self._landings = {ref: landing for ref, landing in self._landings.items() if ref in refs}

    def _is_open(self, calendar: Calendar | None, now: datetime) -> bool:
        closed = self.is_overridden(OverrideName.CLOSED)
        return get_opening_state(calendar, now, closed).is_open if calendar else not closed

    def _calendar_of_call(self, ref: str) -> Calendar | None:
        if ref not in self._landings:
            try:
                self._landings[ref] = call_detail.get_call_detail(self._database, ref).call.landing
            except RecordsError:  # or not on record yet: after a fallback the CEL reader adds it
                return None
        number = self.plan.find_number_by_landing(self._landings[ref] or "")
        return self.plan.get_calendar(number) if number else None
