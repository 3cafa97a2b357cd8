"""Merges two contact cards of one person, and separates them again.

A merge moves no row: `kept` is read together with what it absorbed. Undoing a merge gives back exactly both cards,
each with what has come in on its own lines since.
"""

from datetime import datetime

from sqlalchemy import Connection, Integer, Select, bindparam, insert, literal, select, update

from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import Contact, ContactMerge


def _ancestors() -> Select[int]:
    up = select(bindparam("card", type_=Integer).label("id"), literal(0).label("step")).cte("up", recursive=True)
    absorbed = (ContactMerge.absorbed_id == up.c.id) & ContactMerge.undone_at.is_(None)
    up = up.union_all(select(ContactMerge.kept_id, up.c.step + 1).join(up, absorbed))
    return select(up.c.id).order_by(up.c.step.desc()).limit(1)


# Executed in every call; building it costs ten times what executing it does.
_KEPT = _ancestors()


def merge_cards(database: Database, kept: int, absorbed: int, *, by: str, at: datetime) -> int:
    """Makes `absorbed` a part of `kept`; gives the merge's id, for undoing it.

    Raises RecordsError for a card merged with itself or already absorbed, NotFound.
    """
    with database.write() as connection:
        _lock(connection, kept, absorbed)
        for card in (kept, absorbed):
            if (root := surviving_card(connection, card)) != card:
                raise RecordsError(f"Card {card} is part of card {root} already; merge card {root} instead.")
        if kept == absorbed:
            raise RecordsError("A card cannot be merged with itself; give two different cards.")
        row = insert(ContactMerge).values(kept_id=kept, absorbed_id=absorbed, by=by, at=at)
        return connection.execute(row.returning(ContactMerge.id)).scalar_one()


def undo_merge(database: Database, merge_id: int, *, by: str, at: datetime) -> None:
    """Separates the two cards. Raises NotFound when there is no such merge, or it was undone already."""
    with database.write() as connection:
        standing = (ContactMerge.id == merge_id, ContactMerge.undone_at.is_(None))
        undone = connection.execute(update(ContactMerge).where(*standing).values(undone_at=at, undone_by=by))
        if not undone.rowcount:
            raise NotFound(f"There is no merge {merge_id} to undo.")


def surviving_card(connection: Connection, contact_id: int) -> int:
    """The id of the card into which `contact_id` was merged; `contact_id` itself when it was not merged."""
    return connection.execute(_KEPT, {"card": contact_id}).scalar_one()


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
