"""Whether the base is fit for a day's calls."""

import shutil
import stat
from collections.abc import Callable, Iterator

from sqlalchemy import insert

from records.base import Base
from records.errors import BaseBusy, RecordsError
from records.migrate import applied, newest
from records.schema import Cursor
from records.verdict import Check

ROOM_BYTES = 500 * 1024**2
RESTORE = "Stop everything, keep a copy of the base, and restore the last backup."


def checks(base: Base) -> Iterator[Check]:
    """The schema, a write, and for a SQLite file its integrity, references, rights and the room around it."""
    yield _checked("base: schema", _schema, base)
    yield _checked("base: writing", _writing, base)
    if base.file:
        yield _checked("base: integrity", _integrity, base)
        yield _checked("base: references", _references, base)
        yield _checked("base: rights", _rights, base)
        yield _checked("base: room", _room, base)


def _checked(name: str, check: Callable[[Base, str], Check], base: Base) -> Check:
    try:
        return check(base, name)
    except BaseBusy as error:
        return Check(name, False, str(error), "Find who holds the base (a backup, an open shell) and let it finish.")
    except (RecordsError, OSError) as error:
        return Check(name, False, str(error), "See that this user may write to it; if so, restore the last backup.")


def _schema(base: Base, name: str) -> Check:
    found, needed = applied(base), newest()
    if found == needed:
        return Check(name, True, f"The base has schema {needed}.")
    return Check(name, False, f"The base has schema {found or 'none'}, not {needed}.", "Start the server: it upgrades.")


def _writing(base: Base, name: str) -> Check:
    with base.write(wait_ms=1000) as connection:
        connection.execute(insert(Cursor).values(name="doctor", position=0))
        connection.rollback()
    return Check(name, True, "The base can be written to.")


def _integrity(base: Base, name: str) -> Check:
    with base.read() as connection:
        faults = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if faults == ["ok"]:
        return Check(name, True, "The base's file is whole.")
    return Check(name, False, f"The base's file is damaged ({faults[0]}).", RESTORE)


def _references(base: Base, name: str) -> Check:
    with base.read() as connection:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if not orphans:
        return Check(name, True, "Every row's references hold.")
    tables = ", ".join(sorted({row[0] for row in orphans}))
    return Check(name, False, f"{len(orphans)} rows refer to rows that are gone, in {tables}.", RESTORE)


def _rights(base: Base, name: str) -> Check:
    assert base.file
    if base.file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(name, False, "Other users of this machine can read the base.", f"chmod 600 {base.file}*")
    return Check(name, True, "The base is readable by its owner alone.")


def _room(base: Base, name: str) -> Check:
    assert base.file
    free = shutil.disk_usage(base.file.parent).free
    sentence = f"{free // 1024**2} MB are free where the base is."
    return Check(
        name, free >= ROOM_BYTES, sentence, None if free >= ROOM_BYTES else f"Free {ROOM_BYTES // 1024**2} MB."
    )
