"""Tables for spreadsheets: what is written is what a spreadsheet shows, and nothing in it is calculated."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from routing.table_writing import MAX_CELL, csv_lines, write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_workbook(content: bytes) -> list[list[str]]:
    """The texts of the first sheet, row by row, and a check that each is a text."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
        shared = parts.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else b"<sst/>"
    strings = ["".join(each.itertext()) for each in ElementTree.fromstring(shared)]
    rows = []
    for row in sheet.iter(f"{MAIN}row"):
        assert not list(row.iter(f"{MAIN}f"))
        texts = [(cell.get("t"), "".join(cell.itertext())) for cell in row]
        rows.append([strings[int(text)] if kind == "s" else text for kind, text in texts])
        assert {kind for kind, _ in texts} <= {"s", "inlineStr"}
    return rows


def write(*rows: list[str]) -> bytes:
    file = io.BytesIO()
    write_workbook(file, "appels", ["Numéro", "Nom"], rows)
    return file.getvalue()


def test_a_workbook_holds_each_cell_as_text() -> None:
    cells = ["+33639980001", "=1+1"]
    assert read_workbook(write(cells, ["0042", "https://example.org"])) == [
        ["Numéro", "Nom"],
        cells,
        ["0042", "https://example.org"],
    ]


def test_a_text_that_is_too_long_for_a_cell_is_cut() -> None:
    assert len(read_workbook(write(["x" * 40_000, ""]))[1][0]) == MAX_CELL


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_file_is_calculated(start: str) -> None:
    _, line = csv_lines(["Nom"], [[f"{start}cmd"]])
    assert line.lstrip('"').startswith(f"'{start}")


def test_a_csv_file_is_what_a_french_spreadsheet_opens() -> None:
    assert list(csv_lines(["Nom", "Ville"], [["Élise; fille", "Sète"]])) == [
        "\ufeffNom;Ville\r\n",
        '"Élise; fille";Sète\r\n',
    ]
