"""The calls of a period, newest first, by pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, tuple_, union_all
from sqlalchemy.orm import Mapped

from records import changes
from records.actor import Actor
from records.call_events import Disposition
from records.calls.abandoned_calls import UNANSWERED
from records.calls.call_detail import CallRecord, read_calls
from records.calls.call_traits import Trait, TraitKind, has_trait, is_trait
from records.database.engine import Database
from records.schema import Call as Calls
from records.schema import CallTrait, NumberTail
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
    `key`: one that the caller pressed. `agent_id`: an agent who answered. `centre`: the name of one that was dialled.
    """

    since: datetime | None = None
    until: datetime | None = None
    dispositions: tuple[Disposition, ...] = ()
    public_number: str = ""
    digits: tuple[str, ...] = ()
    key: str = ""
    agent_id: int | None = None
    centre: str = ""

    @property
    def traits(self) -> tuple[Trait, ...]:
        """What the calls must have, the rarest first, as a rule."""
        said = (
            (TraitKind.AGENT, str(self.agent_id or "")),
            (TraitKind.CENTRE, self.centre),
            (TraitKind.KEY, self.key),
        )
        return tuple(Trait(kind, value) for kind, value in said if value)


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
    conditions = [*_period(Calls.started_at, Calls.ref, wanted, before), *_of_call(wanted)]
    if wanted.digits:  # few calls: the index of lines finds them, and no other may
        conditions.append(Calls.line_id.in_(_lines_with(wanted.digits)))
        conditions += [has_trait(each, Calls.started_at, Calls.ref) for each in wanted.traits]
    elif wanted.traits:
        conditions = [Calls.ref.in_(_newest_with(wanted, before, limit))]
    elif wanted.dispositions:
        conditions = [Calls.ref.in_(_newest_of(wanted, before, limit))]
    with database.read() as connection:
        return read_calls(connection, *conditions, limit=limit)


def record_export(database: Database, actor: Actor, *, at: datetime) -> None:
    """Writes down that calls are exported. Raises Forbidden."""
    actor.require(Permission.EXPORT_CONTACTS)
    with database.write() as connection:
        changes.record(connection, actor, "call.export", "", at=at)


def _period(
    started_at: Mapped[datetime], ref: Mapped[str], wanted: CallFilter, before: CallPosition | None
) -> Iterator[ColumnElement[bool]]:
    """Of the times of the calls themselves, or of one of their traits."""
    if wanted.since:
        yield started_at >= wanted.since
    if wanted.until:
        yield started_at < wanted.until
    if before:
        yield tuple_(started_at, ref) < tuple_(before.started_at, before.ref)


def _of_call(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    """What only the call says; it is found by something else, whose index must be used."""
    if wanted.public_number:
        yield Calls.public_number == wanted.public_number
    if wanted.dispositions:
        yield (Calls.disposition + "").in_(wanted.dispositions)


def _newest_with(wanted: CallFilter, before: CallPosition | None, limit: int) -> Select[str]:
    """The newest calls with each of the traits: those of the first in their order, of which the others have theirs."""
    first, *others = wanted.traits
    started_at, ref = CallTrait.started_at, CallTrait.call_ref
    rows = select(ref).where(*is_trait(CallTrait, first), *_period(started_at, ref, wanted, before))
    rows = rows.where(*(has_trait(each, started_at, ref) for each in others))
    if said := [*_of_call(wanted)]:
        # Looked up for each trait, in their order. Of a join PostgreSQL might read all calls.
        call = select(Calls.started_at).where(Calls.ref == ref, *said)
        rows = rows.where(call.scalar_subquery().is_not(None))
    newest = rows.order_by(started_at.desc(), ref.desc()).limit(limit).subquery()
    return select(newest.c.call_ref)


def _newest_of(wanted: CallFilter, before: CallPosition | None, limit: int) -> Select[str]:
    """The newest calls of each disposition: the index has them in this order, so that a rare one costs no year."""
    period = [*_period(Calls.started_at, Calls.ref, wanted, before)]
    if wanted.public_number:
        period.append(Calls.public_number == wanted.public_number)
    newest = (
        select(Calls.ref)
        .where(Calls.disposition == disposition, *period)
        .order_by(Calls.started_at.desc(), Calls.ref.desc())
        .limit(limit)
        .subquery()
        for disposition in wanted.dispositions
    )
    found = union_all(*(select(each.c.ref) for each in newest)).subquery()
    return select(found.c.ref)


def _lines_with(parts: Sequence[str]) -> Select[int]:
    begins = [(NumberTail.digits >= digits) & (NumberTail.digits < digits + "\U0010ffff") for digits in parts]
    return select(NumberTail.line_id).where(or_(*begins))
