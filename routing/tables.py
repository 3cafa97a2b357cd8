"""Tables of people from a spreadsheet (CSV or text): bytes to rows whose cells have the names of their columns."""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from routing.table_formats import NO_TEXT, refuse_contacts, refuse_other_formats
from routing.text_encodings import decode_text
from translations.message import Message, translatable

MAX_ROWS = 500
MAX_CHARACTERS = 200_000
MAX_BYTES = 4 * MAX_CHARACTERS
DELIMITERS = ";,\t|"

_SEP_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[;,\t|]*', re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_REMARK = re.compile(r"[(\[]\s*(required|optional|requise?|obligatoire|facultati(f|ve))\s*[)\]]\s*$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[-_.:*()/&\u200b-\u200f\u2060\ufeff\u2010-\u2015]+")
_QUOTE_AND_BLANK = re.compile(r'"[ \u00a0]')
MAX_LINES_ABOVE_HEADER = 20
_PART_OF_A_PERSON = re.compile(r".*@.*|[\d\s.+()-]{9,}")
"""A cell that no title of a table has: an e-mail address, or a telephone number."""


_EMPTY = translatable("This file is empty. In the spreadsheet, save it as CSV, and choose that file.")


class TableError(Exception):
    """The file as a whole cannot be read; `message` says why, and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns that a table may have, in any order: the words of the header by column, the column's own name first.

    A column that is not listed is an error, unless `ignore_others`.
    """

    words: Mapping[str, Sequence[str]]
    required: Collection[str]
    ignore_others: bool = False
    max_rows: int = MAX_ROWS

    def find(self, title: str) -> str | None:
        """The column of a title; case, accents and a remark such as "[required]" do not matter."""
        for folded in (fold_word(title), fold_word(_REMARK.sub("", title))):
            if name := next((name for name, words in self.words.items() if folded in map(fold_word, words)), None):
                return name
        return None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `line` counts from 1 at the beginning of the file; `cells` holds the columns that the header names.

    `width` is the number of cells up to the last one that is not empty, `columns` the number that the header has.
    `titles` are the words of the header by column.
    """

    line: int
    cells: Mapping[str, str]
    width: int
    columns: int
    titles: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def title(self, column: str) -> str:
        """The column as the file's header calls it."""
        return self.titles.get(column, column)


def decode_table(content: bytes) -> str:
    """The text of a file: in Unicode, as its byte order mark says, or in an older encoding (`decode_text`).

    Raises TableError for a file that is not text, and for one that is too large.
    """
    if refusal := refuse_contacts(content) or refuse_other_formats(content):
        raise TableError(refusal)
    if len(content) > MAX_BYTES:
        raise _too_long(MAX_CHARACTERS)
    return decode_text_file(content)


def decode_large_table(content: bytes, max_bytes: int) -> str:
    """Like `decode_table`, of so many bytes at most: who reads the file reads one more. Raises TableError."""
    if refusal := refuse_other_formats(content):
        raise TableError(refusal)
    if len(content) > max_bytes:
        count = max_bytes // 1_000_000
        raise TableError(translatable("The file is larger than %(count)s megabytes; split it.", count=count))
    return decode_text_file(content)


def decode_text_file(content: bytes) -> str:
    """Like `decode_table`, of any length and format. Raises TableError for a file that is not text."""
    text = decode_text(content)
    if text is None or "\0" in text:
        raise TableError(NO_TEXT)
    return unicodedata.normalize("NFC", text.rstrip("\x1a"))  # programs of DOS end a file so


