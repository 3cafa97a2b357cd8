"""What a call needs to know, kept in memory: no conversation waits for the base, and none fails with it."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from records import messages, plans
from records.base import Base
from records.errors import RecordsError
from routing import plan_text
from routing.messages import MessageVersion, OnAir, on_air
from routing.plan import Plan, Slot

log = logging.getLogger("agi")

REFRESH_S = 0.3  # what staff publish is heard by the next caller within a second


@dataclass(frozen=True, slots=True)
class House:
    """The plan in force and the daily messages, as last read."""

    plan: Plan
    plan_version: int
    messages: Mapping[str, tuple[MessageVersion, ...]]
    seconds: Mapping[str, float]  # length of each message's audio, by content hash

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
        threading.Thread(target=self._refresh, name="memory", daemon=True).start()

    def close(self) -> None:
        self._stopped.set()

    def _refresh(self) -> None:
        while not self._stopped.wait(REFRESH_S):
            try:
                self.house = self._read()
                self._stale = False
            except (RecordsError, plan_text.PlanError) as error:
                if not self._stale:  # said once, not three times a second
                    log.error("serving from the last good plan and message: %s", error)
                self._stale = True

    def _read(self) -> House:
        row = plans.current(self._base)
        if row is None:
            raise RecordsError("No plan yet; run `standardiste prepare`.")
        known = getattr(self, "house", None)
        plan = known.plan if known and known.plan_version == row.version else plan_text.parse(row.text)
        versions = {slot: messages.versions(self._base, slot) for slot in plan.slots}
        lengths = messages.lengths(self._base)
        return House(plan, row.version, versions, lengths)
