"""Finds or creates the card of somebody who wrote: by the card, a telephone number or an e-mail address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from records.contacts.contact_cards import get_card
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.lines import NEVER, get_or_create_line, identify_caller, last_interaction_at
from records.contacts.merges import surviving_cards
from records.database.engine import acquire_lock
from records.errors import RecordsError
from records.schema import Contact, ContactEmail
from records.webhooks.record_events import contacts_created

LOCK_NAME = "sender"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: a card, a number (E.164), an e-mail address. With a card, the others are some of those it has."""

    contact_id: int | None = None
    line: str | None = None
    email: str | None = None


class NotOnCard(RecordsError):
    """The card does not have the number, or the address; `field` is "number" or "email"."""

    def __init__(self, field: str) -> None:
        super().__init__(f"The card does not have this {'number' if field == 'number' else 'e-mail address'}.")
        self.field = field


def identify_sender(connection: Connection, sender: Sender, at: datetime) -> tuple[int, int | None]:
    """The card, created if needed, and the line to call back, if one is known.

    A card that exists is not changed: anybody can type anybody's number or address. Of several cards, the one with the
    latest interaction. Raises NotFound for a card that does not exist, NotOnCard.
    """
    if sender.contact_id is not None:
        return _find_on_card(connection, sender.contact_id, sender, at)
    if sender.line:
        caller = identify_caller(connection, sender.line, at)
        if caller.is_new_card and sender.email:
            _add_email(connection, caller.contact_id, sender.email, at)
        return caller.contact_id, caller.line_id
    if not sender.email:
        raise ValueError("a sender has a card, a number or an e-mail address")
    return _identify_by_email(connection, sender.email, at), None


def _find_on_card(connection: Connection, contact_id: int, sender: Sender, at: datetime) -> tuple[int, int | None]:
    card = get_card(connection, contact_id)
    if sender.line and sender.line not in card.lines:
        raise NotOnCard("number")
    if sender.email and sender.email.casefold() not in {each.casefold() for each in card.emails}:
        raise NotOnCard("email")
    line = sender.line or (card.lines[0] if len(card.lines) == 1 else None)
    return card.id, get_or_create_line(connection, line, at) if line else None


def _identify_by_email(connection: Connection, email: str, at: datetime) -> int:
    acquire_lock(connection, LOCK_NAME)  # where several writers are admitted, each would make a card of its own
    same = select(ContactEmail.contact_id).where(ContactEmail.folded == email.casefold())
    cards = {*surviving_cards(connection, connection.scalars(same.distinct())).values()}
    if cards:
        return max(sorted(cards), key=lambda card: last_interaction_at(connection, card) or NEVER)
    card: int = connection.execute(insert(Contact).values(created_at=at).returning(Contact.id)).scalar_one()
    _add_email(connection, card, email, at)
    contacts_created(connection, (card,), at)
    return card


def _add_email(connection: Connection, contact_id: int, email: str, at: datetime) -> None:
    row = {"contact_id": contact_id, "address": email, "folded": email.casefold(), "since": at}
    connection.execute(insert(ContactEmail).values(row))
    index_duplicates(connection, contact_id)
