"""Large tables of contacts (CSV), row by row: a damaged row is told, and the next one is read."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from routing.contact_files.fields import ContactField, guess_field
from routing.email_addresses import is_email_address
from routing.tables import DELIMITERS, MAX_LINES_ABOVE_HEADER, plain_cell, stated_delimiter

SAMPLE_LINES = 60
MAX_LINE = 20_000
"""Characters; a longer line is no row of a table of people."""
MAX_COLUMNS = 200
_LINES_OF_A_ROW = 40
"""A quoted cell may hold line breaks; a quotation mark that nobody closes must not swallow the file."""
TOO_LONG, QUOTE = "too_long", "quote"


@dataclass(frozen=True, slots=True)
class TableLayout:
    """`header`: the line of the titles (from 1), 0 when the table has none; then `titles` are empty words."""

    delimiter: str
    header: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A row: the line on which it begins (from 1), and its cells; or TOO_LONG or QUOTE, why it cannot be read."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


def find_layout(lines: Iterable[str]) -> TableLayout:
    """How a table is written, by its first lines: the separator, and where its header is."""
    sample = [line.rstrip("\n") for line in islice(lines, SAMPLE_LINES)]
    first = next((index for index, line in enumerate(sample) if line.strip()), 0)
    stated = stated_delimiter(sample[first]) if sample else None
    start = first + 1 if stated else first
    layouts = [_layout(sample, start, delimiter) for delimiter in ([stated] if stated else DELIMITERS)]
    return max(layouts, key=lambda found: found[0])[1]


def read_records(lines: Iterable[str], layout: TableLayout) -> Iterator[TableRecord]:
    """Every row below the header that is not blank. `lines` end with a line break; see `limit_lines`."""
    pending: list[tuple[int, str]] = []
    numbered = enumerate(lines, 1)
    for number, line in _below_header(numbered, layout, pending):
        if len(line) > MAX_LINE:
            yield TableRecord(number, (), TOO_LONG)
            continue
        taken = [(number, line)]
        cells = _parse(_feed(taken, numbered, pending), layout.delimiter)
        if cells is None:
            yield TableRecord(number, (), QUOTE)
            pending[:0] = taken[1:]  # what follows the line may be good
        elif any(cells):
            yield TableRecord(number, cells)


def limit_lines(file: Iterable[str]) -> Iterator[str]:
    """The lines of a text that has no line breaks but LF, each cut behind MAX_LINE characters."""
    for line in file:
        yield line if len(line) <= MAX_LINE else line[: MAX_LINE + 1]


def _below_header(
    numbered: Iterator[tuple[int, str]], layout: TableLayout, pending: list[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    while True:
        item = pending.pop(0) if pending else next(numbered, None)
        if item is None:
            return
        if item[0] > layout.header and not (item[0] == 1 and stated_delimiter(item[1].rstrip("\n"))):
            yield item


def _feed(
    taken: list[tuple[int, str]], numbered: Iterator[tuple[int, str]], pending: list[tuple[int, str]]
) -> Iterator[str]:
    """The line, and those behind it as long as the reader asks for more; all of them are noted in `taken`."""
    yield taken[0][1]
    while len(taken) < _LINES_OF_A_ROW:
        item = pending.pop(0) if pending else next(numbered, None)
        if item is None:
            return
        taken.append(item)
        if len(item[1]) > MAX_LINE:
            return
        yield item[1]


def _parse(lines: Iterable[str], delimiter: str) -> tuple[str, ...] | None:
    """The cells of the next row; None for a quotation mark out of place."""
    try:
        cells = next(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return None
    return tuple(clean_cell(cell) for cell in cells[:MAX_COLUMNS])


def clean_cell(cell: str) -> str:
    """The cell as people read it: no control characters, no apostrophe that keeps a spreadsheet from computing."""
    return plain_cell("".join(" " if unicodedata.category(each) == "Cc" else each for each in cell))


def _layout(sample: Sequence[str], first: int, delimiter: str) -> tuple[tuple[int, float, int], TableLayout]:
    """The layout with this separator, and how well it fits: known titles, rows of one width, columns."""
    rows = [(index, cells) for index in range(first, len(sample)) if (cells := _loose(sample[index], delimiter))]
    known = [(sum(bool(guess_field(cell)) for cell in cells), -index, cells) for index, cells in rows]
    above = known[:MAX_LINES_ABOVE_HEADER]
    best, line, titles = max(above, key=lambda found: found[:2]) if above else (0, 0, ())
    if best and any(_is_of_a_person(cell) for cell in titles):
        best = 0
    body = [len(cells) for index, cells in rows if index >= -line] or [0]
    width = max(set(body), key=lambda width: (body.count(width), width))
    steady = body.count(width) / len(body)
    if not best and (not rows or any(_is_of_a_person(cell) for cell in rows[0][1])):
        return (0, steady, width), TableLayout(delimiter, 0, ("",) * width)
    if not best:
        line, titles = -rows[0][0], rows[0][1]
    return (best, steady, len(titles)), TableLayout(delimiter, 1 - line, tuple(titles[:MAX_COLUMNS]))


def _loose(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line[:MAX_LINE]], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return ()
    cleaned = [clean_cell(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return tuple(cleaned)


def _is_of_a_person(cell: str) -> bool:
    return is_email_address(cell) or (sum(each.isdigit() for each in cell) >= 9)


def fields_of(record: TableRecord, columns: Sequence[ContactField]) -> dict[ContactField, list[str]]:
    """The filled cells of a row, by what its columns hold."""
    found: dict[ContactField, list[str]] = {}
    for cell, field in zip(record.cells, columns, strict=False):
        if cell and field:
            found.setdefault(field, []).append(cell)
    return found
