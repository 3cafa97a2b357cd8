"""What calls are looked for by: the keys that were pressed, the agents who answered, the centres that were dialled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    String,
    bindparam,
    cast,
    exists,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, aliased

from records.call_events import CallEvent, CallEventKind
from records.centres.ledger import list_centres
from records.database.engine import Database
from records.schema import Agent, Call, CallTrait, SipAccount

KEYS = "0123456789*#"


class TraitKind(StrEnum):
    """What a trait says of a call; the values are stored."""

    KEY = "key"
    AGENT = "agent"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Trait:
    """A key, the number of an agent, or the name of a centre."""

    kind: TraitKind
    value: str


@dataclass(frozen=True, slots=True)
class KnownTraits:
    """What some call has: keys, the agents who answered by name, with their numbers, and the centres."""

    keys: tuple[str, ...]
    agents: tuple[tuple[int, str], ...]
    centres: tuple[str, ...]


_TOLD_BY = {
    CallEventKind.KEY: (TraitKind.KEY, "key"),
    CallEventKind.WRONG_KEY: (TraitKind.KEY, "key"),
    CallEventKind.STAFF_ANSWERED: (TraitKind.AGENT, "phone"),
    CallEventKind.CENTRE_DIALLED: (TraitKind.CENTRE, "centre"),
    CallEventKind.CENTRE_ANSWERED: (TraitKind.CENTRE, "centre"),
}
"""The kind of trait that an event tells, and the member of its detail that has the value."""
_OTHER = aliased(CallTrait)
_TOLD = bindparam("told", type_=String)
_AGENT = select(cast(SipAccount.claimed_by, String)).where(SipAccount.name == _TOLD).scalar_subquery()
_AS_TOLD = cast(_TOLD, String)
_COLUMNS = ("kind", "value", "started_at", "call_ref")


def record_in(connection: Connection, events: Iterable[tuple[str, CallEvent]]) -> None:
    """Writes down what these events tell of their calls, which are locked, each with the call's reference."""
    told: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for ref, event in events:
        if (known := _TOLD_BY.get(event.kind)) and (value := event.detail.get(known[1])):
            told[known[0] is TraitKind.AGENT].append({"call": ref, "kind": known[0], "told": str(value)})
    for is_agent, rows in told.items():
        if rows:
            connection.execute(_OF_AGENT if is_agent else _OF_OTHERS, rows)


def list_known_traits(database: Database) -> KnownTraits:
    """What calls can be looked for by; it reads no call, whatever their number."""
    agent = cast(Agent.id, String)
    with database.read() as connection:
        pressed = connection.execute(select(*(_any(TraitKind.KEY, literal(key)) for key in KEYS))).one()
        answered = select(Agent.id, Agent.name).where(_any(TraitKind.AGENT, agent))
        agents = connection.execute(answered.order_by(Agent.name, Agent.id)).all()
    keys = tuple(key for key, was_pressed in zip(KEYS, pressed, strict=True) if was_pressed)
    return KnownTraits(keys, tuple((row.id, row.name) for row in agents), list_centres(database))


def _any(kind: TraitKind, value: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(CallTrait.kind == kind, CallTrait.value == value)


def has_trait(trait: Trait, started_at: Mapped[datetime], ref: Mapped[str]) -> ColumnElement[bool]:
    """Whether the call of these columns has the trait: one look at the primary key."""
    there = (*is_trait(_OTHER, trait), _OTHER.started_at == started_at, _OTHER.call_ref == ref)
    # Of EXISTS PostgreSQL would make a join, and read all rows of a frequent trait.
    return select(literal_column("1")).where(*there).scalar_subquery().is_not(None)


def is_trait(rows: type[CallTrait], trait: Trait) -> tuple[ColumnElement[bool], ...]:
    """The rows of this trait, which the primary key has in the order of the list of calls."""
    return rows.kind == trait.kind, rows.value == trait.value


def _new(value: ColumnElement[str], kind: ColumnElement[str]) -> Insert:
    """Adds a trait to a call that does not have it yet."""
    known = exists().where(_OTHER.kind == kind, _OTHER.value == value, _OTHER.started_at == Call.started_at)
    rows = select(kind, value, Call.started_at, Call.ref).where(Call.ref == bindparam("call"), value.is_not(None))
    return insert(CallTrait).from_select(_COLUMNS, rows.where(~known.where(_OTHER.call_ref == Call.ref)))


# Executed in every call; building a statement costs more than executing it.
_OF_AGENT = _new(_AGENT, literal_column(f"'{TraitKind.AGENT}'"))
_OF_OTHERS = _new(_AS_TOLD, cast(bindparam("kind", type_=String), String))
