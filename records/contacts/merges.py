"""Merges two contact cards of one person, and separates them again.

A merge moves no row: `kept` is read together with what it absorbed. Undoing a merge gives back exactly both cards,
each with what has come in on its own lines since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, Row, Select, bindparam, insert, literal, select, update

from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import Contact, ContactMerge
from records.webhooks.record_events import contact_changed, contact_merged


def _ancestors() -> Select[int]:
    up = select(bindparam("card", type_=Integer).label("id"), literal(0).label("step")).cte("up", recursive=True)
    absorbed = (ContactMerge.absorbed_id == up.c.id) & ContactMerge.undone_at.is_(None)
    up = up.union_all(select(ContactMerge.kept_id, up.c.step + 1).join(up, absorbed))
    return select(up.c.id).order_by(up.c.step.desc()).limit(1)


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _ancestors_of_several() -> Select[int, int]:
    step = literal(1).label("step")
    stands = ContactMerge.undone_at.is_(None)
    first = select(ContactMerge.absorbed_id.label("card"), ContactMerge.kept_id.label("root"), step)
    up = first.where(ContactMerge.absorbed_id.in_(_IDS), stands).cte("up", recursive=True)
    absorbed = (ContactMerge.absorbed_id == up.c.root) & stands
    up = up.union_all(select(up.c.card, ContactMerge.kept_id, up.c.step + 1).join(up, absorbed))
    return select(up.c.card, up.c.root).order_by(up.c.step)


# Executed in every call and for every list; building one costs ten times what executing it does.
_KEPT, _KEPT_OF = _ancestors(), _ancestors_of_several()
_STANDING = select(ContactMerge.id, ContactMerge.kept_id, ContactMerge.absorbed_id, ContactMerge.preferred)
_STANDING = _STANDING.where(ContactMerge.undone_at.is_(None))
_INTO = _STANDING.where(ContactMerge.kept_id.in_(_IDS)).order_by(ContactMerge.id)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that stands. Of the fields in `preferred`, the value of `absorbed` stands before that of `kept`."""

    id: int
    kept: int
    absorbed: int
    preferred: frozenset[str]


@dataclass(frozen=True, slots=True)
class Families:
    """Cards with all that were merged into them: for each card the one that it is part of, and the merges.

    Merges follow each other so that a card has absorbed its own before it is absorbed, and else in their order.
    """

    root_of: dict[int, int]
    merges: tuple[Merge, ...]

    @property
    def ids(self) -> list[int]:
        return sorted(self.root_of)


def merge_cards(database: Database, kept: int, absorbed: int, *, by: str, at: datetime) -> int:
    """Makes `absorbed` a part of `kept`; gives the merge's id, for undoing it.

    Raises RecordsError for a card merged with itself or already absorbed, NotFound.
    """
    with database.write() as connection:
        return merge_cards_in(connection, kept, absorbed, by=by, at=at)


def merge_cards_in(
    connection: Connection,
    kept: int,
    absorbed: int,
    *,
    by: str,
    at: datetime,
    preferred: Iterable[str] = (),
) -> int:
    """Like `merge_cards`; of the fields in `preferred` the value of `absorbed` is shown, where both have one."""
    _lock(connection, kept, absorbed)
    for card in (kept, absorbed):
        if (root := surviving_card(connection, card)) != card:
            raise RecordsError(f"Card {card} is part of card {root} already; merge card {root} instead.")
    if kept == absorbed:
        raise RecordsError("A card cannot be merged with itself; give two different cards.")
    fields = ",".join(sorted(preferred)) or None
    row = insert(ContactMerge).values(kept_id=kept, absorbed_id=absorbed, by=by, at=at, preferred=fields)
    merge_id = connection.execute(row.returning(ContactMerge.id)).scalar_one()
    contact_merged(connection, kept, absorbed, at)
    return merge_id


def undo_merge(database: Database, merge_id: int, *, by: str, at: datetime) -> None:
    """Separates the two cards. Raises NotFound when there is no such merge, or it was undone already."""
    with database.write() as connection:
        undo_merge_in(connection, merge_id, by=by, at=at)


def undo_merge_in(connection: Connection, merge_id: int, *, by: str, at: datetime) -> tuple[int, int]:
    """Like `undo_merge`; gives the card that was kept and the one that is separate again."""
    standing = (ContactMerge.id == merge_id, ContactMerge.undone_at.is_(None))
    undone = update(ContactMerge).where(*standing).values(undone_at=at, undone_by=by)
    cards = connection.execute(undone.returning(ContactMerge.kept_id, ContactMerge.absorbed_id)).one_or_none()
    if cards is None:
        raise NotFound(f"There is no merge {merge_id} to undo.")
    for card in (cards.kept_id, cards.absorbed_id):
        contact_changed(connection, card, ("merge",), at)
    return cards.kept_id, cards.absorbed_id


def find_merge(connection: Connection, merge_id: int) -> Merge | None:
    """The merge of this number, while it stands."""
    row = connection.execute(_STANDING.where(ContactMerge.id == merge_id)).one_or_none()
    return _merge(row) if row else None


def read_families(connection: Connection, ids: Iterable[int]) -> Families:
    """These cards, none of them merged into another, with all that were merged into them; a statement for each step."""
    root_of = {contact_id: contact_id for contact_id in ids}
    steps: list[list[Merge]] = []
    ask = set(root_of)
    while ask:
        rows = connection.execute(_INTO, {"ids": sorted(ask)}).all()
        step = [*map(_merge, rows)]
        root_of |= {merge.absorbed: root_of[merge.kept] for merge in step}
        steps.append(step)
        ask = {merge.absorbed for merge in step}
    return Families(root_of, tuple(merge for step in reversed(steps) for merge in step))


def _merge(row: Row[int, int, int, str | None]) -> Merge:
    return Merge(row.id, row.kept_id, row.absorbed_id, frozenset(filter(None, (row.preferred or "").split(","))))


def surviving_card(connection: Connection, contact_id: int) -> int:
    """The id of the card into which `contact_id` was merged; `contact_id` itself when it was not merged."""
    return connection.execute(_KEPT, {"card": contact_id}).scalar_one()


def surviving_cards(connection: Connection, ids: Iterable[int]) -> Mapping[int, int]:
    """For each of these cards the one into which it was merged, or itself; one statement, however many there are."""
    asked = sorted(set(ids))
    if not asked:
        return {}
    further_up_last = connection.execute(_KEPT_OF, {"ids": asked})
    return {each: each for each in asked} | {row.card: row.root for row in further_up_last}


def merged_card_ids(contact_id: int) -> Select[int]:
    """The ids of a card and of all cards that were merged into it."""
    down = select(literal(contact_id).label("id")).cte("family", recursive=True)
    kept = (ContactMerge.kept_id == down.c.id) & ContactMerge.undone_at.is_(None)
    return select(down.union_all(select(ContactMerge.absorbed_id).join(down, kept)).c.id)


def _lock(connection: Connection, *cards: int) -> None:
    """Keeps two merges of the same cards apart where several writers are admitted (PostgreSQL)."""
    rows = select(Contact.id).where(Contact.id.in_(cards)).order_by(Contact.id)
    found = connection.execute(rows.with_for_update(key_share=True))
    if missing := set(cards) - set(found.scalars()):
        raise NotFound(f"There is no card {min(missing)}.")
