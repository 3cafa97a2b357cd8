"""Finds or creates the line and the contact of a phone number."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from records.contacts.merges import merged_card_ids, surviving_card
from records.database.get_or_create import get_or_create, get_or_create_new
from records.request_visibility import is_shown_interaction
from records.schema import Contact, ContactLine, Interaction, Line
from records.webhooks.record_events import contacts_created

NEVER = datetime.min.replace(tzinfo=UTC)

# Executed in every call; building a statement costs more than executing it.
# The lock keeps a second call from creating a second contact where several writers are admitted (PostgreSQL).
_LINE = select(Line.id).where(Line.e164 == bindparam("e164")).with_for_update(key_share=True)
_NEW_LINE = insert(Line).returning(Line.id)
_CARDS = select(ContactLine.contact_id).where(ContactLine.line_id == bindparam("line_id"), ContactLine.until.is_(None))
_CARDS = _CARDS.order_by(ContactLine.id)
_NEW_CARD, _NEW_TIE = insert(Contact).returning(Contact.id), insert(ContactLine)


@dataclass(frozen=True, slots=True)
class CallerMatch:
    """`contact_id` is the contact proposed for the line: a household may share it.

    `is_new_card`: the contact was created now. `line_is_new`: so was the line, and nothing in the database refers to
    it.
    """

    line_id: int
    contact_id: int
    is_new_card: bool
    line_is_new: bool = False


def identify_caller(connection: Connection, e164: str, at: datetime) -> CallerMatch:
    """The line of this number and its contact, both created if needed; one of each, whatever other calls do.

    Of several contacts on one line, the one with the latest interaction that is not the mediator's: everybody who
    sees the call sees the card.
    """
    line_id, is_new = get_or_create_new(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})
    cards = [] if is_new else connection.execute(_CARDS, {"line_id": line_id}).scalars().all()
    if not cards:
        return CallerMatch(line_id, _new_card(connection, line_id, at), is_new_card=True, line_is_new=is_new)
    proposed = (
        cards[0] if len(cards) == 1 else max(cards, key=lambda card: last_interaction_at(connection, card) or NEVER)
    )
    return CallerMatch(line_id, proposed, is_new_card=False)


def last_interaction_at(connection: Connection, contact_id: int) -> datetime | None:
    """The time of the latest interaction with this person, in any channel and on any card merged with this one.

    What is the mediator's is left out, because a choice that depends on it would tell of it.
    """
    cards = merged_card_ids(surviving_card(connection, contact_id))
    theirs = Interaction.contact_id.in_(cards) & is_shown_interaction(None)
    return connection.scalar(select(func.max(Interaction.at)).where(theirs))


def get_or_create_line(connection: Connection, e164: str, at: datetime) -> int:
    """The id of the line with this number, created if needed."""
    return get_or_create(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})


def _new_card(connection: Connection, line_id: int, at: datetime) -> int:
    card = connection.execute(_NEW_CARD, {"created_at": at}).scalar_one()
    connection.execute(_NEW_TIE, {"contact_id": card, "line_id": line_id, "since": at})
    contacts_created(connection, (card,), at)
    return card
