"""Tells open pages what has changed in the database: woken by each commit, with a look now and then for lost wakes."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Hashable
from datetime import datetime
from pathlib import Path
from socket import socket
from typing import NoReturn

from live.open_pages import OpenPages
from records.database.engine import Database
from records.database.revision import read_revision
from records.database.wake import bind
from records.errors import RecordsError
from records.page_topics import PageState, read_page_state
from records.users.sessions import list_running_sessions

LOOK_S = 0.5
"""A wake that was lost, or a commit of another machine, is found after this time."""
PAUSE_S = 0.1
"""Between two looks, however many commits there are: what happens at once is told at once."""
SESSIONS_S = 10.0
"""Sessions that end by the clock alone are looked for this often."""
_DATAGRAMS_AT_ONCE = 1000

log = logging.getLogger("live")


class ChangeWatch:
    """Watches while pages are open; while none is open, it reads nothing and is not woken.

    `watched` is a database of one connection (`read_revision`).
    """

    def __init__(
        self, database: Database, watched: Database, socket_path: Path, pages: OpenPages, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._watched, self._socket_path = database, watched, socket_path
        self._pages, self._clock = pages, clock
        self._revision: Hashable = None
        self._state: PageState | None = None
        self._looked_at, self._is_failing = float("-inf"), False

    async def run(self) -> NoReturn:
        while True:
            await self._pages.wait_for_any()
            await self._watch()

    async def _watch(self) -> None:
        """Until no page is open. The socket exists only meanwhile, so that no process wakes this one without need."""
        self._state = None
        with bind(self._socket_path) as wakes:
            try:
                while len(self._pages):
                    await self._look()
                    await asyncio.sleep(PAUSE_S)
                    await _wait_for_wake(wakes)
            finally:
                self._socket_path.unlink(missing_ok=True)

    async def _look(self) -> None:
        try:
            revision = await asyncio.to_thread(read_revision, self._watched)
            is_due = time.monotonic() - self._looked_at > SESSIONS_S
            if revision != self._revision or is_due or self._pages.has_new():
                await self._tell_changes()
                self._revision, self._looked_at = revision, time.monotonic()
            self._pages.begin_new()
            self._is_failing = False
        except RecordsError as error:
            if not self._is_failing:
                log.error("open pages are told of no change: %s", error)
            self._is_failing, self._revision = True, None

    async def _tell_changes(self) -> None:
        asked = self._pages.session_ids
        sessions = await asyncio.to_thread(list_running_sessions, self._database, asked, at=self._clock())
        self._pages.renew_sessions(sessions, asked)
        state = await asyncio.to_thread(read_page_state, self._database, self._clock())
        self._pages.tell_changes(self._state or state, state)
        self._state = state


async def _wait_for_wake(wakes: socket) -> None:
    """Returns when woken, or after LOOK_S seconds; what has come until then counts as one wake."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_S):
            await asyncio.get_running_loop().sock_recv(wakes, 1)
    with contextlib.suppress(BlockingIOError):
        for _ in range(_DATAGRAMS_AT_ONCE):
            wakes.recv(1)
