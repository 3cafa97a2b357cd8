"""The configuration that calls need, kept in memory: no call waits for the database, and none fails with it."""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from agi import snapshot_file
from agi.snapshot_file import StoredSnapshot
from records import overrides
from records.calls import handling_time
from records.database.engine import Database
from records.database.revision import read_revision
from records.database.unit_of_work import one_view
from records.errors import RecordsError
from records.messages import blackout_periods, message_audio, message_versions
from records.plan.reader import PlanReader
from records.staff import agents
from records.staff.agents import Agent
from routing.messages import BlackoutPeriod, MessageVersion, OnAir, find_on_air
from routing.overrides import ManualOverrides, Override, find_overrides
from routing.plan import parsing
from routing.plan.errors import PlanError
from routing.plan.model import Announcement, Plan, PublicNumber

log = logging.getLogger("agi")

CLOCK_STEP = timedelta(hours=1)  # by which the clock of the machine may be set back
REFRESH_S = 0.3  # a caller hears within a second what staff publish
REREAD_S = 3.0  # also when nothing has changed since
QUIET_REREAD_S = 30.0  # when nothing had changed at the last look either
REREAD_AFTER = timedelta(seconds=3)  # two publishers at once may store their versions in another order than their ids


@dataclass(frozen=True, slots=True)
class ConfigSnapshot:
    """The plan in force, the messages, the agents and the manual overrides, as last read."""

    plan: Plan
    plan_version: int
    plan_text: str
    messages: Mapping[str, tuple[MessageVersion, ...]]  # by announcement
    audio_seconds: Mapping[str, float]  # length of each message's audio, by content hash
    agents: Mapping[str, Agent]  # by SIP account
    overrides: tuple[Override, ...]  # `get_overrides` gives those that decide for a call
    handling_time_s: float  # mean of recent calls that agents answered, 0 when unknown
    blackout_periods: tuple[BlackoutPeriod, ...] = ()
    has_outbound_trunk: bool = True  # without one nobody is offered a callback

    def get_overrides(self, number: PublicNumber, now: datetime) -> ManualOverrides:
        """The manual overrides in force for this number; they end by the clock, also while nothing can be read."""
        return find_overrides(self.overrides, number.e164, now)

    def dialled_number(self, landing: str) -> PublicNumber:
        """The public number whose calls arrive at `landing`; the plan's first one when the plan no longer has it."""
        return self.plan.find_number_by_landing(landing) or self.plan.numbers[0]

    def on_air(self, announcement: Announcement, now: datetime) -> OnAir:
        """The version of the announcement that callers hear now."""
        versions = self.messages.get(announcement.name, ())
        return find_on_air(versions, announcement.name, now, announcement.when_none_valid, self.blackout_periods)


