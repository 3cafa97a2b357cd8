"""What a call needs to know, kept in memory: no conversation waits for the base, and none fails with it."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agi import last_good
from agi.last_good import LastGood
from records import embargoes, messages, people, plans, switches, talks
from records.base import Base
from records.errors import RecordsError
from records.people import Person
from records.switches import Switch, SwitchName
from routing import plan_text
from routing.messages import Embargo, MessageVersion, OnAir, on_air
from routing.plan import Number, Plan, Slot

log = logging.getLogger("agi")

REFRESH_S = 0.3  # what staff publish is heard by the next caller within a second


@dataclass(frozen=True, slots=True)
class House:
    """The plan in force, the daily messages, the staff and what is switched by hand, as last read."""

    plan: Plan
    plan_version: int
    source: str  # the plan's text
    messages: Mapping[str, tuple[MessageVersion, ...]]
    seconds: Mapping[str, float]  # length of each message's audio, by content hash
    staff: Mapping[str, Person]  # by phone account
    switches: Mapping[str, Switch]
    talk_s: float  # mean length of the last talks, 0 when unknown
    embargoes: tuple[Embargo, ...] = ()

    @property
    def closed_now(self) -> bool:
        """True while somebody has closed the house by hand, whatever its hours say."""
        return self.switches[SwitchName.CLOSED].on

    def number(self, landing: str) -> Number:
        """The number dialled by whose call comes in at `landing`; the first one, should the plan have forgotten it."""
        return self.plan.number_landing_at(landing) or self.plan.numbers[0]

    def on_air(self, slot: Slot, now: datetime) -> OnAir:
        """The version of a slot's message that callers hear now."""
        return on_air(self.messages.get(slot.name, ()), slot.name, now, slot.when_none, self.embargoes)


class Memory:
    """Keeps `house` fresh from a thread of its own; on any failure the last good one goes on serving.

    `kept`: the file that serves whoever starts while the base cannot be read.
    """

    def __init__(self, base: Base, kept: Path) -> None:
        self._base, self._file = base, kept
        self._kept: House | None = None
        self._stale = self._cannot_keep = False
        self.house = self._first()
        self._stopped = threading.Event()
        self._reader = threading.Thread(target=self._refresh, name="memory", daemon=True)
        self._reader.start()

    def close(self) -> None:
        self._stopped.set()
        self._reader.join()

    def _refresh(self) -> None:
        while not self._stopped.wait(REFRESH_S):
            try:
                self.house = self._read()
                self._keep(self.house)
                self._stale = False
            except Exception as error:  # whatever it is, callers are served from what is known
                self._say(error)

    def _first(self) -> House:
        try:
            return self._read()
        except Exception as error:
            try:
                house = _told(last_good.read(self._file))
            except (OSError, ValueError, plan_text.PlanError):
                raise error from None
            self._say(error)
            return house

    def _say(self, error: Exception) -> None:
        if not self._stale:  # once, not three times a second
            unforeseen = not isinstance(error, (RecordsError, plan_text.PlanError))
            log.error("serving from the last good plan and message: %s", error, exc_info=unforeseen)
        self._stale = True

    def _keep(self, house: House) -> None:
        """For whoever starts while the base is away."""
        now = replace(house, talk_s=0.0)  # which changes with every talk
        if now == self._kept:
            return
        try:
            last_good.keep(self._file, _kept(house))
            self._kept, self._cannot_keep = now, False
        except OSError as error:  # tried again at the next reading
            if not self._cannot_keep:
                log.error("what a new start could serve from is not kept: %s", error)
            self._cannot_keep = True

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
        silences = embargoes.all(self._base)
        return House(plan, row.version, row.text, versions, lengths, staff, by_hand, talk_s, silences)


def _kept(house: House) -> LastGood:
    return LastGood(
        house.source,
        house.plan_version,
        dict(house.messages),
        dict(house.seconds),
        dict(house.staff),
        dict(house.switches),
        house.talk_s,
        house.embargoes,
    )


def _told(kept: LastGood) -> House:
    plan = plan_text.parse(kept.plan)
    off = {name: Switch(name, on=False) for name in SwitchName}  # whichever did not exist yet
    return House(
        plan,
        kept.plan_version,
        kept.plan,
        kept.messages,
        kept.seconds,
        kept.staff,
        off | kept.switches,
        kept.talk_s,
        kept.embargoes,
    )
