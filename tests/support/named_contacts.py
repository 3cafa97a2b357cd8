"""Contacts with a name, an organisation and addresses, as staff would have written them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from records.actor import command_line_actor
from records.contacts.card_changes import CardFields, change_card
from records.contacts.contact_cards import Card, get_card
from records.database.engine import Database

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


def describe_contact(database: Database, contact_id: int | None, **fields: Any) -> Card:
    """The card with these fields (name, organisation, language, emails); the others stay."""
    assert contact_id is not None
    with database.read() as connection:
        base = CardFields.of(get_card(connection, contact_id))
    wanted = replace(base, **fields)
    return change_card(database, command_line_actor("test"), contact_id, base=base, wanted=wanted, at=NOON)
