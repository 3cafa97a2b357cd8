"""What somebody did with a request: its notes, and every change of its treatment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from records.actor import SYSTEM, Actor
from records.schema import RequestEntry as Entries
from records.webhooks.record_events import request_changed, request_reopened


class EntryKind(StrEnum):
    """What was done. The values are stored."""

    OPENED = "opened"
    """`value`: the channel; the note is what the person said or wrote."""
    NOTE = "note"
    TOPIC = "topic"
    """`value`: the name of the topic, None for none."""
    SUBJECT = "subject"
    DUE = "due"
    """`value`: the new due time (ISO 8601); the note is the reason."""
    PERSON = "person"
    """Handed over to somebody; `value` is their name."""
    LEVEL = "level"
    """Handed over to a level; `value` is its number."""
    ESCALATED = "escalated"
    """It was long overdue and went to the level `value` by itself."""
    OVERDUE = "overdue"
    """It was long overdue at level 2 and stayed there."""
    JOINED = "joined"
    SPLIT = "split"
    CLOSED = "closed"
    """`value`: the name of the outcome."""
    REOPENED = "reopened"
    ANSWER = "answer"
    """To an inquiry; the note is what its visitor reads."""


_CHANGED_FIELDS = {EntryKind.PERSON: "owner", EntryKind.DUE: "due_at", EntryKind.ESCALATED: "level"}
"""What a webhook event calls the field that an entry is about, where its kind is not the name."""
_NOT_TOLD = (EntryKind.OPENED, EntryKind.CLOSED, EntryKind.OVERDUE)
"""Opening and closing are told of where they are done; to be overdue changes nothing."""


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """One entry of a request's history."""

    id: int
    request_id: int
    at: datetime
    by: str
    kind: EntryKind
    value: str | None
    note: str | None


def add_entry(
    connection: Connection,
    actor: Actor | str | None,
    request_id: int,
    kind: EntryKind,
    *,
    at: datetime,
    value: str | None = None,
    note: str | None = None,
) -> None:
    """Adds an entry to the transaction of what it tells.

    `actor`: a name is that of somebody who is no user of the console; None: the software did it by a rule.
    More than six arguments: each after `connection` is a column.
    """
    by = actor if isinstance(actor, str) else actor.name if actor else SYSTEM
    row = {"request_id": request_id, "at": at, "by": by, "kind": kind, "value": value, "note": note}
    connection.execute(insert(Entries).values(row))
    if kind is EntryKind.REOPENED:
        request_reopened(connection, request_id, at)
    elif kind not in _NOT_TOLD:
        request_changed(connection, request_id, (_CHANGED_FIELDS.get(kind, kind.value),), at)


def list_entries(connection: Connection, request_id: int) -> tuple[RequestEntry, ...]:
    """The history of a request, oldest first."""
    rows = select(Entries).where(Entries.request_id == request_id).order_by(Entries.at, Entries.id)
    return tuple(
        RequestEntry(**{**row._mapping, "kind": EntryKind(row.kind)})
        for row in connection.execute(rows.with_only_columns(*Entries.__table__.c))
    )
