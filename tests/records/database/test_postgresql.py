"""A PostgreSQL server that stops and comes back while processes use it, and how long a writer waits there."""

import getpass
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from postgres import TemporaryPostgresServer
from sqlalchemy import insert, select, text

from records.checks import checks
from records.database import answering_connection, dump, postgresql, postgresql_programs
from records.database.engine import Database, acquire_lock, open_database
from records.database.migrate import upgrade
from records.errors import DatabaseBusy, DatabaseUnavailable
from records.schema import Line

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture(scope="module")
def own_server() -> Iterator[TemporaryPostgresServer]:
    server = TemporaryPostgresServer()
    server.start()
    upgrade(server.create_database("standardiste"))
    yield server
    server.remove()


@pytest.fixture
def database(own_server: TemporaryPostgresServer, engine: str) -> Iterator[Database]:
    database = open_database(own_server.url("standardiste"))
    with database.write() as connection:
        connection.execute(text("DELETE FROM line"))
    yield database
    database.close()


def test_an_encoding_that_cannot_represent_every_name_is_reported(own_server: TemporaryPostgresServer) -> None:
    with own_server.connect() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    database = open_database(own_server.url("latin"))
    found = {check.name: str(check.message) for check in checks(database) if not check.ok}
    database.close()
    assert found["database: server"] == "The database stores text in LATIN1, which cannot represent every name."


def test_a_server_that_is_too_old_is_reported(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "MINIMUM_VERSION", 99)
    found = {check.name: str(check.message) for check in checks(database) if not check.ok}
    assert "version 99 or newer is needed" in found["database: server"]


def lines(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(Line.e164).order_by(Line.id)).scalars())


def add(database: Database, line: str, at: datetime) -> None:
    with database.write() as connection:
        connection.execute(insert(Line).values(e164=line, created_at=at))


@pytest.mark.parametrize("how", ["INT", "QUIT"], ids=["stopped", "crashed"])
def test_a_server_that_comes_back_is_used_again_with_all_durable_commits(
    own_server: TemporaryPostgresServer, database: Database, noon: datetime, how: str
) -> None:
    add(database, "+33639980001", noon)
    own_server.stop(how)
    try:
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match=r"cannot be used .*No such file.*doctor") as said:
            lines(database)
        assert time.monotonic() - begun < 1
        assert "\n" not in str(said.value)
    finally:
        own_server.start()
    assert lines(database) == ["+33639980001"]
    add(database, "+33639980002", noon)
    assert len(lines(database)) == 2


def test_a_restart_between_two_transactions_goes_unnoticed(
    own_server: TemporaryPostgresServer, database: Database, noon: datetime
) -> None:
    with database.read(), database.read():  # two connections are in the pool
        pass
    own_server.stop()
    own_server.start()
    with database.read(), database.write() as connection:
        connection.execute(insert(Line).values(e164="+33639980001", created_at=noon))
    assert lines(database) == ["+33639980001"]


def test_a_lost_connection_rolls_back_its_own_transaction_alone(database: Database, noon: datetime) -> None:
    with pytest.raises(DatabaseUnavailable), database.write() as connection:
        connection.execute(insert(Line).values(e164="+33639980001", created_at=noon))
        with database.write() as other:
            other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in%'"))
    assert lines(database) == []


def test_the_error_of_a_missing_database_does_not_show_the_password(own_server: TemporaryPostgresServer) -> None:
    database = open_database(f"postgresql://{getpass.getuser()}:hidden@/nowhere?host={own_server.folder}")
    with pytest.raises(DatabaseUnavailable, match="doctor") as said, database.read():
        pass
    assert "hidden" not in str(said.value)
    database.close()


