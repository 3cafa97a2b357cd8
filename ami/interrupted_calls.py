"""Closes calls and callback attempts whose end was never logged, because Asterisk was killed or crashed."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ami.callbacks import outcomes
from records.calls import calls
from records.database.engine import Database
from routing.plan.model import Plan

log = logging.getLogger("switch")

RECHECK_INTERVAL = timedelta(minutes=1)  # for calls that were written late
NEVER = datetime.min.replace(tzinfo=UTC)


class InterruptedCalls:
    """`pid_file` is Asterisk's; its modification time is when Asterisk started."""

    def __init__(self, database: Database, pid_file: Path) -> None:
        self._database, self._pid_file = database, pid_file
        self._last_check = (NEVER, NEVER)  # the start of Asterisk that was checked for, and when

    def asterisk_started(self) -> datetime | None:
        """None while it does not run. Raises OSError."""
        try:
            return datetime.fromtimestamp(self._pid_file.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def close(self, plan: Plan, now: datetime) -> None:
        """Closes what began before the last start of Asterisk and has no end. The CEL log must be read up to now.

        Raises RecordsError, OSError.
        """
        if (started := self.asterisk_started()) is None:
            return
        checked_start, checked_at = self._last_check
        # A start in the future means that the clock was set back: then nothing can be concluded from it.
        if started > now or (started == checked_start and now - checked_at < RECHECK_INTERVAL):
            return
        if closed := calls.close_interrupted_calls(self._database, before=started):
            log.error("%d calls were interrupted by an Asterisk restart", closed)
        outcomes.resolve_interrupted(self._database, plan, before=started, at=now)
        self._last_check = (started, now)
