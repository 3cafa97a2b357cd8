"""The revision tells whether anything was committed, on both engines."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from records import leases
from records.database.engine import Database, open_database
from records.database.revision import read_revision
from records.database.unit_of_work import one_view, unit_of_work

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LEASE_S = timedelta(seconds=3)


@pytest.fixture
def watched(database: Database) -> Iterator[Database]:
    """The same database, through the one connection that looks."""
    watched = open_database(database.url.render_as_string(hide_password=False), connections=1)
    yield watched
    watched.close()


def acquire(database: Database, name: str = "switch") -> None:
    leases.acquire(database, name, "holder", at=NOW, duration=LEASE_S)


def test_a_commit_makes_a_new_revision_and_reading_makes_none(database: Database, watched: Database) -> None:
    first = read_revision(watched)
    leases.is_held(database, "switch", NOW)
    assert read_revision(watched) == first or database.file is None  # a PostgreSQL server has other databases too

    acquire(database)

    second = read_revision(watched)
    assert second != first
    assert read_revision(watched) == second or database.file is None


def test_a_transaction_that_is_under_way_makes_a_new_revision_when_it_ends(
    database: Database, watched: Database
) -> None:
    with unit_of_work(database) as work:
        acquire(work)
        during = read_revision(watched)

    assert read_revision(watched) != during


def test_on_sqlite_what_the_looking_connection_writes_is_no_news(database: Database, watched: Database) -> None:
    if database.file is None:
        pytest.skip("PostgreSQL counts every transaction")
    before = read_revision(watched)

    acquire(watched)
    assert read_revision(watched) == before

    acquire(database, "another")
    assert read_revision(watched) != before


def test_a_view_reads_one_moment(database: Database) -> None:
    acquire(database)
    with one_view(database) as view:
        assert leases.is_held(view, "switch", NOW)
        leases.release(database, "switch", "holder")
        assert leases.is_held(view, "switch", NOW)
    assert not leases.is_held(database, "switch", NOW)


def test_a_lease_in_a_file_of_its_own_makes_no_new_revision(
    database: Database, watched: Database, tmp_path: Path
) -> None:
    first = read_revision(watched)
    with closing(leases.open_lease_file(tmp_path / "leases.sqlite3")) as own:
        acquire(own)
        assert leases.is_held(own, "switch", NOW)
    with closing(leases.open_lease_file(tmp_path / "leases.sqlite3")) as own:
        assert leases.is_held(own, "switch", NOW), "it outlives the process that wrote it"

    assert read_revision(watched) == first or database.file is None
    assert not leases.is_held(database, "switch", NOW)
