"""The CEL reader writes each event once, whenever it restarts."""

from datetime import timedelta

import pytest
from asterisk_files import ANSWERED, NOW, PYTHON_DEAD, AsteriskFiles, details

from ami.cel import log as cel_log
from ami.cel.log import CelLog
from records.call_events import Disposition
from records.database.engine import Database
from records.requests import requests
from records.requests.requests import RequestKind


def rename_table(database: Database, table: str, name: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def test_calls_that_python_never_saw_are_on_record(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines)
    files.sync()
    calls = details(database)
    assert calls[ANSWERED].call.disposition is Disposition.STAFF
    assert calls[PYTHON_DEAD].call.disposition is Disposition.ABANDONED
    assert calls[PYTHON_DEAD].call.line == "+33639980001"
    assert [(request.kind, request.call_ref) for request in requests.list_open_requests(database)] == [
        (RequestKind.MISSED, PYTHON_DEAD)
    ]


def test_a_restart_at_any_byte_of_the_log_changes_nothing(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    log = b"".join(recorded_lines)
    files.append(log)
    files.sync()
    expected = details(database)
    for split_at in range(0, len(log), 397):
        with database.write() as connection:
            for table in (
                "request",
                "interaction",
                "call_event",
                "call",
                "contact_line",
                "line",
                "contact",
                "log_cursor",
            ):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        files.cel_log.unlink()
        for part in (log[:split_at], log[split_at:]):
            files.append(part)
            files.restart()
            files.sync()
            files.sync()
        actual = details(database)
        assert [call.events for call in actual.values()] == [call.events for call in expected.values()]
        assert [call.call.disposition for call in actual.values()] == [
            call.call.disposition for call in expected.values()
        ]


def test_a_large_log_is_rotated_and_no_event_is_lost_or_written_twice(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cel_log, "ROTATE_AT", 2000)
    for line in recorded_lines:
        files.append(line)
        files.restart()
        files.sync()
    events = [call.events for call in details(database).values()]
    assert files.cel_log.exists() is False or files.cel_log.stat().st_size < 3000
    assert [len(of_call) for of_call in events] == [4, 6]
    with database.read() as connection:
        cursors = connection.exec_driver_sql("SELECT count(*) FROM log_cursor").scalar()
    assert cursors <= 2


def test_lines_that_asterisk_writes_to_the_renamed_log_before_its_deletion_are_read(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cel_log, "ROTATE_AT", 100)
    files.append(*recorded_lines[:-5])
    files.sync()
    with files.cel_log.with_suffix(".old").open("ab") as opened_before:
        opened_before.writelines(recorded_lines[-5:-3])
    monkeypatch.undo()
    files.append(*recorded_lines[-3:])
    files.sync()
    assert details(database)[PYTHON_DEAD].call.ended_at is not None
    assert not files.cel_log.with_suffix(".old").exists()


def test_numbers_stay_in_the_log_for_two_days_at_most(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines)
    files.sync(NOW + timedelta(days=1))
    assert files.cel_log.exists()
    for _ in range(2):  # renamed, then read to its end and deleted
        files.sync(NOW + timedelta(days=3))
    assert not files.cel_log.exists() and not files.cel_log.with_suffix(".old").exists()
    assert len(details(database)) == 2


def test_a_log_that_version_0_1_has_read_is_not_read_again(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines)
    log = CelLog(files.cel_log, files.plan)
    with database.write() as connection:
        name, position = f"channel-events {log.identity}", files.cel_log.stat().st_size
        connection.exec_driver_sql(f"INSERT INTO log_cursor (name, position) VALUES ('{name}', {position})")
    files.sync()
    assert details(database) == {}


def test_a_renamed_log_that_ends_in_half_a_line_does_not_stop_the_next_one(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.cel_log.with_suffix(".old").write_bytes(recorded_lines[0] + recorded_lines[1][:30])
    files.append(*recorded_lines)
    files.sync()
    assert set(details(database)) == {ANSWERED, PYTHON_DEAD}


def test_a_log_that_replaces_another_is_read_from_its_beginning(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    second = next(number for number, line in enumerate(recorded_lines) if PYTHON_DEAD.encode() in line)
    files.append(*recorded_lines[:second])
    files.sync()
    files.cel_log.unlink()
    files.append(*recorded_lines[second:])
    files.sync()
    assert set(details(database)) == {ANSWERED, PYTHON_DEAD}


def test_a_desk_phone_that_came_in_by_the_address_of_a_trunk_leaves_no_record(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    began, hung_up = (
        next(line for line in recorded_lines if line.startswith(kind) and b"PJSIP/trunk-" in line)
        for kind in (b'"CHAN_START"', b'"HANGUP"')
    )
    context = hung_up.split(b",")[5]
    files.append(began.replace(ANSWERED.encode(), b"9.9"))
    files.append(hung_up.replace(ANSWERED.encode(), b"9.9").replace(context, b'"no-caller"'), *recorded_lines)
    files.sync()
    assert set(details(database)) == {ANSWERED, PYTHON_DEAD}


def test_malformed_lines_between_the_others_lose_no_call(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    for line in recorded_lines:
        files.append(line, b'"HANGUP","x"\n', b"\xff\0\n", b"\n")
    files.sync()
    assert [call.call.disposition for call in details(database).values()] == [
        Disposition.ABANDONED,
        Disposition.STAFF,
    ]


def test_an_event_that_the_database_rejects_is_skipped_and_logged_once(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    hangup = next(line for line in recorded_lines if line.startswith(b'"HANGUP"') and b"trunk" in line.split(b",")[4])
    rejected = hangup.replace(b'""hangupcause"":16', rb'""hangupcause"":""\ud800""').replace(ANSWERED.encode(), b"9.9")
    files.append(rejected, *recorded_lines)
    files.sync()
    assert [call.call.disposition for call in details(database).values() if call.call.ref != "9.9"] == [
        Disposition.ABANDONED,
        Disposition.STAFF,
    ]
    assert caplog.text.count("was skipped") == 1
    files.restart()
    files.sync()
    assert caplog.text.count("was skipped") == 1


def test_a_database_that_cannot_be_read_is_logged_once_and_no_event_is_lost(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    files.append(*recorded_lines)
    rename_table(database, "log_cursor", "lost")
    for _ in range(3):
        files.sync()
    assert caplog.text.count("will retry") == 1
    rename_table(database, "lost", "log_cursor")
    files.sync()
    assert len(details(database)) == 2
    rename_table(database, "log_cursor", "lost")
    files.sync()
    assert caplog.text.count("will retry") == 2
