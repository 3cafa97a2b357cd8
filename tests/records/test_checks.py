"""The database checks of `standardiste doctor`."""

import sqlite3
from pathlib import Path

import pytest
import switches
from callback_records import NOON, callback_in_state
from databases import DatabaseFactory, lock_writes
from sqlalchemy import text

from records.checks import checks
from records.database.engine import Database, open_database
from records.database.migrate import head_revision
from routing.callbacks.states import CallbackState


def faults(database: Database) -> dict[str, str]:
    return {check.name: str(check.message) for check in checks(database) if not check.ok and check.remedy}


def test_a_new_database_passes_every_check(database: Database) -> None:
    if database.file:
        database.file.chmod(0o600)
    assert [str(check.message) for check in checks(database) if not check.ok or check.remedy] == []


def test_a_database_without_tables_is_reported(databases: DatabaseFactory) -> None:
    database = open_database(databases.empty())
    assert faults(database)["database: schema"] == f"The database has schema none, not {head_revision()}."
    database.close()


def test_a_database_of_a_later_version_is_reported_with_what_helps(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    (check,) = (check for check in checks(database) if check.name == "database: schema")

    assert not check.ok and "later version" in str(check.message)
    assert "Run that version" in str(check.remedy)


@pytest.mark.engine("sqlite")
def test_a_database_file_that_others_can_read_is_reported(database: Database, file: Path) -> None:
    file.chmod(0o644)
    assert set(faults(database)) == {"database: permissions"}


@pytest.mark.engine("sqlite")
def test_a_broken_reference_is_reported(database: Database, file: Path) -> None:
    careless = sqlite3.connect(file)  # by default the driver does not enforce foreign keys
    careless.execute("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)")
    careless.commit()
    careless.close()
    assert "in voicemail" in faults(database)["database: references"]


@pytest.mark.engine("sqlite")
def test_a_damaged_file_is_reported(database: Database, file: Path) -> None:
    database.close()
    with file.open("r+b") as damaged:
        damaged.seek(5 * 4096)
        damaged.write(b"\xff" * 8 * 4096)
    assert (
        "damaged" in faults(database)["database: integrity"]
        or "cannot be used" in faults(database)["database: integrity"]
    )


def test_callbacks_to_decide_on_and_paused_callbacks_are_advice_and_no_fault(database: Database) -> None:
    callback_in_state(database, CallbackState.TO_CHECK)
    switches.set_override(database, "callbacks", True, by="anne", at=NOON)

    found = {check.name: check for check in checks(database) if check.name.startswith("callbacks")}
    assert [check.ok for check in found.values()] == [True, True]
    assert str(found["callbacks: to check"].message) == "Callbacks that a person must decide on: 1."
    assert "callback check" in str(found["callbacks: to check"].remedy)
    assert (
        str(found["callbacks: paused"].message)
        == "anne has paused callbacks since 2030-01-07 12:00 UTC: nobody is called."
    )
    assert "callbacks resume" in str(found["callbacks: paused"].remedy)


def test_a_database_locked_by_another_process_has_a_remedy(database: Database, database_url: str) -> None:
    with lock_writes(database_url):
        found = {check.name: check for check in checks(database)}
    assert "Another process" in str(found["database: writing"].message)
    assert "Find the process that holds" in str(found["database: writing"].remedy)
