"""A file of contacts goes through the pages: uploaded, its columns named, checked, imported, reported, exported."""

import csv
import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from werkzeug.test import TestResponse

from records import changes
from records.actor import command_line_actor
from records.changes import ChangeFilter
from records.contacts import notes
from records.contacts.contact_cards import find_cards
from records.contacts.imports import imports
from records.database.engine import Database
from routing.access.permissions import Role
from standardiste.contact_imports import ContactImporter

PEOPLE = (
    "Prénom;Nom;Tél. portable;Courriel;Société;Code postal;Ville\r\n"
    "Anne;Lefèvre;06 39 98 00 01;anne@example.org;Mairie;13001;Marseille\r\n"
    "Basile;Martin;0639980002;;;;\r\n"
    ";;12;rien;;;\r\n"
)
ANNE = command_line_actor("anne")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(database, imports=tmp_path / "imports")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def upload(staff: ConsoleUser, content: str | bytes, name: str = "people.csv") -> TestResponse:
    sent = content.encode() if isinstance(content, str) else content
    return staff.post("/contacts/import", {"file": (io.BytesIO(sent), name)}, content_type="multipart/form-data")


def work(console: ConsoleApp) -> None:
    """What `serve-webhooks` does meanwhile."""
    importer = ContactImporter(console.database, console.imports, lambda: console.now)
    while job := imports.find_work(console.database):
        assert importer.work(job)


def columns_of(page: str) -> dict[str, str]:
    """What the selects of the page say, as a browser sends it."""
    selects = re.findall(r'<select id="(column_\d+)".*?</select>', page, re.DOTALL)
    parts = page.split('<select id="')[1:]
    chosen = [re.search(r'<option value="(\w*)" selected>', part) for part in parts]
    return {name: found[1] if found else "" for name, found in zip(selects, chosen, strict=True)}


def import_file(console: ConsoleApp, staff: ConsoleUser, content: str | bytes, name: str = "people.csv") -> str:
    """The address of the import, once everything is imported."""
    address = upload(staff, content, name).location
    staff.post(f"{address}/check", columns_of(staff.get(address).text))
    work(console)
    staff.post(f"{address}/start")
    work(console)
    return address


