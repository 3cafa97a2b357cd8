"""Brings the records up to date with what Asterisk wrote to disk, including what it wrote while no Python ran."""

import logging
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

from ami.cel.reader import CelReader
from ami.interrupted_calls import InterruptedCalls
from ami.voicemail_collector import VoicemailCollector
from records.database.engine import Database
from records.errors import RecordsError
from records.inbox.escalation import escalate_overdue
from records.requests.due_times import fill_due_times
from records.requests.notices import tell_due
from records.transfers.wrapups import begin_wrapups_after_talks
from records.writeups.unfinished import await_outcomes, leave_unfinished
from routing.plan.model import Plan
from translations.message import translatable

OVERDUE_EVERY = timedelta(seconds=30)
UNFINISHED = translatable("A call without an outcome")
"""The subject of the request that a wrap-up without an outcome leaves."""
log = logging.getLogger("switch")


class RecordSync:
    """Reads the CEL log, then closes interrupted calls, then collects recordings, then looks which requests are due.

    The order matters: each needs what the ones before it have stored.
    """

    def __init__(
        self,
        database: Database,
        cel_reader: CelReader,
        interrupted: InterruptedCalls,
        recordings: Sequence[VoicemailCollector],
    ) -> None:
        self._database = database
        self._cel_reader, self._interrupted, self._recordings = cel_reader, interrupted, recordings
        self._failed = False
        self._files: Hashable = None
        self._overdue_at: datetime | None = None
        self._talks_seen: datetime | None = None
        self.log_read_at: datetime | None = None
        """When the CEL log was last read to its end; None: not yet."""

    def has_news(self, now: datetime) -> bool:
        """Whether a file has changed since `catch_up` last read them, or a recording waits: asked without the database.

        The log then counts as read up to `now`.
        """
        try:
            if (
                self._failed
                or any(each.has_recordings() for each in self._recordings)
                or self._look_at_files() != self._files
            ):
                return True
        except OSError:  # `catch_up` reports it
            return True
        self.log_read_at = now
        return False

    def _look_at_files(self) -> Hashable:
        return self._cel_reader.look_at_file(), self._interrupted.asterisk_started()

    def catch_up(self, plan: Plan, now: datetime) -> None:
        """May be repeated at any time. A failure is logged once and retried the next time."""
        try:
            files = self._look_at_files()
            self._cel_reader.catch_up(now)
            self.log_read_at = now
            wrapup = timedelta(seconds=plan.staff.wrapup_s)
            since = self._talks_seen or now - wrapup
            self._talks_seen = begin_wrapups_after_talks(self._database, since, wrapup)
            if plan.staff.outcome_required:
                await_outcomes(self._database, since)
                leave_unfinished(self._database, UNFINISHED.in_language(plan.languages[0]), at=now)
            self._interrupted.close(plan, now)
            for each in self._recordings:
                each.collect(now)
            fill_due_times(self._database, plan.due_time)
            self._look_for_overdue(plan, now)
            self._files, self._failed = files, False
        except (RecordsError, OSError) as error:
            if not self._failed:
                log.error("will retry: %s", error)
            self._failed = True

    def _look_for_overdue(self, plan: Plan, now: datetime) -> None:
        if self._overdue_at is None or not timedelta() <= now - self._overdue_at < OVERDUE_EVERY:
            tell_due(self._database, now)
            escalate_overdue(self._database, plan, now)
            self._overdue_at = now