def read_table(text: str, columns: TableColumns) -> tuple[TableRow, ...]:
    """Every row that is not blank, below the header.

    The header is the first line that is not blank, after a line such as "sep=;" and after titles of the whole table.
    Cells are separated by one of ; , | or a tab, whichever fits best. Raises TableError.
    """
    if len(text) > (most := MAX_CHARACTERS * columns.max_rows // MAX_ROWS):
        raise _too_long(most)
    if not text.strip():
        raise TableError(_EMPTY)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if first < len(lines) and (stated := stated_delimiter(lines[first])):
        return _rows(lines, _find_header(lines, first + 1, stated, columns), stated, columns)
    starts = {delimiter: _find_header(lines, first, delimiter, columns) for delimiter in DELIMITERS}
    delimiter = _guess_delimiter(lines, starts, columns)
    return _rows(lines, starts[delimiter], delimiter, columns)


def stated_delimiter(line: str) -> str | None:
    """The separator of cells that a line such as "sep=;" names."""
    stated = _SEP_LINE.fullmatch(line.strip(" "))
    return stated[1] if stated else None


def _find_header(lines: Sequence[str], first: int, delimiter: str, columns: TableColumns) -> int:
    """The line of the header; `first` unless titles of the whole table stand above it."""
    above: list[list[str]] = []
    for index in range(first, min(len(lines), first + MAX_LINES_ABOVE_HEADER)):
        try:
            cells = _trim(next(csv.reader([_end_cells(lines[index], delimiter)], delimiter=delimiter), []))
        except csv.Error:
            break
        names = [name for cell in cells if cell and (name := columns.find(cell))]
        if set(columns.required) <= set(names):
            return index if all(_is_title(row, len(names)) for row in above) else first
        if cells:
            above.append(cells)
    return first


def _is_title(cells: Sequence[str], columns: int) -> bool:
    """Whether a line above the header says what the table is: fewer cells than columns, and nobody's address."""
    filled = [cell for cell in cells if cell]
    return len(filled) < columns and not any(_PART_OF_A_PERSON.fullmatch(cell) for cell in filled)


def _rows(lines: Sequence[str], first: int, delimiter: str, columns: TableColumns) -> tuple[TableRow, ...]:
    records = ((line, _trim(cells)) for line, cells in _records(lines[first:], first, delimiter))
    filled = ((line, cells) for line, cells in records if cells)
    line, titles = next(filled, (1, []))
    names = _header(line, titles, columns)
    written = {name: title for name, title in zip(names, titles, strict=True) if name}
    rows = []
    for line, cells in filled:
        named = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        rows.append(TableRow(line, dict.fromkeys(written, "") | named, len(cells), len(names), written))
        if len(rows) > columns.max_rows:
            raise TableError(translatable("The file has more than %(count)s lines; split it.", count=columns.max_rows))
    return tuple(rows)


def _records(lines: Sequence[str], offset: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins: a quoted cell may hold line breaks."""
    text = _end_cells("\n".join(lines), delimiter)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = offset + reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(_quoting_problem(line, str(error))) from None


def _quoting_problem(line: int, error: str) -> Message:
    if error == "unexpected end of data":
        return translatable("Line %(line)s: a quotation mark opens a cell, and none closes it.", line=line)
    if "expected after" in error:
        return translatable('Line %(line)s: inside a cell in quotation marks, write " twice.', line=line)
    return translatable("Line %(line)s: a cell is too long.", line=line)


def _header(line: int, titles: Sequence[str], columns: TableColumns) -> list[str | None]:
    names = [columns.find(title) if title else None for title in titles]
    for title, name in zip(titles, names, strict=True):
        if title and name is None and not columns.ignore_others:
            raise TableError(
                translatable(
                    "Line %(line)s: the column '%(title)s' is not known; choose from %(columns)s.",
                    line=line,
                    title=title,
                    columns=", ".join(columns.words),
                )
            )
        if name and names.count(name) > 1:
            raise TableError(
                translatable("Line %(line)s: the column '%(title)s' is there twice.", line=line, title=title)
            )
    if missing := [name for name in columns.required if name not in names]:
        raise TableError(
            translatable(
                "Line %(line)s: the column '%(missing)s' is missing; name the columns, for example: %(example)s",
                line=line,
                missing=missing[0],
                example=",".join(columns.words),
            )
        )
    return names


def _guess_delimiter(lines: Sequence[str], starts: Mapping[str, int], columns: TableColumns) -> str:
    """The one under which the header names most columns, and then the one with most rows of the header's width."""

    def fitness(delimiter: str) -> tuple[int, float, int]:
        body = lines[starts[delimiter] :]
        try:
            records = [cells for _, record in _records(body, 0, delimiter) if (cells := _trim(record))]
        except TableError:
            records = [_trim(next(csv.reader(body[:1], delimiter=delimiter)))] if body else []
        if not records:
            return 0, 0.0, 0
        known = sum(columns.find(title) is not None for title in records[0])
        steady = sum(len(cells) == len(records[0]) for cells in records) / len(records)
        return known, steady, len(records[0])

    return max(DELIMITERS, key=fitness)


def _end_cells(text: str, delimiter: str) -> str:
    """The text without blanks between a closing quotation mark and the end of its cell, as in '"Anne" ;"Paris"'."""
    if not _QUOTE_AND_BLANK.search(text):
        return text
    kept: list[str] = []
    quoted, index = False, 0
    while index < len(text):
        character = text[index]
        kept.append(character)
        index += 1
        if character != '"':
            continue
        if not quoted:
            before = "".join(kept[-40:-1]).rstrip(" \u00a0")
            quoted = not before or before[-1] in (delimiter, "\n")
        elif text[index : index + 1] == '"':
            kept.append('"')
            index += 1
        else:
            quoted = False
            end = index
            while text[end : end + 1] in (" ", "\u00a0"):
                end += 1
            if text[end : end + 1] in ("", delimiter, "\n"):
                index = end
    return "".join(kept)


def _trim(cells: Sequence[str]) -> list[str]:
    """Cells without outer spaces, and without the empty ones at the end of a row."""
    stripped = [plain_cell(cell) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def plain_cell(cell: str) -> str:
    """The cell without outer spaces and invisible characters, and without what keeps a spreadsheet from computing it.

    Such cells are ="0639980001" and '0639980001.
    """
    visible = "".join(character for character in cell if unicodedata.category(character) != "Cf").strip()
    if kept := _KEPT_AS_TEXT.fullmatch(visible):
        return kept[1].strip()
    return visible.removeprefix("'") if visible[1:2].isdigit() or visible[1:2] == "+" else visible


def fold_word(text: str) -> str:
    """A word for comparing: without case, accents, and marks around it; "E-mail *:" is "e mail"."""
    plain = unicodedata.normalize("NFKD", _PUNCTUATION.sub(" ", text.replace("’", "'"))).casefold()
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())


def _too_long(most: int) -> TableError:
    return TableError(translatable("The file is longer than %(count)s characters; split it.", count=most))
