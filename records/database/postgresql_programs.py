"""pg_dump and pg_restore, which copy a whole PostgreSQL database; given up when the server is frozen."""

import os
import subprocess
from typing import Any

from sqlalchemy import URL

from records.database import postgresql
from records.errors import DatabaseUnavailable

LOOK_EVERY_S = 10.0
"""While a program runs, the server is asked so often through a new connection whether it still serves anybody."""
MAX_UNANSWERED = 2
LOCK_WAIT_MS = 60_000
"""A migration, or a process that is frozen within one, holds its locks for no longer than a copy may wait."""

_DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={LOCK_WAIT_MS}")
_RESTORE = ("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
_LIMITS = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")


def dump(url: URL, file: str) -> None:
    """Raises DatabaseUnavailable."""
    _run(*_DUMP, f"--file={file}", url=url)


def restore(url: URL, file: str) -> None:
    """All of the file, or nothing. Raises DatabaseUnavailable."""
    _run(*_RESTORE, file, url=url)


def _run(program: str, *arguments: str, url: URL) -> None:
    """Passes the password in the environment: a command line is readable by every user of the machine.

    A copy may take its time, and an index too, so no length is too much while the server answers others.
    """
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    place = _render_address(url)
    command = [program, *arguments, f"--dbname={place}"]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
        )
    except FileNotFoundError:
        raise DatabaseUnavailable(f"{program} is not installed; apt install postgresql-client.") from None
    with process:
        try:
            said = _wait(process, {"conninfo": place, "password": url.password})
        finally:
            process.kill()
    if process.returncode:
        raise DatabaseUnavailable(f"{program} failed: {(said.strip().splitlines() or ['no reason given'])[-1]}")


def _wait(process: "subprocess.Popen[bytes]", parameters: dict[str, Any]) -> str:
    """What the program says of errors, at its end. Raises DatabaseUnavailable: the server serves nobody any more."""
    from records.database.answering_connection import serves_somebody  # the driver costs who has SQLite memory

    unanswered = 0
    while unanswered < MAX_UNANSWERED:
        try:
            return process.communicate(timeout=LOOK_EVERY_S)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            unanswered = 0 if serves_somebody(parameters) else unanswered + 1
    raise DatabaseUnavailable(
        "The database server does not answer any more; the copy was given up. Restart the server."
    )


def _render_address(url: URL) -> str:
    """The address without the password, with the limits of our own connections where it states none."""
    limits = {name: str(postgresql.OPTIONS["connect_args"][name]) for name in _LIMITS}
    place = url.set(drivername="postgresql", password=None).update_query_dict(limits | dict(url.query))
    return place.render_as_string(hide_password=False)
