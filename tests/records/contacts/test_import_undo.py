"""An import is undone: what it wrote goes, and what somebody has changed or used since stays, whenever it is killed."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fork_server import ForkedProcess
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imported_contacts import ANNE, Imported, count, table, work_killed_after
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import select
from thorough import examples

from records import changes
from records.actor import Actor, Forbidden
from records.contacts import notes
from records.contacts.card_changes import CardFields, change_card, create_card
from records.contacts.contact_cards import Card, find_cards, get_card
from records.contacts.imports import imports, undoing
from records.contacts.imports.imports import ImportState
from records.contacts.imports.rows import RowOutcome, read_report
from records.contacts.merges import merge_cards
from records.database.engine import Database
from records.errors import RecordsError
from records.retention.erasure import erase_contact
from records.schema import (
    Contact,
    ContactEmail,
    ContactKey,
    ContactLine,
    ContactOrigin,
    ContactWord,
    DuplicateKey,
    Line,
    NumberTail,
    Word,
)
from routing.access.permissions import Role
from standardiste.contact_imports import ContactImporter

WRITTEN = (Contact, ContactEmail, ContactKey, ContactLine, ContactOrigin, ContactWord, Line, NumberTail, Word)


def rows_of(database: Database, *tables: Any) -> dict[str, list[tuple[object, ...]]]:
    """Everything in these tables."""
    with database.read() as connection:
        return {
            each.__tablename__: sorted(map(tuple, connection.execute(select(*each.__table__.c))), key=repr)
            for each in tables
        }


def undo(imported: Imported, number: int) -> dict[str, int]:
    """Undoes the import; gives what became of its lines, which the preview has said before."""
    promised = {outcome.value: n for outcome, n in undoing.preview_undo(imported.database, number).items()}
    undoing.start_undo(imported.database, ANNE, number, at=imported.noon)
    imported.work(number)
    job = imports.get_import(imported.database, number)
    assert job.state is ImportState.UNDONE
    done = {outcome: job.counts[outcome] for outcome in ("removed", "taken_back", "kept") if job.counts.get(outcome)}
    assert promised == done
    return done


def last_import(imported: Imported) -> int:
    return imports.list_imports(imported.database, 1)[0].id


def reasons(imported: Imported) -> list[tuple[str, str]]:
    return [(line.outcome.value, line.row.problem) for line in read_report(imported.database, last_import(imported))]


def card(imported: Imported, contact_id: int) -> Card:
    with imported.database.read() as connection:
        return get_card(connection, contact_id)


def one(imported: Imported, text: str) -> Card:
    [found] = find_cards(imported.database, text)
    return found


PEOPLE = st.lists(
    st.tuples(*(st.integers(0, most) for most in (3, 4, 3, 1))), min_size=1, max_size=6
)  # name, number, address, organisation; 0: none
TOUCHED = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["edit", "note"])), max_size=2)
family = itertools.count()


def written(prefix: str, person: Sequence[int]) -> tuple[str, str, str, str]:
    """A line of a file about somebody of this family; numbers and names differ from one family to the next."""
    name, number, email, organisation = person
    return (
        f"{prefix} {'ABC'[name - 1]}" if name else "",
        f"06{int(prefix[1:]):04}{number:04}" if number else "",
        f"{prefix}{email}@example.org" if email else "",
        "Mairie" if organisation else "",
    )


@given(before=PEOPLE, rows=PEOPLE, touched=TOUCHED)
@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_imported_is_gone_and_whatever_was_touched_stays(
    imported: Imported, before: list[tuple[int, ...]], rows: list[tuple[int, ...]], touched: list[tuple[int, str]]
) -> None:
    database, noon, prefix = imported.database, imported.noon, f"F{next(family)}"
    for person in before:
        name, number, email, organisation = written(prefix, person)
        fields = CardFields(name, organisation, emails=(email,) if email else ())
        create_card(database, ANNE, fields, [f"+33{number[1:]}"] if number else [], at=noon - timedelta(days=1))
    untouched = rows_of(database, *WRITTEN, DuplicateKey)
    old = {row[0] for row in untouched["contact"]}
    imported.run(table(*(";".join(written(prefix, person)) for person in rows)))
    cards = sorted({line.contact_id for line in read_report(database, last_import(imported)) if line.contact_id})
    kept = {}
    for index, what in touched:
        if index < len(cards):
            kept[cards[index]] = _touch(imported, cards[index], what)

    undo(imported, last_import(imported))

    if not kept:
        assert rows_of(database, *WRITTEN, DuplicateKey) == untouched
    for contact_id, seen in kept.items():
        now = card(imported, contact_id)
        assert now.name == seen.name if contact_id in old else replace(now, last_interaction_at=None) == seen
    left = {row[0] for row in rows_of(database, Contact)["contact"]}
    assert left == old | {contact_id for contact_id in kept}


def _touch(imported: Imported, contact_id: int, what: str) -> Card:
    if what == "note":
        notes.add_note(imported.database, ANNE, contact_id, "Rappeler", at=imported.noon)
    else:
        base = CardFields.of(card(imported, contact_id))
        wanted = replace(base, name=f"{base.name} Dupont")
        change_card(imported.database, ANNE, contact_id, base=base, wanted=wanted, at=imported.noon)
    return replace(card(imported, contact_id), last_interaction_at=None)


def test_what_was_added_to_a_card_is_taken_back_where_it_still_stands(imported: Imported) -> None:
    database, noon = imported.database, imported.noon
    early = noon - timedelta(days=2)
    known = [record_call(database, f"{n}.1", early, f"+3363998000{n}").contact_id for n in range(1, 4)]
    for contact_id, name in zip(known, ("Anne Un", "Basile Deux", "Chloé Trois"), strict=True):
        describe_contact(database, contact_id, name=name)
    rows = (f"{name};063998000{n} / 063998010{n};{n}@example.org;Mairie" for n, name in
            ((1, "Anne Un"), (2, "Basile Deux"), (3, "Chloé Trois")))  # fmt: skip
    imported.run(table(*rows))
    second = CardFields.of(card(imported, known[1]))
    change_card(database, ANNE, known[1], base=second, wanted=replace(second, organisation="École"), at=noon)
    record_call(database, "9.1", noon + timedelta(hours=1), "+33639980103")  # the number that the import brought

    assert undo(imported, last_import(imported)) == {"taken_back": 3}

    assert reasons(imported) == [("taken_back", ""), ("taken_back", "partly"), ("taken_back", "partly")]
    first, second, third = (card(imported, each) for each in known)
    assert (first.lines, first.emails, first.organisation) == (("+33639980001",), (), None)
    assert (second.lines, second.emails, second.organisation) == (("+33639980002",), (), "École")
    assert (third.lines, third.emails) == (("+33639980003", "+33639980103"), ())
    assert find_cards(database, "mairie") == () and find_cards(database, "+33639980101") == ()
    with pytest.raises(RecordsError):
        undoing.start_undo(database, ANNE, last_import(imported), at=noon)


def test_each_reason_to_keep_a_card_is_reported(imported: Imported) -> None:
    database, noon = imported.database, imported.noon
    names = ("Anne", "Basile", "Chloé", "David", "Émile", "Fanny")
    text = table(*(f"{name} Test;063998000{n};;" for n, name in enumerate(names)))
    imported.run(text)
    number = last_import(imported)
    anne, basile, chloe, david, emile, _ = (one(imported, f"+3363998000{n}") for n in range(6))
    wanted = replace(CardFields.of(anne), name="Anna Test")
    change_card(database, ANNE, anne.id, base=CardFields.of(anne), wanted=wanted, at=noon)
    record_call(database, "1.1", noon, "+33639980001")
    merge_cards(database, chloe.id, david.id, by="anne", at=noon)
    imported.run(table("Émile Test;0639980004;;Association"))

    assert undo(imported, number) == {"kept": 5, "removed": 1}

    kept = [line.row.problem for line in read_report(database, number, (RowOutcome.KEPT,))]
    assert kept == ["changed", "used", "merged", "merged", "elsewhere"]
    assert find_cards(database, "fanny") == ()
    assert undo(imported, last_import(imported)) == {"taken_back": 1}
    assert card(imported, emile.id).organisation is None
    # What was undone can be imported again, and finds its people where they are.
    assert imported.outcomes(text) == [*["unchanged"] * 5, "created"]
    assert basile.name == card(imported, basile.id).name


def test_an_erased_person_of_an_import_does_not_hinder_its_undoing(imported: Imported) -> None:
    imported.run(table("Anne Test;0639980001;;", "Basile Test;0639980002;;"))
    erase_contact(imported.database, ANNE, one(imported, "anne").id, at=imported.noon)
    assert undo(imported, last_import(imported)) == {"removed": 1}
    assert count(imported.database, Contact, Line) == [0, 0]


def test_only_who_may_import_undoes_and_the_change_log_says_so(imported: Imported) -> None:
    imported.run(table("Anne Test;0639980001;;"))
    number = last_import(imported)
    with pytest.raises(Forbidden):
        undoing.start_undo(imported.database, Actor(1, Role.STAFF, "x"), number, at=imported.noon)
    undo(imported, number)
    change, *_ = changes.list_changes(imported.database, ANNE)
    assert (change.kind, change.subject) == ("contacts.undo_import", str(number))
    assert change.after == {"created": 1, "completed": 0}


@pytest.mark.parametrize("statements", [12, pytest.param(30, marks=pytest.mark.long), 45])
def test_an_undoing_that_is_killed_again_and_again_ends_as_if_it_never_was(
    imported: Imported, database_url: str, statements: int, run_forked: Callable[..., ForkedProcess], noon: datetime
) -> None:
    create_card(imported.database, ANNE, CardFields("Personne 3"), ["+33639980103"], at=noon - timedelta(days=1))
    before = rows_of(imported.database, *WRITTEN)
    imported.run(table(*(f"Personne {n};06399801{n:02};p{n}@example.org;" for n in range(12))))
    number = last_import(imported)
    undoing.start_undo(imported.database, ANNE, number, at=noon)
    for each in (statements, statements + 11, 2 * statements):
        work_killed_after(run_forked, imported, database_url, number, each)
    importer = ContactImporter(imported.database, imported.folder, lambda: datetime.now(UTC))
    while (job := imports.get_import(imported.database, number)).is_at_work:
        assert importer.work(job)
    assert job.state is ImportState.UNDONE
    assert (job.counts["removed"], job.counts["taken_back"]) == (11, 1)
    assert rows_of(imported.database, *WRITTEN) == before
