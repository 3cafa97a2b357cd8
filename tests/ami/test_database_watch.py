"""Loops are woken by commits, whoever makes them, and not by looking."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ami import database_watch
from ami.database_watch import DatabaseWatch
from records import leases
from records.database.engine import Database, open_database
from records.errors import DatabaseUnavailable

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TIMEOUT_S = 10


@pytest.fixture
def watched(database: Database) -> Iterator[Database]:
    if database.file is None:
        pytest.skip("a PostgreSQL server has other databases too, whose commits wake the loops")
    watched = open_database(database.url.render_as_string(hide_password=False), connections=1)
    yield watched
    watched.close()


class Looks:
    """Counts looks at the revision, and the wakes that follow them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, watched: Database) -> None:
        self.count, self.quick, self.slow, self.fails = 0, 0, 0, False
        self._read_revision = database_watch.read_revision
        monkeypatch.setattr(database_watch, "read_revision", self._look)
        monkeypatch.setattr(database_watch, "LOOK_S", 0.001)
        self.watch = DatabaseWatch(watched, quick=(self._wake_quick,), slow=(self._wake_slow,))

    async def more(self, looks: int) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            wanted = self.count + looks
            while self.count < wanted:
                await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not condition():
                await asyncio.sleep(0)

    def _look(self, watched: Database) -> object:
        self.count += 1
        if self.fails:
            raise DatabaseUnavailable("gone")
        return self._read_revision(watched)

    def _wake_quick(self) -> None:
        self.quick += 1

    def _wake_slow(self) -> None:
        self.slow += 1


def test_a_commit_wakes_every_loop_and_a_look_wakes_none(
    database: Database, watched: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = Looks(monkeypatch, watched)

    async def test() -> None:
        running = asyncio.create_task(looks.watch.run())
        await looks.until(lambda: (looks.quick, looks.slow) == (1, 1))  # the first look knows no earlier one
        await looks.more(6)
        assert (looks.quick, looks.slow) == (1, 1)

        leases.acquire(database, "another", "holder", at=NOW, duration=timedelta(seconds=3))

        await looks.until(lambda: (looks.quick, looks.slow) == (2, 2))
        await looks.more(6)
        assert (looks.quick, looks.slow) == (2, 2)
        running.cancel()

    asyncio.run(test())


def test_while_the_database_is_away_loops_are_woken_at_every_look_and_slow_ones_at_every_second(
    watched: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = Looks(monkeypatch, watched)
    looks.fails = True

    async def test() -> None:
        running = asyncio.create_task(looks.watch.run())
        await looks.until(lambda: looks.slow == 5)
        assert looks.quick == 10
        running.cancel()

    asyncio.run(test())
