"""Files that version 0.1 wrote are still read: a spool, and a configuration snapshot."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from agi import snapshot_file
from agi.pending_writes import from_json_line, to_json_line
from agi.snapshot_file import StoredSnapshot
from agi.spool import Spool
from records.call_events import CallEventKind, Disposition
from records.calls.call_detail import get_call_detail
from records.database.engine import Database
from records.overrides import Override, OverrideName
from records.requests import requests
from records.staff.agents import Agent
from routing.messages import BlackoutPeriod, MessageVersion

FILES = Path(__file__).parent / "stored_formats"
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
ONE = NOON.replace(hour=13)


def test_a_spool_of_version_0_1_is_replayed(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    shutil.copy(FILES / "version_0_1.journal", folder / "1740997000-99.journal")
    spool = Spool(folder)
    spool.replay(database)
    spool.close()

    assert list(folder.iterdir()) == []  # nothing was rejected
    detail = get_call_detail(database, "1763757623.12")
    assert detail.call.disposition is Disposition.REFUSED
    assert [event.detail for event in detail.events if event.kind == CallEventKind.KEY] == [
        {"key": "3", "menu": "main"}
    ]
    assert [(request.kind, request.line) for request in requests.list_open_requests(database)] == [
        ("callback", "+33639980001")
    ]


def test_a_replay_that_version_0_1_began_continues_where_it_stopped(database: Database, tmp_path: Path) -> None:
    first, *others = (FILES / "version_0_1.journal").read_bytes().splitlines(keepends=True)
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1740997000-99.journal").write_bytes(
        b"not written twice".ljust(len(first) - 1) + b"\n" + b"".join(others)
    )
    from_json_line(first).write(database)
    with database.write() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO log_cursor (name, position) VALUES ('journal 1740997000-99', {len(first)})"
        )
    spool = Spool(tmp_path / "spool")
    spool.replay(database)
    spool.close()

    assert list((tmp_path / "spool").iterdir()) == []
    assert [event.kind for event in get_call_detail(database, "1763757623.12").events].count(CallEventKind.KEY) == 1


def test_the_spool_is_written_as_version_0_1_wrote_it() -> None:
    for line in (FILES / "version_0_1.journal").read_bytes().splitlines():
        assert to_json_line(from_json_line(line)) == line


def test_a_snapshot_file_of_version_0_1_is_read() -> None:
    neutral = MessageVersion(2, "daily", "b" * 64, NOON, ONE, NOON, "Margot", "", 1)
    ordinary = MessageVersion(1, "daily", "a" * 64, NOON, None, NOON, "Margot", "Bonjour")
    assert snapshot_file.load(FILES / "version_0_1_last-good.json") == StoredSnapshot(
        plan="PLAN",
        plan_version=7,
        messages={"daily": (neutral, ordinary)},
        audio_seconds={"a" * 64: 2.5, "b" * 64: 1.0},
        agents={"p01": Agent(1, "Anne", "fr", "p01", "", NOON, 2, "+33639980009", ("fr", "en"))},
        overrides=(Override(OverrideName.CLOSED, since=NOON, by="Margot", note="grève"),),
        handling_time_s=180.5,
        blackout_periods=(BlackoutPeriod(1, NOON, ONE, "scrutin", "Margot"),),
    )
