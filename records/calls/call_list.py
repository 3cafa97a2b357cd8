"""The calls of a period, newest first, by pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, tuple_, union_all

from records import changes
from records.actor import Actor
from records.call_events import Disposition
from records.calls.abandoned_calls import UNANSWERED
from records.calls.call_detail import CallRecord, read_calls
from records.database.engine import Database
from records.schema import Call as Calls
from records.schema import NumberTail
from routing.access.permissions import Permission

PAGE_SIZE = 50
OUTCOMES: Mapping[str, tuple[Disposition, ...]] = {
    "answered": (Disposition.STAFF, Disposition.OVERFLOW),
    "message": (Disposition.MESSAGE_HEARD,),
    "left": (Disposition.VOICEMAIL, Disposition.CALLBACK),
    "abandoned": UNANSWERED,
}
"""The outcomes by which people look for calls, each with the dispositions that it stands for."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are looked for: from `since` on, before `until`; what is left out restricts nothing.

    `digits`: a part of the caller's number, in one of these forms. `public_number`: our number that was called (E.164).
    """

    since: datetime | None = None
    until: datetime | None = None
    dispositions: tuple[Disposition, ...] = ()
    public_number: str = ""
    digits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallPosition:
    """Where a page ends: the next one begins with the call before it."""

    started_at: datetime
    ref: str


def list_calls(
    database: Database, actor: Actor, wanted: CallFilter, *, before: CallPosition | None = None, limit: int = PAGE_SIZE
) -> tuple[CallRecord, ...]:
    """The calls of the filter, newest first, at most `limit`; those before a position. Raises Forbidden."""
    actor.require(Permission.SEE_CALLS)
    conditions: list[ColumnElement[bool]] = []
    if wanted.since:
        conditions.append(Calls.started_at >= wanted.since)
    if wanted.until:
        conditions.append(Calls.started_at < wanted.until)
    if wanted.public_number:
        conditions.append(Calls.public_number == wanted.public_number)
    if wanted.digits:
        conditions.append(Calls.line_id.in_(_lines_with(wanted.digits)))
    if before:
        conditions.append(tuple_(Calls.started_at, Calls.ref) < tuple_(before.started_at, before.ref))
    if wanted.dispositions and wanted.digits:  # few calls: the index of lines finds them, and no other may
        conditions.append((Calls.disposition + "").in_(wanted.dispositions))
    elif wanted.dispositions:
        conditions = [Calls.ref.in_(_newest_of(wanted.dispositions, conditions, limit))]
    with database.read() as connection:
        return read_calls(connection, *conditions, limit=limit)


def record_export(database: Database, actor: Actor, *, at: datetime) -> None:
    """Writes down that calls are exported. Raises Forbidden."""
    actor.require(Permission.EXPORT_CONTACTS)
    with database.write() as connection:
        changes.record(connection, actor, "call.export", "", at=at)


def _newest_of(
    dispositions: Sequence[Disposition], conditions: Sequence[ColumnElement[bool]], limit: int
) -> Select[str]:
    """The newest calls of each disposition: the index has them in this order, so that a rare one costs no year."""
    newest = (
        select(Calls.ref)
        .where(Calls.disposition == disposition, *conditions)
        .order_by(Calls.started_at.desc(), Calls.ref.desc())
        .limit(limit)
        .subquery()
        for disposition in dispositions
    )
    found = union_all(*(select(each.c.ref) for each in newest)).subquery()
    return select(found.c.ref)


def _lines_with(parts: Sequence[str]) -> Select[int]:
    begins = [(NumberTail.digits >= digits) & (NumberTail.digits < digits + "\U0010ffff") for digits in parts]
    return select(NumberTail.line_id).where(or_(*begins))
