"""What is in force while callers wait: the plan, what staff switch by hand, and how long a talk usually is."""

import logging
from collections.abc import Mapping
from datetime import datetime

from records import embargoes, plans, stories, switches, talks
from records.base import Base
from records.errors import RecordsError
from records.switches import Switch, SwitchName
from routing import plan_text
from routing.hours import Hours
from routing.messages import Embargo, in_force
from routing.opening import opening
from routing.plan import Plan
from routing.plan_text import PlanError

log = logging.getLogger("switch")


class Policy:
    """As last read by `refresh`; where the base or a new plan fails, the last good one stays in force."""

    def __init__(self, base: Base, plan: Plan) -> None:
        self._base, self.plan = base, plan
        self.talk_s = 0.0
        self._version: int | None = None
        self._switches: Mapping[str, Switch] = {}
        self._embargoes: tuple[Embargo, ...] = ()
        self._landings: dict[str, str | None] = {}
        self._stale = False

    def refresh(self) -> None:
        """What is switched by hand counts also where the plan cannot be read."""
        try:
            self._switches = switches.current(self._base)
            self._embargoes = embargoes.all(self._base)
            self.talk_s = talks.mean_talk_s(self._base)
            row = plans.current(self._base)
            if row and row.version != self._version:
                self.plan, self._version = plan_text.parse(row.text), row.version
            self._stale = False
        except (RecordsError, PlanError) as error:
            if not self._stale:
                log.error("the last good plan and switches stay in force: %s", error)
            self._stale = True

    def is_on(self, name: SwitchName) -> bool:
        switch = self._switches.get(name)
        return switch is not None and switch.on

    def callbacks_held(self, now: datetime) -> bool:
        """While nobody may be called back: stopped by hand, or for the sake of an embargo."""
        return self.is_on(SwitchName.CALLBACKS) or in_force(self._embargoes, now) is not None

    def is_open(self, ref: str, now: datetime) -> bool:
        """Whether the number that this call dialled is open. What is not known is not closed: nobody is sent away."""
        return self._is_open(self._hours(ref), now)

    def is_open_at(self, public_number: str, now: datetime) -> bool:
        """Whether this number of ours (E.164) is open, as above."""
        number = next((number for number in self.plan.numbers if number.public == public_number), None)
        return self._is_open(self.plan.hours.get(number.hours) if number else None, now)

    def forget_all_but(self, refs: set[str]) -> None:
        """These calls alone still wait."""
        self._landings = {ref: landing for ref, landing in self._landings.items() if ref in refs}

    def _is_open(self, hours: Hours | None, now: datetime) -> bool:
        closed = self.is_on(SwitchName.CLOSED)
        return opening(hours, now, self.plan.timezone, closed).is_open if hours else not closed

    def _hours(self, ref: str) -> Hours | None:
        if ref not in self._landings:
            try:
                self._landings[ref] = stories.story(self._base, ref).call.landing
            except RecordsError:  # or not on record yet: where our own code was not asked, the sweep brings it
                return None
        number = self.plan.number_landing_at(self._landings[ref] or "")
        return self.plan.hours.get(number.hours) if number else None
