"""What cards said before and after each change: beside the change log, whose chain of hashes can never be erased.

The change itself has the names of the fields and a keyed digest of the values, which proves them as long as they are
kept, and tells nothing afterwards.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, insert, select

from records import changes
from records.actor import Actor
from records.changes import Change
from records.contacts.merges import merged_card_ids, surviving_card
from records.database.engine import Database, hash_number
from records.schema import Change as Changes
from records.schema import ChangeValue
from routing.access.permissions import Permission

CARD_KINDS = (
    *("contact.change", "contact.create", "contact.add", "contact.note", "contact.export"),
    *("contact.merge", "contact.unmerge", "contact.distinct", "contact.ask_erasure", "contact.keep"),
    *("consent.add", "consent.withdraw", "do_not_call.add", "do_not_call.remove"),
)
"""Kinds of changes whose subject is a card."""


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A field of a card before and after; several values stand on lines of their own."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CardChange:
    """A change of a card. `values`: none when they were erased, or when there never were any."""

    change: Change
    values: tuple[ChangedValue, ...]


def record_card_change(
    connection: Connection,
    actor: Actor,
    kind: str,
    contact_id: int,
    values: Mapping[str, tuple[str, str]],
    *,
    at: datetime,
) -> None:
    """Adds a change of a card to the change log, and what it said before and after beside it. Call it last."""
    changed = {field: (before, after) for field, (before, after) in values.items() if before != after}
    after: dict[str, object] = {}
    if changed:
        after = {"fields": [*changed], "digest": _digest(connection, contact_id, changed)}
    number = changes.record(connection, actor, kind, str(contact_id), after=after, at=at)
    rows = [
        {"change_number": number, "field": field, "contact_id": contact_id, "before": before, "after": after}
        for field, (before, after) in changed.items()
    ]
    if rows:
        connection.execute(insert(ChangeValue), rows)


def list_card_changes(
    database: Database, actor: Actor, contact_id: int, *, before: int | None = None, limit: int = 50
) -> tuple[CardChange, ...]:
    """What was done to the card and to those that are part of it, newest first, below the number `before`.

    Raises Forbidden.
    """
    actor.require(Permission.SEE_CONTACTS)
    with database.read() as connection:
        cards = connection.scalars(merged_card_ids(surviving_card(connection, contact_id))).all()
        found = changes.list_changes_of(connection, CARD_KINDS, [*map(str, cards)], before=before, limit=limit)
        values: dict[int, list[ChangedValue]] = {}
        kept = select(*ChangeValue.__table__.c).where(ChangeValue.change_number.in_([each.number for each in found]))
        for row in connection.execute(kept):
            values.setdefault(row.change_number, []).append(ChangedValue(row.field, row.before, row.after))
    return tuple(CardChange(each, _in_order(each, values.get(each.number, ()))) for each in found)


def find_altered_values(database: Database) -> tuple[int, ...]:
    """The numbers of changes whose values are not those that were written; those that were erased are left out."""
    with database.read() as connection:
        return tuple(_find_altered(connection))


def _in_order(change: Change, values: Sequence[ChangedValue]) -> tuple[ChangedValue, ...]:
    """As the fields stand on a card."""
    fields = [*change.after.get("fields", ())]
    return tuple(sorted(values, key=lambda each: fields.index(each.field) if each.field in fields else len(fields)))


def _find_altered(connection: Connection) -> Iterator[int]:
    query = select(*ChangeValue.__table__.c, Changes.after.label("change"))
    query = query.join(Changes, Changes.number == ChangeValue.change_number).order_by(ChangeValue.change_number)
    rows = connection.execute(query).yield_per(1000)
    for number, values in groupby(rows, key=lambda row: row.change_number):
        of_change = [*values]
        said = {row.field: (row.before, row.after) for row in of_change}
        if json.loads(of_change[0].change).get("digest") != _digest(connection, of_change[0].contact_id, said):
            yield number


def _digest(connection: Connection, contact_id: int, values: Mapping[str, tuple[str, str]]) -> str:
    """The same for the same values in any order."""
    said = json.dumps([contact_id, sorted((field, *pair) for field, pair in values.items())], ensure_ascii=False)
    return hash_number(connection, f"changed card {said}")
