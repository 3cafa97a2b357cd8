"""Cards are the same after any merges and undos, in any order and with any choice of values."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from thorough import examples

from records.contacts.contact_cards import CHOSEN_FIELDS, Card, list_cards
from records.contacts.merges import merge_cards_in, surviving_card, surviving_cards, undo_merge_in
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import Contact, ContactEmail, ContactLine, ContactMerge, Interaction, Line

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
CARDS = 5
cards = st.integers(1, CARDS)
steps = st.lists(
    st.tuples(st.just("merge"), cards, cards, st.sets(st.sampled_from(sorted(CHOSEN_FIELDS))))
    | st.tuples(st.just("undo"), st.integers(0, 9)),
    max_size=14,
)


def make_cards(database: Database) -> None:
    """Card 1 has every value, the others lack some of them; each has a number and a mailbox."""
    with database.write() as connection:
        for number in range(1, CARDS + 1):
            values = {
                "name": f"Name {number}",
                "organisation": f"Organisation {number}" if number % 2 else None,
                "language": "fr" if number < 3 else None,
                "city": f"City {number}" if number in (1, 4) else None,
            }
            connection.execute(insert(Contact).values(id=number, created_at=NOON, **values))
            connection.execute(insert(Line).values(id=number, e164=f"+3363998000{number}", created_at=NOON))
            connection.execute(insert(ContactLine).values(contact_id=number, line_id=number, since=NOON))
            address = f"{number}@example.org"
            mailbox = {"contact_id": number, "address": address, "folded": address, "since": NOON}
            connection.execute(insert(ContactEmail).values(mailbox))
            seen = {"contact_id": number, "purpose": "reception", "channel": "telephone"}
            connection.execute(insert(Interaction).values(at=NOON + timedelta(minutes=number), **seen))


def shown(database: Database) -> list[Card]:
    with database.read() as connection:
        roots = surviving_cards(connection, range(1, CARDS + 1))
        assert roots == {number: surviving_card(connection, number) for number in range(1, CARDS + 1)}
        return list(list_cards(connection, sorted(set(roots.values()))))


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, order=st.randoms(use_true_random=False))
def test_any_order_of_merges_and_undos_gives_the_same_cards_back(database: Database, steps: list, order) -> None:
    with database.write() as connection:
        connection.execute(delete(ContactMerge))
    if not shown(database):
        make_cards(database)
    before = shown(database)
    assert len(before) == CARDS
    standing: list[int] = []
    with database.write() as connection:
        for kind, *values in steps:
            if kind == "undo":
                if standing:
                    undo_merge_in(connection, standing.pop(values[0] % len(standing)), by="test", at=NOON)
                continue
            kept, absorbed, preferred = values
            try:
                merge = merge_cards_in(connection, kept, absorbed, by="test", at=NOON, preferred=preferred)
            except RecordsError:
                continue
            standing.append(merge)
    merged = shown(database)
    assert len(merged) == CARDS - len(standing)
    assert sorted(line for card in merged for line in card.lines) == [line for card in before for line in card.lines]
    assert max(card.last_interaction_at for card in merged) == max(card.last_interaction_at for card in before)
    assert {card.name for card in merged} <= {card.name for card in before}
    order.shuffle(standing)
    with database.write() as connection:
        for merge in standing:
            undo_merge_in(connection, merge, by="test", at=NOON)
    assert shown(database) == before


def test_of_two_values_the_chosen_one_is_shown_and_a_missing_one_comes_from_the_other(database: Database) -> None:
    make_cards(database)
    with database.write() as connection:
        merge_cards_in(connection, 3, 4, by="test", at=NOON, preferred=("name",))
        outer = merge_cards_in(connection, 2, 3, by="test", at=NOON, preferred=("name", "language"))
    [first, second, last] = shown(database)
    assert (first.id, second.id, last.id) == (1, 2, 5)
    assert (second.name, second.organisation, second.city, second.language) == (
        "Name 4",
        "Organisation 3",
        "City 4",
        "fr",
    )
    with database.write() as connection:
        undo_merge_in(connection, outer, by="test", at=NOON)
    assert [card.name for card in shown(database)] == ["Name 1", "Name 2", "Name 4", "Name 5"]
