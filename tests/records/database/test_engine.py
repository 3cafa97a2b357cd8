"""Transactions, waits and errors of the database, on both engines."""

import stat
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from subprocess import Popen

import pytest
from databases import DatabaseFactory
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from records.contacts.contact_cards import get_card_detail
from records.database.engine import CALL_WAIT_MS, Database, open_database
from records.database.unit_of_work import unit_of_work
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound, UnstorableText
from records.schema import Line, LogCursor

HOLD = """
from databases import lock_writes
with lock_writes(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
OPEN = """
from sqlalchemy import text
from records.database.engine import open_database
with open_database(sys.argv[1]).write() as connection:
    print(connection.execute(text("PRAGMA journal_mode")).scalar_one())
"""


@pytest.fixture
def locked(database_url: str, run_in_process: Callable[..., Popen[str]]) -> None:
    """Another process holds the write lock until the end of the test."""
    assert run_in_process(HOLD, database_url).stdout.readline() == "held\n"


def test_no_update_is_lost_under_sixteen_threads(database: Database) -> None:
    def count_up(_: int) -> None:
        for _ in range(20):
            with database.write(durable=False) as connection:
                position = connection.execute(select(LogCursor.position).with_for_update()).scalar_one()
                connection.execute(update(LogCursor).values(position=position + 1))

    with database.write() as connection:
        connection.execute(insert(LogCursor).values(name="counter", position=0))
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(count_up, range(16)))
    with database.read() as connection:
        assert connection.execute(select(LogCursor.position)).scalar_one() == 320


def test_a_call_waits_no_longer_than_150_ms_for_a_locked_database(database: Database, locked: None) -> None:
    begun = time.monotonic()
    with pytest.raises(DatabaseBusy, match="try again"), database.write(wait_ms=150) as connection:
        connection.execute(insert(LogCursor).values(name="mine", position=0))
    assert 0.1 < time.monotonic() - begun < 0.4


def test_a_process_that_writes_again_and_again_lets_others_have_their_turn(database_url: str) -> None:
    turns, ended = [], threading.Event()

    def write_always() -> None:
        with closing(open_database(database_url)) as busy:
            while not ended.is_set():
                with busy.write(durable=False):
                    turns.append("busy")
                    time.sleep(0.002)

    with ThreadPoolExecutor(1) as pool, closing(open_database(database_url)) as other:
        pool.submit(write_always)
        try:
            for _ in range(5):
                while not turns:
                    time.sleep(0.001)
                before = len(turns)
                with other.write(durable=False):
                    waited = len(turns) - before
                assert waited <= 20  # with SQLite's own wait, which sleeps for longer and longer, hundreds
        finally:
            ended.set()


def test_a_call_is_not_the_last_of_twelve_writers(database_url: str) -> None:
    """Eleven that can wait write again and again; a call finds the database free before most of them."""
    ended, turns = threading.Event(), []

    def write_always() -> None:
        with closing(open_database(database_url)) as busy:
            while not ended.is_set():
                with busy.write(durable=False):
                    turns.append("another")
                    time.sleep(0.002)

    with ThreadPoolExecutor(11) as pool, closing(open_database(database_url)) as of_call:
        for _ in range(11):
            pool.submit(write_always)
        try:
            while len(turns) < 11:
                time.sleep(0.001)
            waits = []
            for _ in range(10):
                before = len(turns)
                with of_call.write(5 * CALL_WAIT_MS, durable=False):
                    waits.append(len(turns) - before)
                time.sleep(0.005)
        finally:
            ended.set()
    assert sorted(waits)[5] <= 10


def test_forty_threads_can_read_at_once(database: Database) -> None:
    with ExitStack() as calls:
        for _ in range(40):
            calls.enter_context(database.read(wait_ms=150))


def test_work_one_after_the_other_uses_one_connection_which_knows_the_statements(database: Database) -> None:
    with database.read(), database.read(), database.read():
        pass

    used = set()
    for _ in range(6):
        with database.read() as connection:
            used.add(id(connection.connection.driver_connection))
    assert len(used) == 1


def test_reading_continues_while_another_process_writes(database: Database, locked: None) -> None:
    with database.read(wait_ms=150) as connection:
        assert connection.execute(select(Line.id)).all() == []


def test_an_exception_rolls_back_the_whole_transaction(database: Database, noon: datetime) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon))
        raise RuntimeError
    with database.read() as connection:
        assert connection.execute(select(Line.id)).all() == []


def test_writing_is_refused_while_reading(database: Database, noon: datetime) -> None:
    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon))


def test_a_durable_commit_is_flushed_to_the_disk_and_another_is_not(database: Database, engine: str) -> None:
    setting, flushed, unflushed = {
        "sqlite": ("PRAGMA synchronous", 2, 1),
        "postgresql": ("SHOW synchronous_commit", "on", "off"),
    }[engine]
    with database.write() as connection:
        assert connection.execute(text(setting)).scalar_one() == flushed
    with database.write(durable=False) as connection:
        assert connection.execute(text(setting)).scalar_one() == unflushed


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)"))


def test_instants_come_back_in_utc(database: Database, noon: datetime) -> None:
    in_paris = noon.astimezone(timezone(timedelta(hours=1)))
    with database.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=in_paris))
    with database.read() as connection:
        stored = connection.execute(select(Line.created_at)).scalar_one()
    assert (stored, stored.tzinfo) == (noon, UTC)


@pytest.mark.parametrize("text", ["Anne\0", "Anne\ud800"], ids=["NUL", "half a pair"])
def test_a_text_that_cannot_be_stored_is_refused(database: Database, text: str) -> None:
    with pytest.raises(UnstorableText, match="cannot be stored"), database.write() as connection:
        connection.execute(insert(LogCursor).values(name=text, position=0))
    with database.read() as connection, pytest.raises(UnstorableText):
        connection.execute(select(LogCursor.name).where(LogCursor.name == text))


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**64)])
def test_an_id_beyond_the_range_is_not_found(database: Database, number: int) -> None:
    with pytest.raises(NotFound):
        get_card_detail(database, number)


def test_a_large_log_position_is_stored(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(LogCursor).values(name="log", position=2**40))
    with database.read() as connection:
        assert connection.scalar(select(LogCursor.position)) == 2**40


def test_a_database_without_tables_is_unavailable(databases: DatabaseFactory) -> None:
    database = open_database(databases.empty())
    with pytest.raises(DatabaseUnavailable, match="line"), database.read() as connection:
        connection.execute(select(Line.id))
    database.close()


def test_the_error_of_a_refused_row_does_not_show_its_values(database: Database, noon: datetime) -> None:
    without_plus = f"{33639980000 + 1}"
    with pytest.raises(IntegrityError) as refused, database.write() as connection:
        connection.execute(insert(Line).values(e164=without_plus, created_at=noon))
    assert "ck_line_e164" in str(refused.value)
    assert without_plus not in "".join(traceback.format_exception(refused.value))


def test_an_instant_without_time_zone_is_refused(database: Database, noon: datetime) -> None:
    with pytest.raises(StatementError, match="no time zone"), database.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon.replace(tzinfo=None)))


@pytest.mark.engine("sqlite")
def test_a_new_database_file_and_its_journal_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "new.db"
    database = open_database(f"sqlite:///{file}")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE a (b)"))
        files = list(file.parent.iterdir())
        assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
        assert len(files) == 3
    database.close()


@pytest.mark.engine("sqlite")
def test_four_processes_can_create_a_database_at_once(
    tmp_path: Path, run_in_process: Callable[..., Popen[str]]
) -> None:
    openers = [run_in_process(OPEN, f"sqlite:///{tmp_path}/new.db") for _ in range(4)]
    assert [opener.stdout.read() for opener in openers] == ["wal\n"] * 4


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://nowhere/none", "postgresql+none://nowhere/none"]
)
def test_the_error_of_an_unusable_url_says_what_to_give(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="sqlite:///FILE"):
        open_database(url)


@pytest.mark.engine("sqlite")
def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}")


@pytest.mark.engine("sqlite")
def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear all, this is not a database." * 100)
    database = open_database(f"sqlite:///{tmp_path}/letter.db")
    with pytest.raises(DatabaseUnavailable, match="doctor"), database.read():
        pass


@pytest.mark.engine("sqlite")
def test_opening_a_file_twice_in_one_process_keeps_the_locks_of_the_first(
    file: Path, run_in_process: Callable[..., Popen[str]]
) -> None:
    first = open_database(f"sqlite:///{file}")
    with first.write() as connection:
        connection.exec_driver_sql("INSERT INTO log_cursor VALUES ('before', 1)")
    second = open_database(f"sqlite:///{file}")
    code = (
        "from records.database.engine import open_database\n"
        "database = open_database(sys.argv[1])\nwith database.read(): pass\ndatabase.close()"
    )
    run_in_process(code, f"sqlite:///{file}").wait(30)  # without a lock it would delete the -wal file
    with first.write() as connection:
        connection.exec_driver_sql("INSERT INTO log_cursor VALUES ('after', 2)")
    code = (
        "import sqlite3\nprint(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM log_cursor').fetchone()[0])"
    )
    output, _ = run_in_process(code, file).communicate(timeout=30)
    first.close()
    second.close()
    assert output.strip() == "2"


@pytest.mark.parametrize(("atomic", "stored"), [(False, ["before", "after"]), (True, [])])
def test_a_failed_write_in_a_unit_of_work_is_undone_alone_or_undoes_all(
    database: Database, atomic: bool, stored: list[str]
) -> None:
    def insert_cursor(part: Database, *names: str) -> None:
        with part.write() as connection:
            for name in names:
                connection.execute(insert(LogCursor).values(name=name, position=0))

    with suppress(IntegrityError), unit_of_work(database, atomic=atomic) as part:
        insert_cursor(part, "before")
        with nullcontext() if atomic else suppress(IntegrityError):
            insert_cursor(part, "half", "half")
        insert_cursor(part, "after")
    with database.read() as connection:
        assert connection.scalars(select(LogCursor.name).order_by(LogCursor.name.desc())).all() == stored
