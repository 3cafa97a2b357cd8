"""The record of changes is append-only, and shows where it was tampered with."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from records import changes, checks
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import RecordsError
from routing.access.permissions import Role

US = command_line_actor("anne")


def record(database: Database, at: datetime, number: int = 1) -> None:
    with database.write() as connection:
        changes.record(
            connection, US, "test", f"é {number}", before={"a": 1, "b": None}, after={"a": 2, "b": None}, at=at
        )


def test_a_change_records_actor_time_subject_and_the_fields_that_differ(database: Database, noon: datetime) -> None:
    record(database, noon)
    (change,) = changes.list_changes(database, US)
    assert (change.number, change.at, change.by, change.kind, change.subject) == (1, noon, "anne", "test", "é 1")
    assert (change.before, change.after) == ({"a": 1}, {"a": 2})
    with pytest.raises(Forbidden):
        changes.list_changes(database, Actor(None, Role.STAFF, "basile"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET subject = 'other'",
        "UPDATE change SET number = 9 WHERE number = 2",
        "DELETE FROM change WHERE number = 2",
        "DELETE FROM change",
    ],
)
def test_the_database_refuses_to_update_or_delete_a_change(database: Database, noon: datetime, statement: str) -> None:
    for number in range(2):
        record(database, noon, number)
    before = changes.verify_chain(database)
    with pytest.raises((DatabaseError, RecordsError), match="kept as it was written"), database.write() as connection:
        connection.execute(text(statement))
    assert changes.verify_chain(database) == before and before.length == 2


@pytest.mark.engine("sqlite")
def test_the_database_refuses_to_replace_a_change(database: Database, noon: datetime) -> None:
    record(database, noon)
    columns = "number, at, by, kind, subject, before, after, previous, hash"
    with pytest.raises((DatabaseError, RecordsError), match="kept as it was written"), database.write() as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO change ({columns}) SELECT {columns} FROM change"))


@pytest.mark.engine("postgresql")
def test_the_database_refuses_to_delete_all_changes(database: Database, noon: datetime) -> None:
    record(database, noon)
    with pytest.raises((DatabaseError, RecordsError), match="kept as it was written"), database.write() as connection:
        connection.execute(text("TRUNCATE change"))


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE change SET \"by\" = 'basile' WHERE number = 2", 2),
        ("UPDATE change SET after = '{}' WHERE number = 3", 3),
        ("UPDATE change SET at = '2020-01-01 00:00:00' WHERE number = 1", 1),
        ("DELETE FROM change WHERE number = 2", 2),
        ("UPDATE change SET hash = previous WHERE number = 3", 3),
    ],
)
def test_a_change_that_was_tampered_with_breaks_the_chain(
    database: Database, noon: datetime, statement: str, broken_at: int
) -> None:
    for number in range(3):
        record(database, noon, number)
    assert changes.verify_chain(database).broken_at is None
    assert all(check.ok for check in checks.checks(database) if check.name == "record of changes")
    with database.write() as connection:
        for trigger in ("change_update", "change_delete"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))

    assert changes.verify_chain(database).broken_at == broken_at

    (check,) = [check for check in checks.checks(database) if check.name == "record of changes"]
    assert not check.ok and str(broken_at) in str(check.message) and check.remedy


def test_simultaneous_changes_make_one_chain(database: Database, noon: datetime) -> None:
    threads = [threading.Thread(target=record, args=(database, noon, number)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (changes.verify_chain(database).length, changes.verify_chain(database).broken_at) == (8, None)


def test_a_change_that_fails_leaves_no_trace(database: Database, noon: datetime) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        changes.record(connection, US, "test", "it", at=noon)
        raise RuntimeError
    assert changes.verify_chain(database).length == 0