class SnapshotReader:
    """Refreshes `current` in a thread of its own; when a read fails, `current` stays the last good snapshot.

    Each snapshot is saved to `file`, from which a worker starts when it cannot read the database. Raises RecordsError
    when there is no plan in either.
    """

    def __init__(
        self,
        database: Database,
        file: Path,
        *,
        has_outbound_trunk: Callable[[Database], bool] = lambda _database: True,
        watched: Database | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._watched, self._file = database, watched, file
        self._looked_at: Hashable = None
        self._revision: Hashable = None  # that of `current`
        self._read_at, self._reread_s = float("-inf"), REREAD_S
        self._has_outbound_trunk, self._clock = has_outbound_trunk, clock
        self._saved: ConfigSnapshot | None = None
        self._messages: _Messages | None = None
        self._stale = self._save_failed = False
        self.current = self._read_first()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="config-snapshot", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(REFRESH_S):
            try:
                if self._may_have_changed():
                    self.current = self._read()
                    self._save(self.current)
                    self._revision, self._read_at = self._looked_at, time.monotonic()
                self._stale = False
            except Exception as error:  # whatever it is, calls are served from the last good snapshot
                self._log_failure(error)

    def _may_have_changed(self) -> bool:
        """Whether anything was committed since the last look, or that cannot be told."""
        if self._watched is None:
            return True
        revision = read_revision(self._watched)
        changed, is_old = revision != self._revision, time.monotonic() - self._read_at > self._reread_s
        self._looked_at = revision
        if changed or is_old:
            self._reread_s = REREAD_S if changed else QUIET_REREAD_S
        return changed or is_old or self._save_failed

    def _read_first(self) -> ConfigSnapshot:
        try:
            return self._read()
        except Exception as error:
            try:
                snapshot = _from_stored(snapshot_file.load(self._file))
            except (OSError, ValueError, PlanError):
                raise error from None
            self._log_failure(error)
            return snapshot

    def _log_failure(self, error: Exception) -> None:
        if not self._stale:  # once, not at every refresh
            unexpected = not isinstance(error, (RecordsError, PlanError))
            log.error("serving the last good snapshot: %s", error, exc_info=unexpected)
        self._stale = True

    def _save(self, snapshot: ConfigSnapshot) -> None:
        comparable = replace(snapshot, handling_time_s=0.0)  # it changes with every call that an agent ends
        if comparable == self._saved:
            return
        try:
            snapshot_file.save(self._file, _to_stored(snapshot))
            self._saved, self._save_failed = comparable, False
        except OSError as error:  # retried at the next refresh
            if not self._save_failed:
                log.error("cannot save the snapshot file: %s", error)
            self._save_failed = True

    def _read(self) -> ConfigSnapshot:
        with one_view(self._database) as view:
            return self._read_in(view)

    def _read_in(self, database: Database) -> ConfigSnapshot:
        in_force = PlanReader(database).read()
        plan, version = in_force.plan, in_force.version
        messages = self._messages = self._read_messages(database, plan)
        return ConfigSnapshot(
            plan,
            version.version,
            version.text,
            messages=messages.versions,
            audio_seconds=messages.audio_seconds,
            agents={agent.sip_account: agent for agent in agents.list_agents(database)},
            overrides=overrides.list_overrides(database),
            handling_time_s=handling_time.mean_handling_time(database),
            blackout_periods=blackout_periods.list_blackout_periods(database),
            has_outbound_trunk=self._has_outbound_trunk(database),
        )

    def _read_messages(self, database: Database, plan: Plan) -> "_Messages":
        """Reads them only when there may be new ones: a version never changes, and most refreshes find none."""
        last, names, now = message_versions.find_last_change(database), tuple(plan.announcements), self._clock()
        kept = self._messages
        if (
            kept
            and (kept.last_change, tuple(kept.versions)) == (last, names)
            and abs(now - kept.read_at) < REREAD_AFTER
        ):
            return kept
        at = now - CLOCK_STEP
        versions = {name: message_versions.list_current_versions(database, name, at) for name in names}
        lengths = message_audio.get_audio_lengths(database, chain.from_iterable(versions.values()))
        return _Messages(last, now, versions, lengths)


@dataclass(frozen=True, slots=True)
class _Messages:
    """The versions of each announcement and the lengths of their sounds, as of `message_versions.find_last_change`."""

    last_change: tuple[int, int]
    read_at: datetime
    versions: Mapping[str, tuple[MessageVersion, ...]]
    audio_seconds: Mapping[str, float]


def _to_stored(snapshot: ConfigSnapshot) -> StoredSnapshot:
    return StoredSnapshot(
        snapshot.plan_text,
        snapshot.plan_version,
        dict(snapshot.messages),
        dict(snapshot.audio_seconds),
        dict(snapshot.agents),
        snapshot.overrides,
        snapshot.handling_time_s,
        snapshot.blackout_periods,
        snapshot.has_outbound_trunk,
    )


def _from_stored(stored: StoredSnapshot) -> ConfigSnapshot:
    return ConfigSnapshot(
        parsing.parse_plan(stored.plan),
        stored.plan_version,
        stored.plan,
        stored.messages,
        stored.audio_seconds,
        stored.agents,
        stored.overrides,
        stored.handling_time_s,
        stored.blackout_periods,
        stored.has_outbound_trunk,
    )
