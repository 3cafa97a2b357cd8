"""Where writes go while the database is unavailable: into the spool, or into memory when the spool fails as well."""

import logging
from collections import deque
from pathlib import Path
from typing import Any

from agi.errors import describe_error
from agi.pending_writes import PendingWrite
from agi.spool import Spool
from records.database.engine import CALL_WAIT_MS, Database
from records.database.unit_of_work import unit_of_work
from records.errors import DatabaseBusy, DatabaseUnavailable

log = logging.getLogger("agi")

MAX_UNSPOOLED = 10_000  # entries kept in memory; beyond that the oldest are lost


class FallbackStore:
    """Keeps entries in order until `replay`; used by one thread. `folder` is the spool's."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder)
        self._unspooled: deque[PendingWrite[Any]] = deque(maxlen=MAX_UNSPOOLED)

    @property
    def is_empty(self) -> bool:
        return not self._unspooled and self._spool.is_empty

    def append(self, entry: PendingWrite[Any]) -> None:
        """Keeps the entry. Raises OSError when it is durable and the spool cannot take it."""
        try:
            if entry.durable or not self._unspooled:
                return self._spool.append(entry)
        except OSError as error:
            if entry.durable:
                raise
            log.error("spool is not writable either, keeping entries in memory: %s", error)
        self._unspooled.append(entry)

    def replay(self, database: Database) -> None:
        """Writes everything in order. Raises DatabaseBusy, DatabaseUnavailable; what was not written stays."""
        self._spool.replay(database)
        while self._unspooled:
            _write(self._unspooled[0], database)
            self._unspooled.popleft()

    def close(self) -> None:
        self._spool.close()


def _write(entry: PendingWrite[Any], database: Database) -> None:
    try:
        with unit_of_work(database, CALL_WAIT_MS, atomic=True) as transaction:
            entry.write(transaction)
    except (DatabaseBusy, DatabaseUnavailable, MemoryError):  # not the entry's fault
        raise
    except Exception as error:
        log.error("entry rejected: %s", describe_error(error))
