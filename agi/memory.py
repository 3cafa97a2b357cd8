"""What a call needs to know, kept in memory: no conversation waits for the base, and none fails with it."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from records import messages, people, plans, switches, talks
from records.base import Base
from records.errors import RecordsError
from records.people import Person
from records.switches import Switch, SwitchName
from routing import plan_text
from routing.messages import MessageVersion, OnAir, on_air
from routing.plan import Number, Plan, Slot

log = logging.getLogger("agi")

REFRESH_S = 0.3  # what staff publish is heard by the next caller within a second


@dataclass(frozen=True, slots=True)
class House:
    """The plan in force, the daily messages, the staff and what is switched by hand, as last read."""

    plan: Plan
    plan_version: int
    messages: Mapping[str, tuple[MessageVersion, ...]]
    seconds: Mapping[str, float]  # length of each message's audio, by content hash
    staff: Mapping[str, Person]  # by phone account
    switches: Mapping[str, Switch]
    talk_s: float  # mean length of the last talks, 0 when unknown

    @property
    def closed_now(self) -> bool:
        """True while somebody has closed the house by hand, whatever its hours say."""
        return self.switches[SwitchName.CLOSED].on

    @property
    def own_lines(self) -> set[str]:
        """Ours and the overflow centres', E.164: nobody can be rung back there."""
        ours = {line for number in self.plan.numbers for line in (number.public, *number.landing)}
        return ours | {centre.number for centre in self.plan.overflow.centres if centre.number}

    def number(self, landing: str) -> Number:
        """The number dialled by whose call comes in at `landing`; the first one, should the plan have forgotten it."""
        return self.plan.number_landing_at(landing) or self.plan.numbers[0]

    def on_air(self, slot: Slot, now: datetime) -> OnAir:
        """The version of a slot's message that callers hear now."""
        return on_air(self.messages.get(slot.name, ()), slot.name, now, slot.when_none)


class Memory:
    """Keeps `house` fresh from a thread of its own; on any failure the last good one goes on serving."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self.house = self._read()
        self._stopped = threading.Event()
        self._stale = False
        self._reader = threading.Thread(target=self._refresh, name="memory", daemon=True)
        self._reader.start()

    def close(self) -> None:
        self._stopped.set()
        self._reader.join()

    def _refresh(self) -> None:
        while not self._stopped.wait(REFRESH_S):
            try:
                self.house = self._read()
                self._stale = False
            except Exception as error:  # whatever it is, callers are served from what is known
                if not self._stale:  # said once, not three times a second
                    log.error(
                        "serving from the last good plan and message: %s",
                        error,
                        exc_info=not isinstance(error, (RecordsError, plan_text.PlanError)),
                    )
                self._stale = True

    def _read(self) -> House:
        row = plans.current(self._base)
        if row is None:
            raise RecordsError("No plan yet; run `standardiste prepare`.")
        known = getattr(self, "house", None)
        plan = known.plan if known and known.plan_version == row.version else plan_text.parse(row.text)
        versions = {slot: messages.versions(self._base, slot) for slot in plan.slots}
        lengths = messages.lengths(self._base)
        staff = {person.phone: person for person in people.staff(self._base)}
        by_hand, talk_s = switches.current(self._base), talks.mean_talk_s(self._base)
        return House(plan, row.version, versions, lengths, staff, by_hand, talk_s)
