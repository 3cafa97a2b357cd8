"""Two cards of one person read as one, and told apart again.

A merge moves nothing: `kept` is read together with what it absorbed, so undoing a merge gives back exactly both cards,
each with what has come in on its own lines since.
"""

from datetime import datetime

from sqlalchemy import Connection, Integer, Select, bindparam, insert, literal, select, update

from records.base import Base
from records.errors import NotFound, RecordsError
from records.schema import Contact, ContactMerge


def _ancestors() -> Select[int]:
    up = select(bindparam("card", type_=Integer).label("id"), literal(0).label("step")).cte("up", recursive=True)
    absorbed = (ContactMerge.absorbed_id == up.c.id) & ContactMerge.undone_at.is_(None)
    up = up.union_all(select(ContactMerge.kept_id, up.c.step + 1).join(up, absorbed))
    return select(up.c.id).order_by(up.c.step.desc()).limit(1)


# Asked in every call; made once, for making it costs ten times what running it does.
_KEPT = _ancestors()


def merge(base: Base, kept: int, absorbed: int, *, by: str, at: datetime) -> int:
    """From now on `absorbed` is part of `kept`; gives the merge's number, for undoing it.

    Raises RecordsError for a card merged with itself or absorbed already, NotFound for no card.
    """
    with base.write() as connection:
        _lock(connection, kept, absorbed)
        for card in (kept, absorbed):
            if (root := kept_card(connection, card)) != card:
                raise RecordsError(f"Card {card} is part of card {root} already; merge card {root} instead.")
        if kept == absorbed:
            raise RecordsError("A card cannot be merged with itself; give two different cards.")
        row = insert(ContactMerge).values(kept_id=kept, absorbed_id=absorbed, by=by, at=at)
        return connection.execute(row.returning(ContactMerge.id)).scalar_one()


def undo_merge(base: Base, merge_id: int, *, by: str, at: datetime) -> None:
    """The two cards are two again. Raises NotFound when there is no such merge or it is undone already."""
    with base.write() as connection:
        standing = (ContactMerge.id == merge_id, ContactMerge.undone_at.is_(None))
        undone = connection.execute(update(ContactMerge).where(*standing).values(undone_at=at, undone_by=by))
        if not undone.rowcount:
            raise NotFound(f"There is no merge {merge_id} to undo.")


def kept_card(connection: Connection, contact_id: int) -> int:
    """The card that `contact_id` is read as part of: itself, when nothing absorbed it."""
    return connection.execute(_KEPT, {"card": contact_id}).scalar_one()


def family(contact_id: int) -> Select[int]:
    """The ids of a card and of all that it absorbed."""
    down = select(literal(contact_id).label("id")).cte("family", recursive=True)
    kept = (ContactMerge.kept_id == down.c.id) & ContactMerge.undone_at.is_(None)
    return select(down.union_all(select(ContactMerge.absorbed_id).join(down, kept)).c.id)


def _lock(connection: Connection, *cards: int) -> None:
    """Keeps two merges of the same cards apart, where more than one writer is let in (PostgreSQL)."""
    held = select(Contact.id).where(Contact.id.in_(cards)).order_by(Contact.id)
    found = connection.execute(held.with_for_update(key_share=True))
    if missing := set(cards) - set(found.scalars()):
        raise NotFound(f"There is no card {min(missing)}.")
