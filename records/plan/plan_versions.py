"""The versions of the plan: how calls are handled, as the text that people read and edit."""

import difflib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound, RecordsError
from records.schema import PlanVersion as Versions
from routing.access.permissions import Permission

MAX_DIFF_CHARACTERS = 2000
"""The longest excerpt of removed or added lines in the record of changes; the versions hold everything."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`text` is the plan as it was saved, to be parsed by `routing.plan.parsing`."""

    version: int
    text: str
    author: str
    created_at: datetime


class PlanVersionConflict(RecordsError):
    """Another person has saved another version, `current`."""

    def __init__(self, current: PlanVersion) -> None:
        self.current = current
        super().__init__(
            f"{current.author} has saved version {current.version} of the plan meanwhile; look at it first."
        )


def get_current_version(database: Database) -> PlanVersion | None:
    """The plan in force: the version saved last."""
    with database.read() as connection:
        return get_current_version_in(connection)


def get_current_version_in(connection: Connection) -> PlanVersion | None:
    """Like `get_current_version`, inside a transaction."""
    return next(iter(_newest_first(connection, limit=1)), None)


def save_plan(database: Database, text: str, *, author: str, at: datetime) -> PlanVersion:
    """Saves the plan; the same text again makes no new version. `text` has been parsed and is valid."""
    with database.write() as connection:
        return _save(connection, _lock_current_version(connection), text, author, at)


def publish_plan(
    database: Database, actor: Actor, text: str, *, at: datetime, replaces: int | None = None
) -> PlanVersion:
    """Like `save_plan`, but checks the actor's permission and records the change in the change log.

    `replaces`: the version that was edited. Raises Forbidden, and PlanVersionConflict when another version is in force.
    """
    actor.require(Permission.CHANGE_PLAN)
    with database.write() as connection:
        before = _lock_current_version(connection)
        _refuse_changed(before, replaces)
        saved = _save(connection, before, text, actor.name, at)
        if saved != before:
            was, now = _diff_lines(before.text if before else "", text)
            old = {"version": before.version, "lines": was} if before else {}
            new = {"version": saved.version, "lines": now}
            changes.record(connection, actor, "plan.published", f"{saved.version}", before=old, after=new, at=at)
        return saved


def require_current_version(database: Database, replaces: int | None) -> None:
    """Raises PlanVersionConflict unless the version with this number is in force; None: any."""
    _refuse_changed(get_current_version(database), replaces)


def list_plan_versions(
    database: Database, *, before: int | None = None, limit: int | None = None
) -> tuple[PlanVersion, ...]:
    """Every version, newest first; with `before`, those below this number, `limit` at most."""
    with database.read() as connection:
        return _newest_first(connection, limit, before)


def get_plan_version(database: Database, number: int) -> PlanVersion:
    """Raises NotFound."""
    found = list_plan_versions(database, before=number + 1, limit=1)
    if not found or found[0].version != number:
        raise NotFound(f"There is no version {number} of the plan.")
    return found[0]


def _refuse_changed(now: PlanVersion | None, replaces: int | None) -> None:
    if now and replaces not in (None, now.version):
        raise PlanVersionConflict(now)


def _lock_current_version(connection: Connection) -> PlanVersion | None:
    """The version in force, locked until the end of the transaction."""
    acquire_lock(connection, "plan")
    return get_current_version_in(connection)


def _save(connection: Connection, before: PlanVersion | None, text: str, author: str, at: datetime) -> PlanVersion:
    if before is not None and before.text == text:
        return before
    new = insert(Versions).values(text=text, author=author, created_at=at).returning(Versions.version)
    return PlanVersion(connection.execute(new).scalar_one(), text, author, at)


def _diff_lines(before: str, after: str) -> tuple[str, str]:
    """The removed lines, and the added ones."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    excerpts = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    removed, added = (
        text if len(text) <= MAX_DIFF_CHARACTERS else f"{text[:MAX_DIFF_CHARACTERS]}…" for text in excerpts
    )
    return removed, added


def _newest_first(
    connection: Connection, limit: int | None = None, before: int | None = None
) -> tuple[PlanVersion, ...]:
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    rows = select(*columns).order_by(Versions.version.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Versions.version < before)
    return tuple(PlanVersion(*row) for row in connection.execute(rows))
