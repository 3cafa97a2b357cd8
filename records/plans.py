"""The plan's versions: how calls are treated, as the text that people read and edit."""

import difflib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, insert, select

from records import changes
from records.base import Base, take_turn
from records.errors import NotFound, RecordsError
from records.schema import PlanVersion as Versions
from records.viewer import Viewer
from routing.permissions import Right
from routing.plan import Plan
from routing.plan_text import PlanError, parse

LONGEST_TOLD = 2000
"""Characters of what went and came that the record of changes keeps; the versions hold all of it."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`text` is the plan as it was saved, to be read by `routing.plan_text`."""

    version: int
    text: str
    author: str
    created_at: datetime


class PlanChanged(RecordsError):
    """Somebody else has saved another version, `by_now`."""

    def __init__(self, by_now: PlanVersion) -> None:
        self.by_now = by_now
        super().__init__(f"{by_now.author} has saved version {by_now.version} of the plan meanwhile; look at it first.")


def current(base: Base) -> PlanVersion | None:
    """The plan in force: the last one saved."""
    with base.read() as connection:
        return next(iter(_newest_first(connection, limit=1)), None)


def in_force(connection: Connection) -> Plan | None:
    """The plan in force, read; None where there is none, or an earlier version's that can no longer be read."""
    newest = next(iter(_newest_first(connection, limit=1)), None)
    try:
        return _read(newest.text) if newest else None
    except PlanError:
        return None


def save(base: Base, text: str, *, author: str, at: datetime) -> PlanVersion:
    """The plan in force from now on; the same text again makes no new version. `text` has been parsed and is valid."""
    with base.write() as connection:
        return _save(connection, _turn(connection), text, author, at)


def publish(base: Base, viewer: Viewer, text: str, *, at: datetime, replaces: int | None = None) -> PlanVersion:
    """As `save`, by somebody who may, and written into the record of changes.

    `replaces`: the version that was changed. Raises Forbidden, PlanChanged when another one is in force meanwhile.
    """
    viewer.demand(Right.CHANGE_PLAN)
    with base.write() as connection:
        before = _turn(connection)
        _refuse_changed(before, replaces)
        saved = _save(connection, before, text, viewer.name, at)
        if saved != before:
            was, now = _differing(before.text if before else "", text)
            old = {"version": before.version, "lines": was} if before else {}
            new = {"version": saved.version, "lines": now}
            changes.write(connection, viewer, "plan.published", f"{saved.version}", before=old, after=new, at=at)
        return saved


def refuse_changed(base: Base, replaces: int | None) -> None:
    """Raises PlanChanged unless the version of that number is in force; None: whichever it is."""
    _refuse_changed(current(base), replaces)


def history(base: Base, *, before: int | None = None, limit: int | None = None) -> tuple[PlanVersion, ...]:
    """Every version, newest first; with `before`, those below this one, at most `limit`."""
    with base.read() as connection:
        return _newest_first(connection, limit, before)


def version(base: Base, number: int) -> PlanVersion:
    """Raises NotFound."""
    found = history(base, before=number + 1, limit=1)
    if not found or found[0].version != number:
        raise NotFound(f"There is no version {number} of the plan.")
    return found[0]


def _refuse_changed(now: PlanVersion | None, replaces: int | None) -> None:
    if now and replaces not in (None, now.version):
        raise PlanChanged(now)


def _turn(connection: Connection) -> PlanVersion | None:
    """The version in force, until the transaction is over."""
    take_turn(connection, "plan")
    return next(iter(_newest_first(connection, limit=1)), None)


def _save(connection: Connection, before: PlanVersion | None, text: str, author: str, at: datetime) -> PlanVersion:
    if before is not None and before.text == text:
        return before
    new = insert(Versions).values(text=text, author=author, created_at=at).returning(Versions.version)
    return PlanVersion(connection.execute(new).scalar_one(), text, author, at)


def _differing(before: str, after: str) -> tuple[str, str]:
    """The lines that went, and those that came."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    told = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    went, came = (text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…" for text in told)
    return went, came


@lru_cache(maxsize=1)
def _read(text: str) -> Plan:
    return parse(text)


def _newest_first(
    connection: Connection, limit: int | None = None, before: int | None = None
) -> tuple[PlanVersion, ...]:
    columns = (Versions.version, Versions.text, Versions.author, Versions.created_at)
    rows = select(*columns).order_by(Versions.version.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Versions.version < before)
    return tuple(PlanVersion(*row) for row in connection.execute(rows))
