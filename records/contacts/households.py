"""People who share a telephone number: who they are, a new one among them, and which of them called."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records import changes
from records.actor import Actor
from records.contacts.card_history import record_card_change
from records.contacts.contact_cards import Card, get_card, list_cards
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.merges import surviving_cards
from records.contacts.search.index import index_contact
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import Call, Contact, ContactLine, Interaction, Line, Request
from records.webhooks.record_events import caller_named, contacts_created
from routing.access.permissions import Permission

MAX_PEOPLE = 30
"""A number of more people is an organisation's, and says nothing about who called."""


class TooManyPeople(RecordsError):
    """The number has MAX_PEOPLE people already."""


def list_people(database: Database, line: str, *, but: int | None = None) -> tuple[Card, ...]:
    """The people of a number (E.164), the longest known first; without the card `but`."""
    with database.read() as connection:
        return _list_people(connection, line, but)


def add_person(database: Database, actor: Actor, line: str, name: str, *, at: datetime) -> Card:
    """A new card for another person of this number. Raises NotFound for an unknown number, TooManyPeople, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        line_id = connection.scalar(select(Line.id).where(Line.e164 == line))
        if line_id is None:
            raise NotFound("There is no contact with this number.")
        if len(_list_people(connection, line)) >= MAX_PEOPLE:
            raise TooManyPeople("This number has too many people; write the name on one of their cards.")
        new = insert(Contact).values(name=name, created_at=at).returning(Contact.id)
        contact_id = connection.execute(new).scalar_one()
        connection.execute(insert(ContactLine).values(contact_id=contact_id, line_id=line_id, since=at))
        index_contact(connection, contact_id)
        index_duplicates(connection, contact_id)
        contacts_created(connection, (contact_id,), at)
        values = {"name": ("", name), "numbers": ("", line)}
        record_card_change(connection, actor, "contact.add", contact_id, values, at=at)
        return get_card(connection, contact_id)


def set_caller(database: Database, actor: Actor, call_ref: str, contact_id: int, *, at: datetime) -> None:
    """The call, and what it left behind, belong to this person of its number. Raises NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write(notify=True) as connection:
        line = connection.scalar(select(Line.e164).join(Call, Call.line_id == Line.id).where(Call.ref == call_ref))
        if line is None or contact_id not in {card.id for card in _list_people(connection, line)}:
            raise NotFound("This person does not have the number of the call.")
        for table in (Interaction, Request):
            of_call = update(table).where(table.call_ref == call_ref)
            connection.execute(of_call.values(contact_id=contact_id))
        caller_named(connection, contact_id, call_ref, at)
        changes.record(connection, actor, "contact.caller", call_ref, after={"contact": contact_id}, at=at)


def _list_people(connection: Connection, line: str, but: int | None = None) -> tuple[Card, ...]:
    theirs = select(ContactLine.contact_id).join(Line).where(Line.e164 == line, ContactLine.until.is_(None))
    cards = surviving_cards(connection, connection.scalars(theirs))
    return list_cards(connection, {*cards.values()} - {but})
