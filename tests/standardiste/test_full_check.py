"""The checks that read the whole database are made at night, and their result is what `doctor` shows by day."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from records.database.engine import Database
from standardiste.full_check import FullCheck

NOON = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHECKS = {"record of changes", "record of changes: values", "database: integrity", "database: references"}

pytestmark = pytest.mark.engine("sqlite")


def statements(database: Database) -> list[str]:
    """The statements that the database is asked from now on."""
    asked: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    return asked


def faults(whole: FullCheck, now: datetime, *, renew: bool = False) -> list[str]:
    return [result.name for result in whole.results(now, renew=renew) if not result.ok]


def break_a_reference(database: Database) -> None:
    assert database.file
    careless = sqlite3.connect(database.file)
    careless.execute("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)")
    careless.commit()
    careless.close()


def test_a_monitor_that_asks_each_minute_reads_the_database_once(database: Database, tmp_path: Path) -> None:
    whole, asked = FullCheck(database, tmp_path / "full-check.json"), statements(database)
    assert faults(whole, NOON) == []
    assert "PRAGMA integrity_check" in asked
    asked.clear()
    for minute in range(3):
        *results, made = whole.results(NOON + minute * MINUTE)
        assert {one.name for one in results} == CHECKS
        assert str(made.message) == "The whole database was last read on 2030-01-07 12:00 UTC."
        assert (
            next(one for one in results if one.name == "database: integrity").in_language("fr")[0]
            != results[1].in_language("en")[0]
        )
    assert asked == []


def test_a_fault_is_found_at_the_next_full_check_and_stays_until_another(database: Database, tmp_path: Path) -> None:
    whole = FullCheck(database, tmp_path / "full-check.json")
    assert faults(whole, NOON) == []
    break_a_reference(database)
    assert faults(whole, NOON + HOUR) == []
    assert faults(whole, NOON + HOUR, renew=True) == ["database: references"]
    (broken,) = (one for one in whole.results(NOON + 2 * HOUR) if one.name == "database: references")
    assert "rows refer to missing rows, in voicemail." in str(broken.message) and broken.remedy
    assert faults(whole, NOON + 40 * HOUR) == ["database: references"]


def test_it_is_made_once_a_night_and_anew_for_another_file(database: Database, tmp_path: Path) -> None:
    whole, asked = FullCheck(database, tmp_path / "full-check.json"), statements(database)

    def nightly(now: datetime) -> int:
        asked.clear()
        whole.start_if_due(now)
        for thread in threading.enumerate():
            if thread.name == "full-check":
                thread.join()
        return asked.count("PRAGMA integrity_check")

    assert [nightly(NOON + hours * HOUR) for hours in (0, 1, 2, 24)] == [1, 0, 0, 1]
    kept = tmp_path / "full-check.json"
    kept.write_text(kept.read_text().replace(f'"of": "{database.file.stat().st_ino}"', '"of": "another"'))
    assert nightly(NOON + 25 * HOUR) == 1
