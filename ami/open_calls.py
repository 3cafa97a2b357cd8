"""Closes calls and callback attempts that Asterisk no longer has and whose end was not logged.

The channel event log tells the end of a call, unless its disk was full or the file could not be written. So the calls
that are open on record are compared with the channels that Asterisk has.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from ami.callbacks import outcomes
from ami.callbacks.outcomes import AttemptProgress
from ami.connection import ActionRejected, AmiConnection
from records.callbacks import callback_attempts
from records.callbacks.attempt_results import AttemptResult
from records.calls import calls
from records.database.engine import DEFAULT_WAIT_MS, Database
from records.errors import RecordsError
from routing.callbacks.states import CallbackState
from routing.plan.model import Plan

log = logging.getLogger("switch")

EVERY_S = 5.0
YOUNG = timedelta(seconds=10)  # a call may be on record a moment before Asterisk lists it, or the other way round
UNREADABLE = timedelta(minutes=1)  # a log that cannot be read for so long says nothing
_DIALLED = (CallbackState.VISITOR_RINGING, CallbackState.TALKING)


async def list_channels(connection: AmiConnection) -> frozenset[str]:
    """The unique and linked ids of all channels. Raises ActionRejected, ConnectionLost."""
    entries = await connection.send_action("CoreShowChannels")
    ids = {entry.get(name, "") for entry in entries for name in ("Uniqueid", "Linkedid")}
    return frozenset(ids - {""})


class OpenCalls:
    """`log_read_at` tells when the channel event log was last read to its end; `plan`, the plan in force.

    A call is closed when it is missing twice in a row, and the log has been read to its end in between: so an end that
    was logged counts, and no call that is under way is closed.
    """

    def __init__(
        self, database: Database, plan: Callable[[], Plan], log_read_at: Callable[[], datetime | None]
    ) -> None:
        self._database, self._plan, self._log_read_at = database, plan, log_read_at
        self._missing_since: dict[str, datetime] = {}

    async def run(self, connection: AmiConnection) -> NoReturn:
        """Raises ConnectionLost."""
        self._missing_since.clear()  # Asterisk may have been restarted: interrupted_calls.py closes those calls
        refused = False
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                channels = await list_channels(connection)
            except ActionRejected as error:
                if not refused:
                    log.error("calls that have ended unseen stay open: %s", error)
                refused = True
                continue
            try:
                await asyncio.to_thread(self.close_missing, channels, datetime.now(UTC))
            except RecordsError as error:
                log.warning("calls that have ended unseen stay open for now: %s", error)

    def close_missing(self, channels: Collection[str], now: datetime) -> None:
        """Closes what is open on record and has no channel. Raises RecordsError."""
        before = now - YOUNG
        refs = set(calls.list_open_calls(self._database, before=before))
        attempts = {
            attempt.channel_id
            for attempt in callback_attempts.list_active_attempts(self._database)
            if attempt.state in _DIALLED and attempt.placed_at < before
        }
        missing = {ref: self._missing_since.get(ref, now) for ref in (refs | attempts).difference(channels)}
        self._missing_since = missing
        read_at = self._log_read_at()
        for ref, since in missing.items():
            if since < now and ((read_at is not None and read_at > since) or now - since >= UNREADABLE):
                self._close(ref, since, is_attempt=ref in attempts)

    def _close(self, ref: str, at: datetime, *, is_attempt: bool) -> None:
        log.error("the end of a call was not logged; it is closed now", extra={"call": ref})
        if is_attempt:
            progress = AttemptProgress(ref, at, AttemptResult.UNKNOWN)
            outcomes.record_progress(self._database, self._plan(), progress)
        else:
            calls.close_call(self._database, ref, at=at, disposition=None, cause=None, wait_ms=DEFAULT_WAIT_MS)
