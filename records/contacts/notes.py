"""Notes that staff write on a card; each is an interaction, so that the card shows it among the others."""

from datetime import datetime

from sqlalchemy import insert

from records import changes
from records.actor import Actor
from records.contacts.contact_cards import get_card
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import Interaction
from records.webhooks.record_events import contact_changed
from routing.access.permissions import Permission

CHANNEL = "note"
PURPOSE = "reception"
"""Notes are kept as long as calls are."""
MAX_LENGTH = 2_000


def add_note(database: Database, actor: Actor, contact_id: int, text: str, *, at: datetime) -> None:
    """Adds a note. Raises NotFound, Forbidden, RecordsError for a text that is empty or too long."""
    actor.require(Permission.CHANGE_CONTACTS)
    if not text.strip() or len(text) > MAX_LENGTH:
        raise RecordsError(f"Write the note, {MAX_LENGTH} characters at most.")
    with database.write() as connection:
        card = get_card(connection, contact_id)
        note = {"contact_id": card.id, "purpose": PURPOSE, "channel": CHANNEL, "at": at}
        connection.execute(insert(Interaction).values(**note, summary=text.strip(), author=actor.name))
        contact_changed(connection, card.id, ("note",), at)
        changes.record(connection, actor, "contact.note", str(card.id), at=at)
