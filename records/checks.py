"""Checks of the database for `standardiste doctor`."""

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import insert

from records import changes, overrides
from records.callbacks import staff_actions
from records.check_result import CheckResult
from records.contacts import card_history
from records.database import postgresql
from records.database.engine import Database
from records.database.migrate import current_revision, head_revision, is_known_revision
from records.errors import DatabaseBusy, RecordsError
from records.messages import blackout_periods
from records.overrides import OverrideName
from records.requests.balance import count_contradictions
from records.schema import LogCursor
from routing.messages import find_active_blackout
from translations.message import Message, translatable, translatable_in_context

MIN_FREE_BYTES = 500 * 1024**2
RESTORE = translatable("Stop everything, keep a copy of the database, and restore the last backup.")


def checks(database: Database) -> Iterator[CheckResult]:
    """Every check of the database: the quick ones and those that read all of it."""
    yield from quick_checks(database)
    yield from full_checks(database)


def quick_checks(database: Database) -> Iterator[CheckResult]:
    """The checks that take no longer in a large database.

    The schema, a write, callbacks that need a decision or are paused; for a SQLite file its permissions and the free
    space; for a server its version and encoding.
    """
    yield _checked("database: schema", _schema, database)
    yield _checked("database: writing", _write, database)
    yield _checked("callbacks: to check", _callbacks_to_review, database)
    yield _checked("callbacks: paused", _callbacks_paused, database)
    yield _checked("requests: balance", _balance, database)
    if database.file:
        yield _checked("database: permissions", _permissions, database)
        yield _checked("database: free space", _free_space, database)
    else:
        yield _checked("database: server", _server, database)


def full_checks(database: Database) -> Iterator[CheckResult]:
    """The checks that read the whole database: the record of changes; integrity and references of a SQLite file."""
    yield _checked("record of changes", _change_log, database)
    yield _checked("record of changes: values", _changed_values, database)
    if database.file:
        yield _checked("database: integrity", _integrity, database)
        yield _checked("database: references", _references, database)


def _checked(name: str, check: Callable[[Database, str], CheckResult], database: Database) -> CheckResult:
    try:
        return check(database, name)
    except DatabaseBusy as error:
        return CheckResult(
            name,
            False,
            translatable_in_context("database busy", "%(error)s", error=error),
            translatable("Find the process that holds the database (a backup, an open shell) and let it finish."),
        )
    except (RecordsError, OSError) as error:
        return CheckResult(
            name,
            False,
            translatable_in_context("database unusable", "%(error)s", error=error),
            translatable("Make sure that this user may write to it; if so, restore the last backup."),
        )


def _schema(database: Database, name: str) -> CheckResult:
    found, needed = current_revision(database), head_revision()
    if found == needed:
        return CheckResult(name, True, translatable("The database has schema %(needed)s.", needed=needed))
    if not is_known_revision(found):
        return CheckResult(
            name,
            False,
            translatable("The database has schema %(found)s of a later version of the software.", found=found),
            translatable("Run that version again, or restore the backup from before the upgrade."),
        )
    return CheckResult(
        name,
        False,
        translatable(
            "The database has schema %(found)s, not %(needed)s.", found=found or translatable("none"), needed=needed
        ),
        translatable("Start the server; it upgrades the database."),
    )


def _write(database: Database, name: str) -> CheckResult:
    with database.write(wait_ms=1000) as connection:
        connection.execute(insert(LogCursor).values(name="doctor", position=0))
        connection.rollback()
    return CheckResult(name, True, translatable("The database can be written to."))


def _callbacks_to_review(database: Database, name: str) -> CheckResult:
    if not (number := len(staff_actions.list_callbacks_to_review(database))):
        return CheckResult(name, True, translatable("No callback needs a decision."))
    return CheckResult(
        name,
        True,
        translatable("Callbacks that a person must decide on: %(number)s.", number=number),
        translatable("`standardiste callback check` lists them: call, then `callback resolve`; or `callback retry`."),
    )


def _balance(database: Database, name: str) -> CheckResult:
    if not (number := count_contradictions(database)):
        return CheckResult(name, True, translatable("Every request that came in is done or open."))
    return CheckResult(
        name,
        False,
        translatable("Requests that are neither done nor open, or both: %(number)s.", number=number),
        translatable("Somebody has changed the database by hand; compare it with the last backup."),
    )


