"""What a card said before and after a change stands beside the change log, proves itself, and can be erased."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from records import changes, checks
from records.actor import Actor, Forbidden, command_line_actor
from records.contacts import households, notes
from records.contacts.card_changes import CHANGE_KIND, CardFields, change_card, create_card
from records.contacts.card_history import ChangedValue, find_altered_values, list_card_changes
from records.contacts.contact_cards import Card
from records.contacts.duplicates import decisions
from records.database.engine import Database
from records.retention import purge
from records.retention.erasure import erase_contact
from records.schema import Change, ChangeValue
from routing.access.permissions import Role
from routing.retention import RetentionRules

ANNE = command_line_actor("anne")
CANARY, NUMBER = "Zéphyrine Canari", "+33639987654"
DAY = timedelta(days=1)


@pytest.fixture
def card(database: Database, noon: datetime) -> Card:
    return create_card(database, ANNE, CardFields(CANARY, emails=("z@example.org",)), [NUMBER], at=noon)


def rename(database: Database, card: Card, at: datetime, **fields: object) -> Card:
    base = CardFields.of(card)
    return change_card(database, ANNE, card.id, base=base, wanted=replace(base, **fields), at=at)  # type: ignore[arg-type]


def chain(database: Database) -> str:
    """Everything that the hashes are computed from."""
    with database.read() as connection:
        return str(connection.execute(select(*Change.__table__.c)).all())


def test_a_change_is_read_with_what_the_card_said_before_and_after(
    database: Database, card: Card, noon: datetime
) -> None:
    rename(database, card, noon, name="Zoé Canari", emails=("z@example.org", "zoe@example.org"), language="fr")
    changed, created = list_card_changes(database, Actor(1, Role.STAFF, "x"), card.id)
    assert (changed.change.kind, changed.change.by) == (CHANGE_KIND, "anne")
    assert changed.values == (
        ChangedValue("name", CANARY, "Zoé Canari"),
        ChangedValue("language", "", "fr"),
        ChangedValue("emails", "z@example.org", "z@example.org\nzoe@example.org"),
    )
    assert ChangedValue("numbers", "", NUMBER) in created.values
    with pytest.raises(Forbidden):
        list_card_changes(database, Actor(1, Role.MESSAGE_EDITOR, "x"), card.id)


def test_the_chain_holds_names_of_fields_and_a_keyed_digest(database: Database, card: Card, noon: datetime) -> None:
    rename(database, card, noon, name="Zoé Canari")
    other = households.add_person(database, ANNE, NUMBER, "Basile Canari", at=noon)
    for personal in ("Canari", "example.org", NUMBER):
        assert personal not in chain(database)
    [change] = [each.change for each in list_card_changes(database, ANNE, card.id) if each.change.kind == CHANGE_KIND]
    assert change.after["fields"] == ["name"] and len(change.after["digest"]) == 64
    assert list_card_changes(database, ANNE, other.id)[0].values[0] == ChangedValue("name", "", "Basile Canari")
    assert changes.verify_chain(database).broken_at is None


def test_a_merged_card_has_the_changes_of_both(database: Database, card: Card, noon: datetime) -> None:
    other = create_card(database, ANNE, CardFields("Zoé"), [], at=noon)
    decisions.merge_contacts(database, ANNE, card.id, other.id, at=noon)
    kinds = [each.change.kind for each in list_card_changes(database, ANNE, other.id)]
    assert kinds == ["contact.merge", "contact.create", "contact.create"]
    newest, *rest = list_card_changes(database, ANNE, card.id)
    assert list_card_changes(database, ANNE, card.id, before=newest.change.number, limit=1) == (rest[0],)


@pytest.mark.parametrize(
    "statement", ["UPDATE change_value SET after = 'Anne'", "DELETE FROM change_value WHERE field = 'name'"]
)
def test_values_that_somebody_altered_are_found(database: Database, card: Card, noon: datetime, statement: str) -> None:
    with database.write() as connection:  # as before there were digests
        changes.record(connection, ANNE, CHANGE_KIND, str(card.id), after={"fields": ["name"]}, at=noon)
    assert find_altered_values(database) == () and all(check.ok for check in checks.checks(database))
    with database.write() as connection:
        connection.execute(text(statement))
    assert find_altered_values(database) == (1,)
    [found] = [check for check in checks.checks(database) if not check.ok]
    assert found.name == "record of changes: values" and found.remedy
    assert changes.verify_chain(database).broken_at is None


def count_values(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(ChangeValue)) or 0


def test_an_erasure_takes_the_values_and_leaves_the_chain(database: Database, card: Card, noon: datetime) -> None:
    rename(database, card, noon, name="Zoé Canari")
    before = chain(database)
    erase_contact(database, ANNE, card.id, at=noon)
    assert count_values(database) == 0
    assert chain(database).startswith(before[:-1])
    assert changes.verify_chain(database).broken_at is None and find_altered_values(database) == ()


def test_values_are_purged_with_the_calls_of_their_time(database: Database, card: Card, noon: datetime) -> None:
    rename(database, card, noon + 300 * DAY, name="Zoé Canari")
    notes.add_note(database, ANNE, card.id, "Rappeler", at=noon + 300 * DAY)  # so that the card stays
    report = purge.purge(database, RetentionRules(), at=noon + 364 * DAY, dry_run=True)
    assert report.change_values == 0
    report = purge.purge(database, RetentionRules(), at=noon + 366 * DAY)
    assert (report.change_values, report.counts()["change_values"]) == (1, 1)
    noted, renamed, created = list_card_changes(database, ANNE, card.id)
    assert (noted.values, created.values) == ((), ())
    assert renamed.values == (ChangedValue("name", CANARY, "Zoé Canari"),)