def test_a_line_whose_number_is_wrong_makes_a_card_and_is_told_before_and_after(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    address = upload(staff, "Nom;Téléphone\nZoé Durand;06 39\nAnne Lefèvre;0639980001\n").location
    wrong = "« 06 39 » n'est pas un numéro de téléphone"
    alone = "sa fiche n'a que le nom"
    assert wrong in (preview := text_of(unescape(staff.get(address).text))) and alone in preview
    staff.post(f"{address}/check", columns_of(staff.get(address).text))
    work(console)
    checked = text_of(unescape(staff.get(address).text)).partition("Lignes dont une partie est laissée de côté")[2]
    assert wrong in checked and alone in checked and "Anne" not in checked
    staff.post(f"{address}/start")
    work(console)
    assert alone in text_of(unescape(staff.get(address).text))
    report = staff.get(f"{address}/report").text
    assert [alone in line for line in report.splitlines()] == [False, True, False]
    (card,) = find_cards(console.database, "Zoé Durand")
    assert card.lines == ()


def test_a_table_becomes_cards_after_its_lines_were_shown(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    address = upload(staff, PEOPLE.encode("cp1252")).location
    page = staff.get(address).text
    assert [*columns_of(page).values()] == [
        *("first_name", "last_name", "number", "email", "organisation", "postcode", "city")
    ]
    assert "Anne Lefèvre" in text_of(page)
    assert find_cards(console.database, "lefevre") == ()

    assert staff.post(f"{address}/check", columns_of(page)).status_code == 303
    assert "0 ligne est vérifiée" in text_of(staff.get(address).text)
    work(console)
    checked = text_of(staff.get(address).text)
    assert "Importer 2 lignes" in checked and "Nouvelle fiche 2" in checked
    assert "Il n'y a ni nom" in checked.replace("&#39;", "'")
    assert find_cards(console.database, "lefevre") == ()

    staff.post(f"{address}/start")
    work(console)
    assert "Le fichier est importé" in text_of(staff.get(address).text)
    [card] = find_cards(console.database, "lefevre")
    assert (card.lines, card.emails, card.organisation) == (("+33639980001",), ("anne@example.org",), "Mairie")
    assert (card.postcode, card.city) == ("13001", "Marseille")
    assert not [*console.imports.glob("*")]


def test_the_report_says_of_each_line_what_became_of_it(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    address = import_file(console, staff, PEOPLE)
    report = staff.get(f"{address}/report").text
    rows = [*csv.reader(io.StringIO(report.removeprefix("\ufeff")), delimiter=";")]
    assert [row[:3] for row in rows[1:]] == [
        ["2", "Anne Lefèvre", "Fiche créée"],
        ["3", "Basile Martin", "Fiche créée"],
        ["4", "", "Inutilisable"],
    ]
    assert "/contacts/" in rows[1][3] and "« 12 »" in rows[3][4] and "« rien »" in rows[3][4]


def test_the_same_file_again_makes_nothing_twice_and_the_page_says_so(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    import_file(console, staff, PEOPLE)
    again = upload(staff, PEOPLE).location
    assert "déjà été importé" in text_of(staff.get(again).text)
    staff.post(f"{again}/check", columns_of(staff.get(again).text))
    work(console)
    staff.post(f"{again}/start")
    work(console)
    assert "La fiche disait déjà tout 2" in text_of(staff.get(again).text)
    assert len(find_cards(console.database, "martin")) == 1


def test_what_somebody_said_of_a_column_is_remembered(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    odd = "Qui;Téléphone\nAnne;0639980001\n"
    address = upload(staff, odd).location
    first = columns_of(staff.get(address).text)
    assert first == {"column_0": "", "column_1": "number"}
    shown = staff.post(f"{address}/check", {**first, "column_0": "name", "preview": "yes"}).text
    assert "Anne" in text_of(shown) and columns_of(shown)["column_0"] == "name"
    staff.post(f"{address}/check", {**first, "column_0": "name"})
    assert columns_of(staff.get(upload(staff, odd).location).text)["column_0"] == "name"
    people = upload(staff, "Anne Martin;Lyon\nBasile Petit;Lens\n").location  # without titles: nobody's name is kept
    staff.post(f"{people}/check", {"column_0": "name", "column_1": "city"})
    assert {*imports.remembered_columns(console.database)} == {"qui", "telephone"}
    nothing = upload(staff, odd).location
    assert staff.post(f"{nothing}/check", {"column_0": "", "column_1": "language"}).status_code == 422


def test_people_of_vcards_are_imported_without_a_question_about_columns(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoé Canari\nTEL:+33639980009\nPHOTO;ENCODING=b:AAAA\nEND:VCARD\n"
    import_file(console, staff, card * 2, "zoe.vcf")
    [zoe] = find_cards(console.database, "zoe canari")
    assert zoe.lines == ("+33639980009",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide"),
        (b"PK\x03\x04 xl/workbook", "classeur Excel"),
        (b"Nom\x00\n", "pas du texte"),
        (b"<html><table>", "page web"),
    ],
)
def test_a_file_that_is_no_contacts_is_refused_with_the_reason(console: ConsoleApp, content: bytes, said: str) -> None:
    answer = upload(console.sign_in(Role.SUPERVISOR), content)
    assert answer.status_code == 422 and said in text_of(answer.text).replace("&#39;", "'")


def test_an_import_is_stopped_goes_on_and_is_deleted_with_its_cards_left(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    address = upload(staff, PEOPLE).location
    staff.post(f"{address}/check", columns_of(staff.get(address).text))
    work(console)
    staff.post(f"{address}/start")
    assert staff.post(f"{address}/remove").location == address  # not while it is at work
    staff.post(f"{address}/stop")
    work(console)
    assert "Arrêté après 0 lignes sur 2" in text_of(staff.get(address).text)
    staff.post(f"{address}/start")
    work(console)
    staff.post(f"{address}/remove")
    assert staff.get(address).status_code == staff.post(f"{address}/remove").status_code == 404
    assert len(find_cards(console.database, "lefevre")) == 1


def test_an_import_is_in_the_change_log_without_a_name(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    import_file(console, staff, PEOPLE)
    [entry] = changes.list_changes(console.database, ANNE, wanted=ChangeFilter(kinds=("contacts.import",)))
    assert entry.after == {"people": 3}
    assert "Lef" not in str(entry)


def test_contacts_are_exported_in_three_formats_by_administrators_alone(console: ConsoleApp) -> None:
    staff, administrator = console.sign_in(Role.SUPERVISOR), console.sign_in(Role.ADMINISTRATOR)
    import_file(console, staff, "Nom;Tél;Ville\n=1+1;+44 1632 960000;Paris, 13\nAnne;0639980001;\n")
    assert staff.get("/contacts/export").status_code == 403

    table = administrator.post("/contacts/export", {"which": "all", "format": "csv"}).text
    rows = [*csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";")]
    assert rows[1][:3] == ["'=1+1", "", "'+44 1632 960000"] and rows[2][2] == "06 39 98 00 01"
    found = administrator.post("/contacts/export", {"which": "search", "q": "anne", "format": "csv"}).text
    assert len(found.splitlines()) == 2

    cards = administrator.post("/contacts/export", {"which": "all", "format": "vcf"}).text
    assert "TEL;VALUE=uri:tel:+33639980001\r\n" in cards and "VERSION:4.0" in cards and "Paris\\, 13" in cards

    with administrator.post("/contacts/export", {"which": "all", "format": "xlsx"}) as answer:
        workbook = io.BytesIO(answer.data)
    with zipfile.ZipFile(workbook) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet and "<f>" not in sheet

    entries = changes.list_changes(console.database, ANNE, wanted=ChangeFilter(kinds=("contacts.export",)))
    assert [entry.after["filter"] for entry in entries] == ["all", "all", "search", "all"]
    assert entries[0].after["count"] == 2 and "anne" not in str([entry.after for entry in entries])


def test_an_import_is_undone_after_its_counts_were_shown(console: ConsoleApp) -> None:
    supervisor, staff = console.sign_in(Role.SUPERVISOR), console.sign_in(Role.STAFF)
    address = import_file(console, supervisor, PEOPLE)
    [basile] = find_cards(console.database, "basile")
    notes.add_note(console.database, ANNE, basile.id, "Rappeler", at=console.now)
    assert f"{address}/undo" in supervisor.get(address).text
    page = text_of(supervisor.get(f"{address}/undo").text)
    assert "Fiche de nouveau supprimée 1" in page and "Reste tel quel 1" in page
    assert staff.get(f"{address}/undo").status_code == staff.post(f"{address}/undo").status_code == 403

    assert supervisor.post(f"{address}/undo").location == address

    assert "lignes annulées" in text_of(supervisor.get(f"{address}/refresh").text)
    assert supervisor.post(f"{address}/remove").status_code == 303  # told that it is at work, and nothing is deleted
    work(console)
    page = text_of(supervisor.get(address).text)
    assert "L'importation est annulée" in page.replace("&#39;", "'") and "3 Basile Martin Reste tel quel" in page
    assert find_cards(console.database, "lefevre") == () and len(find_cards(console.database, "basile")) == 1
    report = supervisor.get(f"{address}/report").text
    assert "Fiche de nouveau supprimée" in report and "La personne a été en contact depuis" in report
    for again in (supervisor.get(f"{address}/undo"), supervisor.post(f"{address}/undo")):
        assert (again.status_code, again.location) == (303, address)
    sentence = text_of(supervisor.get("/changes").text)
    assert "a annulé une importation de contacts" in sentence