def test_a_process_frozen_in_a_transaction_does_not_block_others_for_long(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "30s"


# --- a server that is frozen: it takes connections and says nothing ---------------------------------------------------


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("SLOW_STATEMENT_MS", "FROZEN_MS"):
        monkeypatch.setattr(postgresql, limit, 50)
    monkeypatch.setattr(answering_connection, "SILENCE_S", 0.1)
    monkeypatch.setattr(answering_connection.AnsweringConnection, "longest_silence_s", 0.1)
    monkeypatch.setitem(postgresql.OPTIONS["connect_args"], "connect_timeout", 2)  # the driver takes no less


@pytest.mark.usefixtures("short_limits")
def test_nobody_waits_for_a_server_that_is_frozen(
    own_server: TemporaryPostgresServer, engine: str, noon: datetime
) -> None:
    """Neither a caller nor a purge, in the midst of a transaction, nor who begins one."""
    with closing(open_database(own_server.url("standardiste"))) as database, ThreadPoolExecutor(3) as threads:
        are_frozen, within = threading.Event(), threading.Barrier(3)

        def write(wait_ms: int | None) -> None:
            with database.write(wait_ms) as connection:
                within.wait(10)
                are_frozen.wait(10)
                connection.execute(insert(Line).values(e164="+33639980001", created_at=noon))

        with database.read(), database.read(), database.read():  # three connections are in the pool
            pass
        writers = [threads.submit(write, 150), threads.submit(write, None)]
        within.wait(10)
        with own_server.frozen():
            begun = time.monotonic()
            are_frozen.set()
            for waiting in [*writers, threads.submit(lines, database)]:
                with pytest.raises(DatabaseUnavailable, match=r"timeout|does not answer"):
                    waiting.result(20)
            assert time.monotonic() - begun < 10
        assert lines(database) == []


@pytest.mark.usefixtures("short_limits")
def test_a_statement_that_takes_its_time_is_waited_for_while_the_server_answers_others(
    own_server: TemporaryPostgresServer, engine: str
) -> None:
    with closing(open_database(own_server.url("standardiste"))) as database, database.write() as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(0.5)")).scalar_one() == 1


@pytest.fixture
def empty_database(own_server: TemporaryPostgresServer) -> Iterator[str]:
    yield own_server.create_database("filled", like="template0")
    own_server.drop_database("filled")


def hold_lock(own_server: TemporaryPostgresServer, name: str, table: str, mode: str) -> psycopg.Connection:
    """A transaction that is open until the connection closes, so that a program waits for it in its midst."""
    held = own_server.connect(name)
    held.execute(f"BEGIN; LOCK TABLE {table} IN {mode} MODE")
    return held


def wait_for_program(own_server: TemporaryPostgresServer, program: str) -> None:
    """Returns when the program waits for a lock."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
    with own_server.connect() as connection:
        while not connection.execute(waiting, [program]).fetchone():
            time.sleep(0.02)


@pytest.fixture
def short_looks(monkeypatch: pytest.MonkeyPatch, short_limits: None) -> None:
    monkeypatch.setattr(postgresql_programs, "LOOK_EVERY_S", 0.1)


@pytest.mark.usefixtures("short_looks")
def test_a_copy_from_a_server_that_freezes_meanwhile_is_given_up(
    own_server: TemporaryPostgresServer, database: Database, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as threads, closing(hold_lock(own_server, "standardiste", "line", "ACCESS EXCLUSIVE")):
        copying = threads.submit(dump.create, database, tmp_path)
        wait_for_program(own_server, "pg_dump")
        with own_server.frozen(), pytest.raises(DatabaseUnavailable, match="does not answer any more"):
            copying.result(20)


@pytest.mark.usefixtures("short_looks")
def test_a_restore_into_a_server_that_freezes_meanwhile_is_given_up_and_leaves_nothing(
    own_server: TemporaryPostgresServer, database: Database, tmp_path: Path, empty_database: str
) -> None:
    file = dump.create(database, tmp_path)
    with ThreadPoolExecutor(1) as threads, closing(hold_lock(own_server, "filled", "pg_class", "SHARE")):
        filling = threads.submit(dump.restore, file, empty_database)
        wait_for_program(own_server, "pg_restore")
        with own_server.frozen(), pytest.raises(DatabaseUnavailable, match="does not answer any more"):
            filling.result(20)
    assert dump.is_empty(empty_database)


@pytest.mark.usefixtures("short_looks")
def test_a_copy_that_takes_its_time_is_waited_for_while_the_server_answers_others(
    own_server: TemporaryPostgresServer, database: Database, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as threads:
        with closing(hold_lock(own_server, "standardiste", "line", "ACCESS EXCLUSIVE")):
            copying = threads.submit(dump.create, database, tmp_path)
            wait_for_program(own_server, "pg_dump")
            with pytest.raises(TimeoutError):
                copying.result(1)  # ten looks
        assert copying.result(20).stat().st_size > 0


@pytest.mark.usefixtures("short_looks")
def test_a_frozen_server_is_neither_copied_nor_taken_for_empty(
    own_server: TemporaryPostgresServer, database: Database, tmp_path: Path, empty_database: str
) -> None:
    with own_server.frozen():
        with pytest.raises(DatabaseUnavailable, match=r"pg_dump failed: .*timeout|does not answer any more"):
            dump.create(database, tmp_path)
        with pytest.raises(DatabaseUnavailable, match=r"timeout"):
            dump.is_empty(empty_database)


# --- how long a writer waits ------------------------------------------------------------------------------------------


def test_the_waits_of_one_transaction_for_several_locks_add_up_to_its_limit(database: Database) -> None:
    """The server's own limit counts each lock anew: a caller would wait for each of them."""
    first_is_free = threading.Event()

    def hold_for_a_while() -> None:
        with database.write() as connection:
            acquire_lock(connection, "first")
            held.set()
            first_is_free.wait(5)

    held = threading.Event()
    with ThreadPoolExecutor(1) as threads, database.write() as other:
        acquire_lock(other, "second")
        threads.submit(hold_for_a_while)
        held.wait(5)
        threading.Timer(0.3, first_is_free.set).start()
        with pytest.raises(DatabaseBusy, match="try again"), database.write(wait_ms=1000) as connection:
            acquire_lock(connection, "first")
            left = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
            acquire_lock(connection, "second")
    assert 0 < int(left.removesuffix("ms")) < 750


def test_a_writer_that_may_not_wait_does_not_wait(database: Database) -> None:
    with database.write() as other:
        acquire_lock(other, "one")
        begun = time.monotonic()
        with pytest.raises(DatabaseBusy), database.write(wait_ms=0) as connection:
            acquire_lock(connection, "one")
    assert time.monotonic() - begun < 1  # PostgreSQL takes 0 for no limit


def test_a_statement_that_takes_too_long_is_given_up_when_somebody_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "SLOW_STATEMENT_MS", 50)
    with pytest.raises(DatabaseBusy), database.write(wait_ms=150) as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    with database.write() as patient:  # a purge, which takes its time
        assert patient.execute(text("SHOW statement_timeout")).scalar_one() == "0"
