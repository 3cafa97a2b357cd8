"""Who is this: from a number to its line and to a card."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from records.merges import family, kept_card
from records.once import found_or_made
from records.schema import Contact, ContactLine, Interaction, Line

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recognised:
    """`contact_id` is the card tied to the line: a proposal, for a household shares its line."""

    line_id: int
    contact_id: int
    is_new: bool


def card_for_line(connection: Connection, e164: str, at: datetime) -> Recognised:
    """The line with this number and its card, both made when they are new; one of each, whoever else does the same.

    Of several cards on one line, the one heard of last.
    """
    line_id = line_of(connection, e164, at)
    tied = (ContactLine.line_id == line_id) & ContactLine.until.is_(None)
    cards = connection.execute(select(ContactLine.contact_id).where(tied).order_by(ContactLine.id)).scalars().all()
    if not cards:
        return Recognised(line_id, _new_card(connection, line_id, at), is_new=True)
    proposed = cards[0] if len(cards) == 1 else max(cards, key=lambda card: last_heard(connection, card) or NEVER)
    return Recognised(line_id, proposed, is_new=False)


def last_heard(connection: Connection, contact_id: int) -> datetime | None:
    """When this person was last heard of, in any channel and on any card merged with this one."""
    person = family(kept_card(connection, contact_id))
    return connection.scalar(select(func.max(Interaction.at)).where(Interaction.contact_id.in_(person)))


def line_of(connection: Connection, e164: str, at: datetime) -> int:
    """The id of the line with this number, made when it is new."""
    # The lock keeps a second call from making a second card, where more than one writer is let in (PostgreSQL).
    known = select(Line.id).where(Line.e164 == e164).with_for_update(key_share=True)
    return found_or_made(connection, known, insert(Line).values(e164=e164, created_at=at).returning(Line.id))


def _new_card(connection: Connection, line_id: int, at: datetime) -> int:
    card = connection.execute(insert(Contact).values(created_at=at).returning(Contact.id)).scalar_one()
    connection.execute(insert(ContactLine).values(contact_id=card, line_id=line_id, since=at))
    return card
