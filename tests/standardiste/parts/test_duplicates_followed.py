"""`serve-webhooks` compares cards that have changed at any time, and all cards at night."""

from datetime import datetime

import pytest
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import delete

from records.contacts.duplicates.proposals import count_proposals
from records.database.engine import Database
from records.schema import DuplicateQueue
from standardiste.parts.webhooks import find_duplicates

NOON, NIGHT = (datetime(2025, 3, 3, hour, tzinfo=datetime.now().astimezone().tzinfo) for hour in (12, 3))


@pytest.fixture
def two_cards(database: Database) -> None:
    """Of one person, changed just now."""
    for number in (1, 2):
        contact_id = record_call(database, f"1.{number}", NOON, f"+3363998000{number}").contact_id
        describe_contact(database, contact_id, name="Jeanne Lefèvre", emails=("jeanne@example.org",))


@pytest.mark.usefixtures("two_cards")
def test_changed_cards_are_compared_by_day_and_all_cards_at_night(database: Database) -> None:
    with database.write() as connection:
        connection.execute(delete(DuplicateQueue))
    find_duplicates(database, NOON)
    assert count_proposals(database) == 0
    find_duplicates(database, NIGHT)
    assert count_proposals(database) == 1


@pytest.mark.usefixtures("two_cards")
def test_a_card_that_was_changed_does_not_wait_for_the_night(database: Database) -> None:
    find_duplicates(database, NOON)
    assert count_proposals(database) == 1
