"""Configuration snapshots follow the database, and survive its failures and a restart without it."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi import config_snapshot
from agi.config_snapshot import SnapshotReader
from records.actor import command_line_actor
from records.database.engine import Database, open_database
from records.errors import RecordsError
from records.messages import blackout_periods, message_audio, message_versions, scheduled_messages
from records.messages.blackout_periods import NewBlackoutPeriod
from records.messages.draft_types import AirPeriod
from records.plan import plan_versions
from records.staff import agents

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
TIMEOUT_S = 5


@pytest.fixture
def watched(database: Database) -> Iterator[Database]:
    """The same database, through the one connection that looks for commits."""
    watched = open_database(database.url.render_as_string(hide_password=False), connections=1)
    yield watched
    watched.close()


@pytest.fixture
def snapshots(
    database: Database, watched: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SnapshotReader]:
    monkeypatch.setattr(config_snapshot, "REFRESH_S", 0.01)
    plan_versions.save_plan(database, PLAN.read_text(), author="test", at=NOON)
    snapshots = SnapshotReader(database, tmp_path / "last-good.json", watched=watched, clock=lambda: NOON)
    yield snapshots
    snapshots.close()


def publish(database: Database, letter: str, at: datetime) -> int:
    audio = message_audio.Audio(letter * 64, 2.5, "audio/wav", f"{letter}.wav")
    message = message_versions.NewMessage("daily", "", AirPeriod(), "test")
    return message_versions.publish_message(database, message, audio, at=at).id


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def execute_sql(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(statement)


def on_air(snapshots: SnapshotReader, now: datetime) -> int | None:
    version = snapshots.current.on_air(snapshots.current.plan.announcements["daily"], now).version
    return version and version.id


def test_the_next_caller_hears_what_was_just_published(database: Database, snapshots: SnapshotReader) -> None:
    assert on_air(snapshots, NOON) is None
    first = publish(database, "a", NOON)
    wait_until(lambda: on_air(snapshots, NOON) == first)
    assert snapshots.current.audio_seconds["a" * 64] == 2.5
    second = publish(database, "b", NOON + timedelta(hours=1))
    wait_until(lambda: on_air(snapshots, NOON + timedelta(hours=2)) == second)
    assert on_air(snapshots, NOON) == first


def test_the_configuration_is_read_again_after_a_commit_only(
    database: Database, snapshots: SnapshotReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_snapshot, "REREAD_S", 60.0)
    looks: list[Database] = []
    revisions = ["first"]  # what the database says is tried in tests/records/database/test_revision.py
    monkeypatch.setattr(config_snapshot, "read_revision", lambda watched: looks.append(watched) or revisions[-1])
    wait_until(lambda: len(looks) > 2)
    before, count = snapshots.current, len(looks)
    first = publish(database, "a", NOON)
    wait_until(lambda: len(looks) > count + 3)
    assert snapshots.current is before

    revisions.append("second")

    wait_until(lambda: on_air(snapshots, NOON) == first)


def test_a_commit_of_which_nobody_told_is_found_now_and_then_and_less_often_while_nothing_changes(
    database: Database, snapshots: SnapshotReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Database] = []
    monkeypatch.setattr(config_snapshot, "QUIET_REREAD_S", 0.05)
    monkeypatch.setattr(snapshots, "_reread_s", 0.05)
    monkeypatch.setattr(config_snapshot, "read_revision", lambda watched: looks.append(watched) or "always this one")
    first = publish(database, "a", NOON)
    wait_until(lambda: on_air(snapshots, NOON) == first)

    monkeypatch.setattr(config_snapshot, "QUIET_REREAD_S", 60.0)
    wait_until(lambda: snapshots._reread_s == 60.0)
    count = len(looks)
    wait_until(lambda: len(looks) > count + 1)  # the read that set it has ended
    publish(database, "b", NOON)
    wait_until(lambda: len(looks) > count + 4)

    assert on_air(snapshots, NOON) == first


def test_a_withdrawn_message_is_not_played_when_its_time_comes(database: Database, snapshots: SnapshotReader) -> None:
    first, later = publish(database, "a", NOON), publish(database, "b", NOON + timedelta(hours=1))
    wait_until(lambda: on_air(snapshots, NOON + timedelta(hours=2)) == later)
    # The clock of the reader stands still: only the withdrawal tells it to read the versions again.
    scheduled_messages.withdraw_version(database, command_line_actor("test"), later, at=NOON)
    wait_until(lambda: on_air(snapshots, NOON + timedelta(hours=2)) == first)


def test_a_snapshot_does_not_change_after_it_was_taken(database: Database, snapshots: SnapshotReader) -> None:
    snapshot = snapshots.current
    publish(database, "a", NOON)
    wait_until(lambda: on_air(snapshots, NOON))
    assert snapshot.on_air(snapshot.plan.announcements["daily"], NOON).version is None


def test_a_new_plan_takes_effect(database: Database, snapshots: SnapshotReader) -> None:
    text = PLAN.read_text().replace("max_wait_s: 8", "max_wait_s: 9")
    saved = plan_versions.save_plan(database, text, author="test", at=NOON)
    wait_until(lambda: snapshots.current.plan_version == saved.version)
    assert snapshots.current.plan.staff.max_wait_s == 9


NEW_PLAN = "INSERT INTO plan_version (version, text, author, created_at) VALUES (2, {text}, 'test', '2025-03-03')"


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        (NEW_PLAN.format(text="'numbers: 7'"), "DELETE FROM plan_version WHERE version = 2"),
        pytest.param(
            NEW_PLAN.format(text="X'00'"),
            "DELETE FROM plan_version WHERE version = 2",
            marks=pytest.mark.engine("sqlite"),  # only SQLite stores bytes in a text column
        ),
        ("ALTER TABLE message_version RENAME TO lost", "ALTER TABLE lost RENAME TO message_version"),
    ],
    ids=["an invalid plan", "a plan that is not text", "no messages"],
)
def test_when_a_read_fails_the_last_good_snapshot_is_served_and_the_failure_is_logged_once(
    database: Database, snapshots: SnapshotReader, damage: str, repair: str, caplog: pytest.LogCaptureFixture
) -> None:
    plan = snapshots.current.plan
    execute_sql(database, damage)
    wait_until(lambda: caplog.records)
    assert snapshots.current.plan is plan
    execute_sql(database, repair)
    published = publish(database, "a", NOON)
    wait_until(lambda: on_air(snapshots, NOON) == published)
    assert [record.message[:31] for record in caplog.records] == ["serving the last good snapshot:"]


def test_a_plan_is_parsed_once_for_each_version(database: Database, snapshots: SnapshotReader, tmp_path: Path) -> None:
    first = snapshots.current
    wait_until(lambda: snapshots.current is not first)
    assert snapshots.current.plan is first.plan


def test_without_a_plan_the_reader_does_not_start(database: Database, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="No plan yet"):
        SnapshotReader(database, tmp_path / "last-good.json")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("database_file", ["missing", "a folder", "empty"])
def test_a_worker_that_starts_without_the_database_serves_the_saved_snapshot(
    database: Database,
    snapshots: SnapshotReader,
    tmp_path: Path,
    database_file: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    published = publish(database, "a", NOON)
    agents.create_sip_accounts(database, {"p01": "a-secret-of-the-test"})
    agent = agents.add_agent(database, "Anne", language="fr", at=NOON, outside_number="+33639980009")
    file = tmp_path / "last-good.json"
    wait_until(lambda: file.exists() and b"+33639980009" in file.read_bytes() and on_air(snapshots, NOON))
    snapshots.close()
    assert database.file
    if database_file == "a folder":
        shutil.move(database.file, tmp_path / "elsewhere")
        database.file.mkdir()
    else:
        database.file.unlink()
        if database_file == "empty":
            database.file.touch()

    restarted = SnapshotReader(database, file)

    assert on_air(restarted, NOON) == published
    assert restarted.current.audio_seconds["a" * 64] == 2.5
    assert restarted.current.plan == snapshots.current.plan
    assert restarted.current.agents["p01"].outside_number == agent.outside_number
    assert restarted.current.overrides == ()
    restarted.close()
    assert b"a-secret-of-the-test" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert [record.message[:31] for record in caplog.records] == ["serving the last good snapshot:"]


def test_a_saved_snapshot_contains_blackout_periods(
    database: Database, snapshots: SnapshotReader, tmp_path: Path
) -> None:
    audio = message_audio.Audio("n" * 64, 1.0, "audio/wav", "")
    period = NewBlackoutPeriod(NOON, NOON + timedelta(hours=1), "a", "", ("daily",))
    ordinary = publish(database, "a", NOON)
    blackout_periods.create_blackout_period(database, command_line_actor("test"), period, audio, at=NOON)
    wait_until(lambda: on_air(snapshots, NOON) == ordinary + 1)
    assert on_air(snapshots, NOON + timedelta(hours=1)) == ordinary
    file = tmp_path / "last-good.json"
    wait_until(lambda: b"n" * 64 in file.read_bytes() and b'"blackout_periods":[{' in file.read_bytes())
    snapshots.close()
    execute_sql(database, "DROP TABLE blackout_message")
    restarted = SnapshotReader(database, file)
    assert on_air(restarted, NOON) == ordinary + 1
    restarted.close()


def test_the_snapshot_file_is_replaced_atomically(
    database: Database,
    snapshots: SnapshotReader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = tmp_path / "last-good.json"
    wait_until(file.exists)
    before = file.read_bytes()

    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", disk_full)
    published = publish(database, "a", NOON)
    wait_until(lambda: on_air(snapshots, NOON) == published and caplog.records)
    assert file.read_bytes() == before
    wait_until(lambda: [path.name for path in tmp_path.glob("last-good*")] == [file.name])  # between two attempts
