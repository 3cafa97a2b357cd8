"""Who is this: from a number to its line and to a card."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from records.merges import family, kept_card
from records.once import found_or_made, found_or_new
from records.schema import Contact, ContactLine, Interaction, Line

NEVER = datetime.min.replace(tzinfo=UTC)

# Asked in every call; making a statement costs more than running it.
# The lock keeps a second call from making a second card, where more than one writer is let in (PostgreSQL).
_LINE = select(Line.id).where(Line.e164 == bindparam("e164")).with_for_update(key_share=True)
_NEW_LINE = insert(Line).returning(Line.id)
_CARDS = select(ContactLine.contact_id).where(ContactLine.line_id == bindparam("line_id"), ContactLine.until.is_(None))
_CARDS = _CARDS.order_by(ContactLine.id)
_NEW_CARD, _NEW_TIE = insert(Contact).returning(Contact.id), insert(ContactLine)


@dataclass(frozen=True, slots=True)
class Recognised:
    """`contact_id` is the card tied to the line: a proposal, for a household shares its line. `is_new`: the card is;
    `line_is_new`: the line is too, so that nothing in the base is about it."""

    line_id: int
    contact_id: int
    is_new: bool
    line_is_new: bool = False


def card_for_line(connection: Connection, e164: str, at: datetime) -> Recognised:
    """The line with this number and its card, both made when they are new; one of each, whoever else does the same.

    Of several cards on one line, the one heard of last.
    """
    line_id, is_new = found_or_new(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})
    cards = [] if is_new else connection.execute(_CARDS, {"line_id": line_id}).scalars().all()
    if not cards:
        return Recognised(line_id, _new_card(connection, line_id, at), is_new=True, line_is_new=is_new)
    proposed = cards[0] if len(cards) == 1 else max(cards, key=lambda card: last_heard(connection, card) or NEVER)
    return Recognised(line_id, proposed, is_new=False)


def last_heard(connection: Connection, contact_id: int) -> datetime | None:
    """When this person was last heard of, in any channel and on any card merged with this one."""
    person = family(kept_card(connection, contact_id))
    return connection.scalar(select(func.max(Interaction.at)).where(Interaction.contact_id.in_(person)))


def line_of(connection: Connection, e164: str, at: datetime) -> int:
    """The id of the line with this number, made when it is new."""
    return found_or_made(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})


def _new_card(connection: Connection, line_id: int, at: datetime) -> int:
    card = connection.execute(_NEW_CARD, {"created_at": at}).scalar_one()
    connection.execute(_NEW_TIE, {"contact_id": card, "line_id": line_id, "since": at})
    return card
