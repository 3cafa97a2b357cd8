"""Writes the events of the CEL log to the calls' records and to the callback attempts."""

import logging
from collections.abc import Hashable, Sequence
from datetime import datetime
from itertools import groupby

from ami.callbacks import outcomes
from ami.callbacks.outcomes import AttemptProgress
from ami.cel.log import CelLog
from records.call_events import CelRecord
from records.calls import cel_cursor
from records.database.engine import Database
from records.errors import DatabaseBusy, DatabaseUnavailable

log = logging.getLogger("switch")

CURSOR_PREFIX = "channel-events "  # before the identity of the file


class CelReader:
    """Reads the log from where the database says that it was read to, so that no event is written twice."""

    def __init__(self, database: Database, cel_log: CelLog) -> None:
        self._database, self._cel_log = database, cel_log

    def look_at_file(self) -> Hashable:
        """A value that differs once another event was written. Raises OSError."""
        return self._cel_log.look()

    def catch_up(self, now: datetime | None = None) -> None:
        """Writes all events up to now; an event that the database rejects is skipped.

        With `now`, events that are older than two days and were read are removed from the disk. Raises DatabaseBusy,
        DatabaseUnavailable, OSError.
        """
        while identity := self._cel_log.identity:
            source = f"{CURSOR_PREFIX}{identity}"
            position = cel_cursor.get_position(self._database, source)
            entries, end = self._cel_log.read(position)
            if end > position:
                for progress in (entry for entry in entries if isinstance(entry, AttemptProgress)):
                    outcomes.record_progress(self._database, self._cel_log.plan, progress)
                self._apply(source, end, [entry for entry in entries if not isinstance(entry, AttemptProgress)])
            elif self._cel_log.rotate(position, now):
                cel_cursor.delete_cursor(self._database, source)
            else:
                return

    def _apply(self, source: str, end: int, records: Sequence[CelRecord]) -> None:
        try:
            cel_cursor.apply(self._database, source, end, records)
        except (DatabaseBusy, DatabaseUnavailable):
            raise
        except Exception:  # the database rejects a line: each is written by itself
            for position, of_line in groupby(records, key=lambda record: record.position):
                self._apply_line(source, position, list(of_line))
            cel_cursor.apply(self._database, source, end, [])

    def _apply_line(self, source: str, position: int, records: Sequence[CelRecord]) -> None:
        try:
            cel_cursor.apply(self._database, source, position, records)
        except (DatabaseBusy, DatabaseUnavailable):
            raise
        except Exception as error:
            log.error("a line of the CEL log was skipped: %s", type(error).__name__)
