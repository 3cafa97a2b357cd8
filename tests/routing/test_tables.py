"""Tables as Excel, LibreOffice, Numbers and old Macs save them."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.tables import MAX_BYTES, MAX_ROWS, TableColumns, TableError, TableRow, decode_table, read_table
from translations.catalogues import LANGUAGES

COLUMNS = TableColumns(
    words={"name": ("name", "nom"), "email": ("email", "courriel"), "role": ("role", "rôle")}, required=("name",)
)
TEXT = "Nom;Courriel;Rôle\r\nÉlodie Martin;elodie@example.org;standard\r\nZoë Œuvrard;zoe@example.org;superviseur\r\n"
ROWS = [
    {"name": "Élodie Martin", "email": "elodie@example.org", "role": "standard"},
    {"name": "Zoë Œuvrard", "email": "zoe@example.org", "role": "superviseur"},
]


def cells(content: bytes, columns: TableColumns = COLUMNS) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_table(decode_table(content), columns)]


def refusal(content: bytes, columns: TableColumns = COLUMNS) -> str:
    with pytest.raises(TableError) as refused:
        read_table(decode_table(content), columns)
    assert all(refused.value.message.in_language(language) for language in LANGUAGES)
    return str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.replace(";", "\t").encode("utf-16"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.replace("\r\n", "\r").encode("mac_roman"),
        TEXT.replace("Œ", "O").encode("cp850"),
        TEXT.replace("É", "E\u0301").encode(),
    ],
    ids=["UTF-8", "mark", "Windows", "Unicode text", "big endian", "little endian", "Mac", "DOS", "decomposed"],
)
def test_a_file_is_read_in_the_encoding_that_it_has(content: bytes) -> None:
    assert [{**row, "name": row["name"].replace("Ouvrard", "Œuvrard")} for row in cells(content)] == ROWS


@pytest.mark.parametrize(
    "title", ["Mairie de Saint-Exemple", "Personnel;30/11/2026;", "\n\nListe, à jour;;\n\nSite nord"]
)
def test_titles_of_the_whole_table_may_stand_above_the_header(title: str) -> None:
    assert cells(f"{title}\n{TEXT}".encode()) == ROWS
    assert read_table(f"{title}\n{TEXT}", COLUMNS)[0].line == title.count("\n") + 3


@pytest.mark.parametrize("person", ["Anne;anne@example.org", "Anne;06 39 98 00 01", "Anne;Basile;Carla"])
def test_a_person_above_the_header_is_not_taken_for_a_title(person: str) -> None:
    assert "Line 1:" in refusal(f"{person}\n{TEXT}".encode())


def test_a_blank_may_stand_between_a_quotation_mark_and_the_separator() -> None:
    text = '"Nom" ; "Courriel"\u00a0;"Rôle" \n"Anne ""la"" ; x" ;"a@example.org" ;"standard" \n"Ligne " ;;x\n'
    first, second = cells(text.encode())
    assert first == {"name": 'Anne "la" ; x', "email": "a@example.org", "role": "standard"}
    assert second == {"name": "Ligne", "email": "", "role": "x"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_cells_are_separated_by_what_separates_the_header(delimiter: str) -> None:
    assert cells(TEXT.replace(";", delimiter).encode()) == ROWS


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n" + TEXT,
        '"sep=;"\n' + TEXT,
        "sep=;;;\n" + TEXT,
        "\n\n" + TEXT,
        TEXT.replace("\r\n", ";;\r\n"),
        TEXT.replace("Nom", '"Nom"').replace("Zoë Œuvrard", '"Zoë Œuvrard"'),
        TEXT.replace("Nom;", " NOM ;").replace("Rôle", "role"),
        TEXT + ";;\n\n",
    ],
    ids=["sep", "quoted sep", "saved again", "blank lines", "trailing", "quoted", "other words", "empty row"],
)
def test_what_spreadsheets_add_is_not_read_as_a_cell(text: str) -> None:
    assert cells(text.encode()) == ROWS


def test_a_stated_separator_counts_even_where_another_one_would_fit() -> None:
    assert cells(
        b"sep=,\nname;x,email\nAnne;1,anne@example.org", TableColumns({"name": ("name;x",)}, ("name",), True)
    ) == [{"name": "Anne;1"}]


def test_a_comma_inside_a_cell_separates_nothing_in_a_table_with_semicolons() -> None:
    assert cells(b"name;role\nMartin, Anne;a,b,c\nBasile;d,e,f") == [
        {"name": "Martin, Anne", "role": "a,b,c"},
        {"name": "Basile", "role": "d,e,f"},
    ]


def test_a_table_of_one_column_is_not_split_at_its_commas() -> None:
    assert cells(b"name\nMartin, Anne\nBasile") == [{"name": "Martin, Anne"}, {"name": "Basile"}]


def test_the_line_number_of_a_row_is_right_after_a_cell_of_several_lines() -> None:
    text = 'sep=;\n\nname;email\n"Anne\nMartin";anne@example.org\n\nBasile\nChloé;;;x;\n'
    assert read_table(text, COLUMNS) == (
        TableRow(4, {"name": "Anne\nMartin", "email": "anne@example.org"}, 2, 2),
        TableRow(7, {"name": "Basile", "email": ""}, 1, 2),
        TableRow(8, {"name": "Chloé", "email": ""}, 4, 2),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This file is empty."),
        (b"\xef\xbb\xbf \r\n\r\n", "This file is empty."),
        (b"{\\rtf1\\ansi Nom;Courriel}", "This file is not text."),
        (b"email;role\na;b", "Line 1: the column 'name' is missing; name the columns, for example: name,email,role"),
        (b"\n\nemail;role\na;b", "Line 3: the column 'name' is missing"),
        (b"name;salary\nAnne;1", "Line 1: the column 'salary' is not known; choose from name, email, role."),
        (b"sep=,\nname,nom\nAnne,Anne", "Line 2: the column 'name' is there twice."),
        (b'name;email\nAnne;a\n"Basile;b\nChlo', "Line 3: a quotation mark opens a cell, and none closes it."),
        (b'name;email\n"Anne" Martin;a', 'Line 2: inside a cell in quotation marks, write " twice.'),
        (b"name\n" + b"x" * 140_000, "Line 2: a cell is too long."),
        (b"name\n" + b"Anne\n" * (MAX_ROWS + 1), "The file has more than 500 lines; split it."),
        (b"name\n" + b"Anne\n" * 50_000, "The file is longer than 200000 characters; split it."),
        (b"x" * (MAX_BYTES + 1), "The file is longer than 200000 characters; split it."),
        (b"PK\x03\x04" + bytes(50), "This file is not text."),
        (b"name\nAn\x00ne\n", "This file is not text."),
    ],
)
def test_a_file_is_refused_for_a_true_reason_with_its_line(content: bytes, reason: str) -> None:
    assert refusal(content).startswith(reason)


def test_unknown_columns_are_ignored_with_ignore_others() -> None:
    lenient = TableColumns(COLUMNS.words, ("name",), ignore_others=True)
    assert cells(b"name,phone,role\nAnne,1,staff", lenient) == [{"name": "Anne", "role": "staff"}]


@pytest.mark.parametrize("name", ["André", "Zoë", "François Noël", "ÉLODIE", "Œuvrard", "Agnès Hélène", "Îlien"])
@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_windows_1252_and_mac_roman_are_distinguished_by_french_names(name: str, encoding: str) -> None:
    assert cells(f"Nom;Rôle\n{name};é\n".encode(encoding))[0]["name"] == name


@pytest.mark.parametrize("name", ["Œuvrard", "Lebœuf", "Sœur Agnès", "LEBŒUF", "François"])
@pytest.mark.parametrize("encoding", ["cp1252", "iso8859_15", "mac_roman", "utf-16", "utf-32"])
def test_a_ligature_is_read_in_each_encoding_that_has_it(name: str, encoding: str) -> None:
    assert cells(f"Nom;Rôle\n{name};é\n".encode(encoding))[0]["name"] == name


def test_a_half_and_a_sum_in_euros_are_read_as_they_were_written() -> None:
    assert cells("Nom;Rôle\nÉlodie;½ pension\n".encode("cp1252"))[0]["role"] == "½ pension"
    assert cells("Nom;Rôle\nÉlodie;30 €\n".encode("cp1252"))[0]["role"] == "30 €"
    assert cells("Nom;Rôle\nÉlodie;30 €\n".encode("iso8859_15"))[0]["role"] == "30 €"


@given(st.binary(max_size=300))
def test_no_file_does_anything_but_be_read_or_be_refused(content: bytes) -> None:
    try:
        rows = read_table(decode_table(content), COLUMNS)
    except TableError:
        return
    assert all(row.cells.keys() <= set(COLUMNS.words) for row in rows)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": st.text(st.characters(codec="cp1252", categories=("L", "P", "Zs")), min_size=1)}
        ),
        max_size=5,
    )
)
def test_quoted_cells_are_read_as_they_were_written(people: list[dict[str, str]]) -> None:
    text = "name;role\n" + "".join(f'"{person["name"].replace(chr(34), chr(34) * 2)}";x\n' for person in people)
    assert [row.cells["name"] for row in read_table(text, COLUMNS)] == [person["name"].strip() for person in people]


def _workbook(member: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("mimetype", f"application/vnd.oasis.{member}")
        zipped.writestr(member, "x" * 2_000)
    return archive.getvalue()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (_workbook("xl/workbook.xml"), "an Excel workbook (.xlsx). In Excel"),
        (_workbook("xl/vbaProject.bin"), "an Excel workbook (.xlsm)"),
        (_workbook("xl/workbook.bin"), "an Excel workbook (.xlsb)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "an Office file with a password"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "is not text"),
        (_workbook("xl/workbook.xml") + bytes(MAX_BYTES), "an Excel workbook (.xlsx)"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an Excel workbook (.xls)"),
        (_workbook("opendocument.spreadsheet"), "a LibreOffice spreadsheet (.ods). In LibreOffice"),
        (_workbook("Index/Document.iwa"), "a spreadsheet of Numbers"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "a file of contacts (vCard)"),
        ("\ufeff<html><table><tr><td>Nom".encode(), "a web page or an XML file"),
        ("<?xml version='1.0'?><Workbook>".encode("utf-16"), "a web page or an XML file"),
    ],
)
def test_a_file_of_another_program_is_refused_by_its_name_with_the_remedy(content: bytes, named: str) -> None:
    assert named in refusal(content)


@pytest.mark.parametrize("title", ["E-mail", "e_mail *", "EMAIL :", "\ufeffe-mail", "(e-mail)", "é-mail"])
def test_a_title_is_known_whatever_marks_stand_around_it(title: str) -> None:
    columns = TableColumns({"email": ("e-mail", "email")}, ("email",))
    assert cells(f"{title};x\na@example.org;1".replace(";x", "").replace(";1", "").encode(), columns) == [
        {"email": "a@example.org"}
    ]


@pytest.mark.parametrize(
    "cell",
    ["0639980001", '"=""0639980001"""', "'0639980001", "\u200b0639980001\u00a0", "\u202a0639980001\u202c"],
)
def test_a_cell_is_read_without_what_keeps_a_spreadsheet_from_computing_it(cell: str) -> None:
    assert cells(f"name;role\nAnne;{cell}".encode()) == [{"name": "Anne", "role": "0639980001"}]


def test_cells_in_quotation_marks_may_stand_behind_a_space() -> None:
    assert cells(b'"name", "role"\n"Anne", "x, y"\n\x1a') == [{"name": "Anne", "role": "x, y"}]


@pytest.mark.parametrize("title", ["E-mail [Required]", "e-mail (obligatoire)", "E-mail * [requis]"])
def test_a_title_is_known_with_a_remark_in_brackets(title: str) -> None:
    columns = TableColumns({"email": ("e-mail",)}, ())
    assert columns.find(title) == "email"
    assert columns.find("E-mail (société)") is None  # another address


def test_a_damaged_file_is_not_taken_for_utf_16() -> None:
    assert "is not text" in refusal(b"name;role\nAn\0ne;x\nBasile;y\n")
