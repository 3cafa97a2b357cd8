"""What is particular to a base on a PostgreSQL server (13 or newer), by psycopg."""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, IntegrityError

from records.errors import NotFound

OUR_MISTAKES = (IntegrityError, DataError)
"""Faults of what was asked; all others are the base's, such as tables that are not there."""
ONE_WRITER = False
OLDEST = 13
ENCODING = "UTF8"

# https://www.postgresql.org/docs/current/errcodes-appendix.html
OTHERS_IN_THE_WAY = ("55P03", "40P01", "40001")  # lock_not_available, deadlock_detected, serialization_failure
TOO_LARGE = "22003"  # numeric_value_out_of_range

OPTIONS: dict[str, Any] = {
    # A connection that a restart of the server has cut is replaced before it is used.
    "pool_pre_ping": True,
    "connect_args": {
        "application_name": "standardiste",
        "connect_timeout": 5,
        # A server that is gone without a word is noticed after some 10 s; libpq's own patience is hours.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # Whoever of us is frozen in the middle of a transaction keeps nobody else out for longer.
        "options": "-c idle_in_transaction_session_timeout=30s",
    },
}


def prepare(engine: Engine) -> None:
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "handle_error", _told)


def begin(connection: Connection, *, writing: bool, wait_ms: int, durable: bool) -> None:
    manner = "READ WRITE" if writing else "ISOLATION LEVEL REPEATABLE READ READ ONLY"
    flushed = "on" if durable else "off"
    # In one message, without parameters: each would cost the caller a journey to the server.
    connection.exec_driver_sql(
        f"BEGIN {manner}; SET LOCAL lock_timeout = {wait_ms}; SET LOCAL synchronous_commit = {flushed}"
    )


def is_busy(cause: BaseException | None) -> bool:
    """Whether other writers were in the way: the same again, a moment later, may well work."""
    return getattr(cause, "sqlstate", None) in OTHERS_IN_THE_WAY


def tried(connection: Connection) -> AbstractContextManager[object]:
    """Without a savepoint a refused statement ends the transaction."""
    return connection.begin_nested()


def take_turn(connection: Connection, what: str) -> None:
    """See `records.base.take_turn`."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def version(connection: Connection) -> int:
    """The server's major version."""
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def encoding(connection: Connection) -> str:
    """In which the base keeps its texts."""
    return str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())


def _prepare_connection(connection: Any, _record: object) -> None:
    connection.autocommit = True  # the driver would begin by itself, in a message of its own; we begin ourselves


def _told(context: ExceptionContext) -> Exception | None:
    """Takes the row that was refused out of what the server says about it: an error's text goes to the log."""
    cause, shown = context.original_exception, context.sqlalchemy_exception
    diagnosis = getattr(cause, "diag", None)
    if shown is not None and diagnosis and (said := diagnosis.message_primary):
        shown.args = tuple(str(part).replace(str(cause), said) for part in shown.args)
        cause.args = (said,)
    return NotFound("No row has so large a number.") if getattr(cause, "sqlstate", None) == TOO_LARGE else None
