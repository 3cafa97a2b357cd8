"""Tables for spreadsheets: CSV that a French spreadsheet opens rightly, and XLSX; neither can run a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate: https://owasp.org/www-community/attacks/CSV_Injection"""
BYTE_ORDER_MARK = "\ufeff"
MAX_CELL = 32_767
"""Characters in a cell of XLSX; a longer text is cut."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The table by lines, with a byte order mark and semicolons. A cell that would be a formula begins with '."""
    yield BYTE_ORDER_MARK + _csv_line(titles)
    yield from map(_csv_line, rows)


def write_workbook(file: IO[bytes], title: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes the table as the one sheet of an XLSX file; every cell is text, rows are never all in memory.

    `title`: of the sheet, at most 31 characters, without brackets, colons, stars, question marks and slashes.
    """
    from xlsxwriter import Workbook  # here, as few processes write one, and rarely

    with Workbook(file, _OPTIONS) as workbook:
        sheet, bold = workbook.add_worksheet(title), workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(titles):
            sheet.write_string(0, column, text, bold)
        for number, cells in enumerate(rows, start=1):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(number, column, text[:MAX_CELL])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    safe = [f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells]
    csv.writer(line, delimiter=";").writerow(safe)
    return line.getvalue()
