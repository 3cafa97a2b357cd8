"""Wakes the loops of this process after a commit of another process, even when its datagram was lost, and only then."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import NoReturn

from records.database.engine import Database
from records.database.revision import read_revision
from records.errors import RecordsError

LOOK_S = 0.5
SLOW_EVERY = 2  # looks

Wake = Callable[[], object]


class DatabaseWatch:
    """Looks at the revision of `database`, which has one connection (`read_revision`), every LOOK_S seconds.

    `quick` is called after each look that found a commit, `slow` at most once a second. Both are called at each turn
    while the database cannot be read: then nobody knows.
    """

    def __init__(self, database: Database, quick: Sequence[Wake], slow: Sequence[Wake]) -> None:
        self._database, self._quick, self._slow = database, quick, slow
        self._last: Hashable = None

    async def run(self) -> NoReturn:
        turn, is_due = 0, False
        while True:
            changed = await self._look()
            is_due, turn = is_due or changed, (turn + 1) % SLOW_EVERY
            if changed:
                _call(self._quick)
            if is_due and turn == 0:
                _call(self._slow)
                is_due = False
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> bool:
        """Whether there may have been a commit since the last look."""
        try:
            revision = await asyncio.to_thread(read_revision, self._database)
        except RecordsError:
            self._last = None
            return True
        before, self._last = self._last, revision
        return revision != before


def _call(wakes: Sequence[Wake]) -> None:
    for wake in wakes:
        wake()