def _callbacks_paused(database: Database, name: str) -> CheckResult:
    now = datetime.now(UTC)
    if blackout := find_active_blackout(blackout_periods.list_blackout_periods(database), datetime.now(UTC)):
        until = f"{blackout.ends_at:%Y-%m-%d %H:%M} UTC"
        return CheckResult(
            name,
            True,
            translatable(
                "Callbacks are held until %(until)s by the blackout period '%(reason)s': nobody is called.",
                until=until,
                reason=blackout.reason,
            ),
            translatable("End it in the console, under Blackout periods."),
        )
    in_force = [each for each in overrides.list_overrides(database) if each.is_in_force(now)]
    paused = next((each for each in in_force if each.name is OverrideName.CALLBACKS), None)
    if paused is None or paused.since is None:
        return CheckResult(name, True, translatable("Callbacks are not paused."))
    since = f"{paused.since:%Y-%m-%d %H:%M} UTC"
    return CheckResult(
        name,
        True,
        translatable("%(by)s has paused callbacks since %(since)s: nobody is called.", since=since, by=paused.by),
        translatable("`standardiste callbacks resume` resumes them."),
    )


def _change_log(database: Database, name: str) -> CheckResult:
    """The message shows the last hash, to be noted elsewhere: a deletion of the newest changes leaves no gap."""
    chain = changes.verify_chain(database)
    if chain.broken_at is None:
        last = chain.last[:16]
        return CheckResult(
            name,
            True,
            translatable(
                "The record of changes is intact: %(length)s changes, the last hash is %(last)s.",
                length=chain.length,
                last=last,
            ),
        )
    return CheckResult(
        name,
        False,
        translatable(
            "The record of changes was tampered with: number %(broken_at)s is not what was written.",
            broken_at=chain.broken_at,
        ),
        translatable("Keep a copy of the database, and compare the number with that of the last backups."),
    )


def _changed_values(database: Database, name: str) -> CheckResult:
    altered = card_history.find_altered_values(database)
    if not altered:
        return CheckResult(name, True, translatable("What changes of cards say is what was written."))
    return CheckResult(
        name,
        False,
        translatable(
            "What changes of cards say is not what was written: %(count)s changes, the first is %(number)s.",
            count=len(altered),
            number=altered[0],
        ),
        translatable("If var/secrets/numbers was replaced, put it back; else compare these changes with a backup."),
    )


def _server(database: Database, name: str) -> CheckResult:
    with database.read() as connection:
        version, encoding = postgresql.version(connection), postgresql.encoding(connection)
    if version < postgresql.MINIMUM_VERSION:
        return CheckResult(
            name,
            False,
            translatable(
                "The server is PostgreSQL %(version)s; version %(minimum)s or newer is needed.",
                version=version,
                minimum=postgresql.MINIMUM_VERSION,
            ),
            translatable("Upgrade the server, or move the database to a newer one with pg_dump."),
        )
    if encoding != postgresql.ENCODING:
        return CheckResult(
            name,
            False,
            translatable(
                "The database stores text in %(encoding)s, which cannot represent every name.", encoding=encoding
            ),
            translatable(
                "Create one with ENCODING 'UTF8' TEMPLATE template0, and move the contents there with pg_dump."
            ),
        )

    return CheckResult(name, True, translatable("The server is PostgreSQL %(version)s.", version=version))


def _integrity(database: Database, name: str) -> CheckResult:
    with database.read() as connection:
        faults = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if faults == ["ok"]:
        return CheckResult(name, True, translatable("The database file is intact."))
    return CheckResult(name, False, translatable("The database file is damaged (%(fault)s).", fault=faults[0]), RESTORE)


def _references(database: Database, name: str) -> CheckResult:
    with database.read() as connection:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if not orphans:
        return CheckResult(name, True, translatable("All references between rows are intact."))
    tables = ", ".join(sorted({row[0] for row in orphans}))
    return CheckResult(
        name,
        False,
        translatable("%(count)s rows refer to missing rows, in %(tables)s.", count=len(orphans), tables=tables),
        RESTORE,
    )


def _permissions(database: Database, name: str) -> CheckResult:
    assert database.file
    if database.file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return CheckResult(
            name,
            False,
            translatable("Other users of this machine can read the database."),
            Message(f"chmod 600 {database.file}*"),
        )
    return CheckResult(name, True, translatable("Only its owner can read the database."))


def _free_space(database: Database, name: str) -> CheckResult:
    assert database.file
    free = shutil.disk_usage(database.file.parent).free // 1024**2
    message = translatable("%(free_mb)s MB are free where the database is.", free_mb=free)
    if free * 1024**2 >= MIN_FREE_BYTES:
        return CheckResult(name, True, message)
    return CheckResult(
        name, False, message, translatable("Free %(needed_mb)s MB.", needed_mb=MIN_FREE_BYTES // 1024**2)
    )
