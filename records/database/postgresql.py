"""What is specific to PostgreSQL (version 13 or newer), through psycopg."""

import time
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from records.errors import NotFound

CALLER_ERRORS: tuple[type[DBAPIError], ...] = (IntegrityError, DataError)
"""Errors that the statement caused; every other error, such as a missing table, is a fault of the database."""
SINGLE_WRITER = False
MINIMUM_VERSION = 13
ENCODING = "UTF8"

# https://www.postgresql.org/docs/current/errcodes-appendix.html
BUSY_SQLSTATES = ("55P03", "40P01", "40001", "57014")
"""lock_not_available, deadlock_detected, serialization_failure, query_canceled."""
NUMERIC_OUT_OF_RANGE = "22003"  # numeric_value_out_of_range

MAX_IMPATIENT_MS = 1000  # as IMPATIENT_MS in records/database/engine.py
SLOW_STATEMENT_MS = 1000
"""Where somebody waits, a statement that runs for so long beyond the wait is given up: the server is in trouble."""
FROZEN_MS = 1000
"""The server gives such a statement up by itself; one that is silent for so long beyond that is frozen."""
NOTICED_WAIT_MS = 20
_BUDGET = "left of the wait"

OPTIONS: dict[str, Any] = {
    # A connection that a restart of the server has cut is replaced before it is used.
    "pool_pre_ping": True,
    "connect_args": {
        "application_name": "standardiste",
        "connect_timeout": 5,
        # A server that vanishes is noticed after some 10 s; the default of libpq is hours.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # A process of ours that is frozen inside a transaction blocks others no longer than this.
        "options": "-c idle_in_transaction_session_timeout=30s",
    },
}


def prepare(engine: Engine) -> None:
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "handle_error", _strip_row_values)
    event.listen(engine, "before_cursor_execute", _begin_statement)
    event.listen(engine, "after_cursor_execute", _end_statement)


def begin(connection: Connection, *, writing: bool, wait_ms: int, durable: bool) -> None:
    mode = "READ WRITE" if writing else "ISOLATION LEVEL REPEATABLE READ READ ONLY"
    flushed = "on" if durable else "off"
    is_impatient = wait_ms <= MAX_IMPATIENT_MS
    statement_ms = wait_ms + SLOW_STATEMENT_MS if is_impatient else 0  # none: a purge takes its time
    connection.info.pop(_BUDGET, None)
    driver: Any = connection.connection.dbapi_connection
    driver.longest_silence_s = (statement_ms + FROZEN_MS) / 1000 if is_impatient else None
    # In one message and without parameters: each statement would cost one more round trip.
    connection.exec_driver_sql(
        f"BEGIN {mode}; SET LOCAL lock_timeout = {_lock_timeout(wait_ms)}; "
        f"SET LOCAL statement_timeout = {statement_ms}; SET LOCAL synchronous_commit = {flushed}"
    )
    if is_impatient:
        connection.info[_BUDGET] = float(wait_ms)


def _lock_timeout(wait_ms: float) -> int:
    """The server takes 0 for no limit."""
    return max(1, round(wait_ms))


def _begin_statement(connection: Connection, *_: object) -> None:
    connection.info["began"] = time.monotonic()


def _end_statement(connection: Connection, cursor: Any, *_: object) -> None:
    """Lets a later lock of the transaction be waited for only as long as is left: the server counts each one anew."""
    left_ms = connection.info.get(_BUDGET)
    waited_ms = (time.monotonic() - connection.info["began"]) * 1000
    if left_ms is None or waited_ms < NOTICED_WAIT_MS:
        return
    connection.info[_BUDGET] = left_ms - waited_ms
    cursor.connection.execute(f"SET LOCAL lock_timeout = {_lock_timeout(left_ms - waited_ms)}")


def is_busy(cause: BaseException | None) -> bool:
    """Whether other writers were in the way; the same transaction may succeed a moment later."""
    return getattr(cause, "sqlstate", None) in BUSY_SQLSTATES


def savepoint(connection: Connection) -> AbstractContextManager[object]:
    """Without a savepoint, a refused statement ends the transaction."""
    return connection.begin_nested()


def acquire_lock(connection: Connection, name: str) -> None:
    """See `records.database.engine.acquire_lock`."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def version(connection: Connection) -> int:
    """The server's major version."""
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def encoding(connection: Connection) -> str:
    """The encoding in which the database stores text."""
    return str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())


def _connect(_dialect: object, _record: object, _arguments: object, parameters: dict[str, Any]) -> Any:
    from records.database.answering_connection import AnsweringConnection  # the driver costs who has SQLite memory

    return AnsweringConnection.open(parameters)


def _rest(driver: Any, _record: object) -> None:
    if driver is not None:  # it is None when the connection was lost
        driver.longest_silence_s = type(driver).longest_silence_s


def _prepare_connection(connection: Any, _record: object) -> None:
    connection.autocommit = True  # the driver would begin by itself, in one more message; `begin` does it


def _strip_row_values(context: ExceptionContext) -> Exception | None:
    """Removes the refused row from the server's message: an error's text goes to the log."""
    cause, shown = context.original_exception, context.sqlalchemy_exception
    diagnosis = getattr(cause, "diag", None)
    if shown is not None and diagnosis and (said := diagnosis.message_primary):
        shown.args = tuple(str(part).replace(str(cause), said) for part in shown.args)
        cause.args = (said,)
    return (
        NotFound("No row has so large a number.") if getattr(cause, "sqlstate", None) == NUMERIC_OUT_OF_RANGE else None
    )
