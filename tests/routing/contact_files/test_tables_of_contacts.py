"""Tables of contacts as programs write them, and as nobody should: each good row is read, each bad one is told."""

import io

import pytest

from routing.contact_files.csv_table import MAX_LINE, find_layout, limit_lines, read_records
from routing.contact_files.csv_table import fields_of as filled
from routing.contact_files.fields import ContactField, guess_field, guess_fields
from routing.contact_files.import_rows import MAX_EACH, ContactRow, make_row, names_agree
from routing.contact_files.uploads import MAX_BYTES, FileKind, read_upload
from routing.tables import TableError

TITLES = {
    "Prénom": "first_name",
    "Nom": "last_name",
    "NOM ET PRÉNOM": "name",
    "Tél. mobile": "number",
    "Téléphone (bureau)": "number",
    "Mobile Phone": "number",
    "Phone 1 - Value": "number",
    "Phone 1 - Type": "",
    "N° adhérent": "",
    "Numéro client": "",
    "Télécopie (bureau)": "",
    "Adresse de messagerie": "email",
    "E-mail 2 Address": "email",
    "E-mail Display Name": "",
    "Courriel :": "email",
    "Société": "organisation",
    "Organization Name": "organisation",
    "Code postal": "postcode",
    "VILLE": "city",
    "Adresse": "street",
    "Numéro de rue": "",
    "Langue": "language",
    "Cotisation": "",
}


def rows_of(content: bytes) -> list[ContactRow]:
    """What is understood of a table, without anybody's help."""
    read = read_upload(content)
    assert read.kind is FileKind.TABLE
    layout = find_layout(limit_lines(io.StringIO(read.text)))
    records = list(read_records(limit_lines(io.StringIO(read.text)), layout))
    columns = guess_fields(layout.titles, [record.cells for record in records[:20]], {})
    return [
        ContactRow(record.line, problem=record.problem)
        if record.problem
        else make_row(record.line, filled(record, columns), "FR")
        for record in records
    ]


@pytest.mark.parametrize(("title", "field"), TITLES.items())
def test_a_title_says_what_its_column_holds(title: str, field: str) -> None:
    assert guess_field(title) == field


def test_nom_is_the_whole_name_unless_a_column_holds_first_names() -> None:
    assert guess_fields(["Nom"], [], {}) == (ContactField.NAME,)
    both = guess_fields(["Nom", "Prénom"], [], {"nom": ContactField.NAME})
    assert both == (ContactField.LAST_NAME, ContactField.FIRST_NAME)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_each_encoding_and_separator_is_recognised(encoding: str, delimiter: str) -> None:
    lines = ["Prénom;Nom;Téléphone", "Zoé;Lefèvre;06 39 98 00 01", "Élodie;Muñoz-Gérard;0639980002"]
    text = "\r\n".join(lines).replace(";", delimiter)
    [zoe, _] = rows_of(text.encode(encoding, "replace"))
    assert (zoe.name, zoe.numbers) == ("Zoé Lefèvre", ("+33639980001",))


def test_titles_above_the_header_sep_lines_and_tables_without_header_are_read() -> None:
    titled = b"Fichier des adherents\n\nNom;Tel;Courriel\nAnne;0639980001;a@example.org\n"
    assert [(row.number, row.name) for row in rows_of(titled)] == [(4, "Anne")]
    assert [row.name for row in rows_of(b"sep=;\r\nNom;Tel\r\nAnne;0639980001\r\n")] == ["Anne"]
    [bare] = rows_of(b"Anne;0639980001;a@example.org\n")
    assert (bare.number, bare.numbers, bare.emails) == (1, ("+33639980001",), ("a@example.org",))


def test_a_damaged_row_is_told_and_the_next_one_is_read() -> None:
    text = (
        'Nom;Tel\n"Anne;0639980001\nBasile;0639980002\n"Cha""rles\nX";0639980003\n'
        + "z" * (MAX_LINE + 50)
        + ";1\nLea;0639980004\n"
    )
    assert [(row.number, row.name, row.problem) for row in rows_of(text.encode())] == [
        (2, "", "quote"),
        (3, "Basile", ""),
        (4, 'Cha"rles X', ""),
        (6, "", "too_long"),
        (7, "Lea", ""),
    ]


def test_a_file_of_nothing_but_quotation_marks_takes_no_time() -> None:
    assert {row.problem for row in rows_of(b"Nom;Tel\n" + b'"a\n' * 5_000)} == {"quote"}


def test_one_line_of_24_megabytes_is_one_bad_row() -> None:
    [row] = rows_of(b"Nom;Tel\n" + b"x" * (MAX_BYTES - 1_000))
    assert row.problem == "too_long"


@pytest.mark.parametrize(
    "content", [b"Nom;Telephone et adresse\nAn\0ne;1\n", b"\x00" * 50, b"%PDF-1.4", b" \n\n", b"x" * (MAX_BYTES + 1)]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(TableError):
        read_upload(content)


def test_what_cannot_be_used_of_a_row_is_remarked_and_the_rest_kept() -> None:
    found = {
        ContactField.NAME: ["Martin,\u200b Anne"],
        ContactField.NUMBER: ["06 39 98 00 01 / 12", "'+33639980001", '="0639980002"'],
        ContactField.EMAIL: ["<a@example.org>; rien", "A@EXAMPLE.ORG"],
        ContactField.STREET: ["12 rue", "Bâtiment B"],
        ContactField.LANGUAGE: ["anglais"],
    }
    row = make_row(2, found, "FR")
    assert (row.emails, row.street, row.language) == (("a@example.org",), "12 rue, Bâtiment B", "en")
    assert row.numbers[0] == "+33639980001"
    assert (row.remarks[0].code, row.remarks[0].text) == ("number", "12")
    assert make_row(2, {ContactField.NUMBER: ["12"]}, "FR").problem == "nothing"
    named = make_row(2, {ContactField.NAME: ["Anne"], ContactField.NUMBER: ["12"]}, "FR")
    assert ([remark.code for remark in named.remarks], named.problem) == (["number", "unreachable"], "")
    assert make_row(2, {ContactField.NAME: ["Anne"]}, "FR").remarks == ()  # nobody expected a number
    many = make_row(2, {ContactField.EMAIL: [f"{n}@example.org" for n in range(20)]}, "FR")
    assert len(many.emails) == MAX_EACH and many.remarks[0].code == "many"


def test_a_row_is_stored_and_read_again_as_it_was() -> None:
    row = make_row(7, {ContactField.NAME: ["Anne"], ContactField.NUMBER: ["0639980001", "x"]}, "FR")
    assert ContactRow.from_text(7, row.to_text()) == row


def test_names_of_one_person_agree_and_those_of_a_household_do_not() -> None:
    assert names_agree("Anne Martin", "MARTIN Anne") and names_agree("Anne", "Anne Martin") and names_agree("", "X")
    assert not names_agree("Anne Martin", "Paul Martin")


def test_a_table_of_an_address_book_in_the_web() -> None:
    google = (
        b"First Name,Last Name,Organization Name,Phone 1 - Label,Phone 1 - Value,E-mail 1 - Value\n"
        b"Anne,Martin,Mairie,Mobile,+33 6 39 98 00 01 ::: 06 39 98 00 02,a@example.org\n"
    )
    [anne] = rows_of(google)
    assert (anne.name, anne.organisation, anne.numbers) == ("Anne Martin", "Mairie", ("+33639980001", "+33639980002"))
