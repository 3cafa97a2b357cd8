"""Imports on both engines: who a row is about, and that nothing is lost or made twice, wherever the work is killed."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from fork_server import ForkedProcess
from imported_contacts import Imported, count, table, work_killed_after
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import select

from records.actor import Actor, Forbidden, command_line_actor
from records.contacts.contact_cards import find_cards
from records.contacts.exports import ExportFormat, export_cards
from records.contacts.imports import files, imports
from records.contacts.imports.imports import ImportState
from records.contacts.imports.rows import read_report
from records.contacts.merges import merge_cards
from records.errors import RecordsError
from records.schema import Contact, ContactKey, ContactLine, ContactOrigin, ContactWord, Line, NumberTail, Word
from routing.access.permissions import Role
from standardiste.contact_imports import ContactImporter

ANNE = command_line_actor("anne")


def test_a_row_finds_its_card_by_number_by_address_and_by_an_earlier_import(imported: Imported) -> None:
    database, noon = imported.database, imported.noon
    called = record_call(database, "1.1", noon, "+33639980001").contact_id
    describe_contact(database, called, name="Anne Martin", emails=("anne@example.org",))
    lines = imported.run(
        table(
            "Anne Martin;0639980001;;Mairie",  # by number: the organisation is added
            "MARTIN Anne;0639980009;anne@example.org;",  # by address: the number is added
            "Paul Martin;0639980001;;",  # a household: another person on the same line
            "Léa Seule;;;",  # nothing but a name
            ";0639980005;;",
        )
    )
    assert [line.outcome for line in lines] == ["completed", "completed", "created", "created", "created"]
    [anne] = find_cards(database, "anne martin", limit=1)
    assert (anne.id, anne.organisation, anne.lines) == (called, "Mairie", ("+33639980001", "+33639980009"))
    assert len(find_cards(database, "+33639980001")) == 2
    again = imported.outcomes(table("Léa Seule;;;", "Paul Martin;0639980001;;"))
    assert again == ["unchanged", "unchanged"]


def test_what_a_card_says_is_never_changed(imported: Imported) -> None:
    imported.run(table("Anne Martin;0639980001;;Mairie"))
    assert imported.outcomes(table("Anne Martin;0639980001;;Autre")) == ["unchanged"]
    assert find_cards(imported.database, "+33639980001")[0].organisation == "Mairie"


def test_rows_about_one_person_become_one_card(imported: Imported) -> None:
    number = imported.check(table("Anne;0639980001;;", "Anne;0639980001;a@example.org;", "Anne;;A@example.org;"))
    assert [line.outcome for line in read_report(imported.database, number)] == ["new", "repeated", "repeated"]
    imports.start_import(imported.database, ANNE, number, at=imported.noon)
    imported.work(number)
    assert count(imported.database, Contact) == [1]


def test_a_row_that_fits_two_cards_is_left_to_people(imported: Imported) -> None:
    imported.run(table("Anne Martin;0639980001;;", "Anne Martine;0639980002;;"))
    assert imported.outcomes(table("Anne;0639980001 / 0639980002;;")) == ["ambiguous"]
    first, second = (find_cards(imported.database, f"+3363998000{n}")[0].id for n in (1, 2))
    merge_cards(imported.database, first, second, by="anne", at=imported.noon)
    assert imported.outcomes(table("Anne;0639980001 / 0639980002;;")) == ["unchanged"]


def test_imported_people_are_found_like_others(imported: Imported) -> None:
    imported.run(table("Hélène Lefèvre;0639980001;h@example.org;Mairie de Lens", "Helene Petit;0639980002;;"))
    for typed in ("lefevre", "lefebvre helene", "39980001", "H@example.org", "mairie lens"):
        assert find_cards(imported.database, typed)[0].name == "Hélène Lefèvre", typed
    with imported.database.read() as connection:
        helene = select(Word.contacts).where(Word.word == "helene")
        assert connection.scalar(helene) == 2


def test_the_same_file_makes_nothing_twice(imported: Imported) -> None:
    text = table(*(f"Personne {n};06399800{n:02};p{n}@example.org;" for n in range(30)), ";;;Seule")
    imported.run(text)
    tables = (Contact, Line, ContactLine, ContactOrigin, ContactKey, ContactWord, NumberTail)
    before = count(imported.database, *tables)
    assert set(imported.outcomes(text)) == {"unchanged"}
    assert count(imported.database, *tables) == before


@pytest.mark.parametrize("statements", [7, *(pytest.param(many, marks=pytest.mark.long) for many in (30, 100))])
def test_work_that_is_killed_again_and_again_ends_as_if_it_never_was(
    imported: Imported, database_url: str, statements: int, run_forked: Callable[..., ForkedProcess]
) -> None:
    """A process dies by SIGKILL before its n-th statement, and another goes on, in the check and in the import."""
    text = table(*(f"Personne {n};06399801{n:02};p{n}@example.org;" for n in range(12)), "x;12;;", "Personne 3;;;")
    number = imported.add(text)
    work_killed_after(run_forked, imported, database_url, number, statements)
    _work_on(imported, number)
    assert imports.get_import(imported.database, number).counts == {"new": 14}
    imports.start_import(imported.database, ANNE, number, at=imported.noon)
    for each in (statements, statements + 11, 2 * statements):
        work_killed_after(run_forked, imported, database_url, number, each)
    _work_on(imported, number)
    job = imports.get_import(imported.database, number)
    assert job.state is ImportState.DONE and job.counts["created"] == 14
    assert count(imported.database, Contact, ContactOrigin) == [14, 14]
    assert [line.outcome for line in read_report(imported.database, number)] == ["created"] * 14


def _work_on(imported: Imported, number: int) -> None:
    deadline = time.monotonic() + 30
    while (job := imports.get_import(imported.database, number)).is_at_work:
        assert time.monotonic() < deadline
        ContactImporter(imported.database, imported.folder, lambda: datetime.now(job.added_at.tzinfo)).work(job)


def test_two_processes_never_work_on_one_import_at_once(imported: Imported) -> None:
    number = imported.add(table("Anne;0639980001;;"))
    job = imports.get_import(imported.database, number)
    first, second = (ContactImporter(imported.database, imported.folder, lambda: imported.noon) for _ in range(2))
    assert first._renew_lease() and not second.work(job)
    assert imports.get_import(imported.database, number).state is ImportState.CHECKING


def test_an_import_without_its_file_fails_in_words(imported: Imported) -> None:
    number = imported.add(table("Anne;0639980001;;"))
    files.remove_file(imported.folder, number)
    imported.work(number)
    job = imports.get_import(imported.database, number)
    assert (job.state, job.problem) == (ImportState.FAILED, "file_gone")
    with pytest.raises(RecordsError):
        imports.start_import(imported.database, ANNE, number, at=imported.noon)


def test_only_some_roles_import_and_only_administrators_export(imported: Imported) -> None:
    staff, supervisor = (Actor(1, role, "x") for role in (Role.STAFF, Role.SUPERVISOR))
    with pytest.raises(Forbidden):
        files.store_upload(
            imported.database, staff, imported.folder, files.UploadedFile(b"Nom\nA\n", "a", "FR"), at=imported.noon
        )
    with pytest.raises(Forbidden):
        export_cards(imported.database, supervisor, "", "FR", ExportFormat.CSV, at=imported.noon)


def test_an_export_has_each_person_once_with_what_was_merged(imported: Imported) -> None:
    imported.run(table("Anne Martin;0639980001;;", "Basile;0639980002;;", "Annie Martin;0639980003;;"))
    first, third = (find_cards(imported.database, f"+3363998000{n}")[0].id for n in (1, 3))
    merge_cards(imported.database, first, third, by="anne", at=imported.noon)
    cards = [*export_cards(imported.database, ANNE, "", "FR", ExportFormat.VCARD, at=imported.noon)]
    assert [(card.name, len(card.numbers)) for card in cards] == [("Anne Martin", 2), ("Basile", 1)]
