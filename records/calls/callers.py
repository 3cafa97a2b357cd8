"""Who calls, as the agent of the call says: a card that is there already, or a new one."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from records import changes
from records.actor import Actor
from records.calls.call_notes import require_own_call
from records.calls.call_rows import current_contact, get_call_row, lock_call
from records.contacts import households
from records.contacts.card_changes import CardFields, change_card, create_card
from records.contacts.contact_cards import Card, get_card
from records.database.engine import Database
from records.errors import NotFound
from records.schema import Interaction, Line, Request
from records.webhooks.record_events import caller_named
from routing.access.permissions import Permission


def require_agent(database: Database, agent_id: int, ref: str, at: datetime) -> None:
    """Raises NotFound for a call that is not this agent's."""
    with database.read() as connection:
        require_own_call(connection, agent_id, ref, at)


def pick_card(database: Database, actor: Actor, agent_id: int, ref: str, contact_id: int, *, at: datetime) -> None:
    """The call, and what it left behind, belong to the person of this card, from whatever number they call.

    Their card does not get the number: it may be another person's. Raises NotFound, Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write(notify=True) as connection:
        require_own_call(connection, agent_id, ref, at)
        lock_call(connection, ref)
        _tie(connection, actor, ref, get_card(connection, contact_id).id, at)


def name_caller(database: Database, actor: Actor, agent_id: int, ref: str, name: str, *, at: datetime) -> Card:
    """The caller has this name: on their card if it has none, else on a new one, which has their number too.

    Raises NotFound, TooManyPeople, Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    with database.read() as connection:
        require_own_call(connection, agent_id, ref, at)
        call = get_call_row(connection, ref)
        if call is None:
            raise NotFound(f"There is no call {ref}.")
        line = connection.scalar(select(Line.e164).where(Line.id == call.line_id)) if call.line_id else None
        contact_id = current_contact(connection, call)
        card = get_card(connection, contact_id) if contact_id is not None else None
    if card is not None and not card.name:
        was = CardFields.of(card)
        return change_card(database, actor, card.id, base=was, wanted=replace(was, name=name), at=at)
    new = households.add_person(database, actor, line, name, at=at) if line else None
    new = new or create_card(database, actor, CardFields(name), [], at=at)
    pick_card(database, actor, agent_id, ref, new.id, at=at)
    return new


def _tie(connection: Connection, actor: Actor, ref: str, contact_id: int, at: datetime) -> None:
    for table in (Interaction, Request):
        connection.execute(update(table).where(table.call_ref == ref).values(contact_id=contact_id))
    caller_named(connection, contact_id, ref, at)
    changes.record(connection, actor, "contact.caller", ref, after={"contact": contact_id}, at=at)
