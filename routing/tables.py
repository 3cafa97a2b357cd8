"""Tables of people from a spreadsheet (CSV or text): bytes to rows whose cells have the names of their columns."""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from translations.message import Message, translatable

MAX_ROWS = 500
MAX_CHARACTERS = 200_000
MAX_BYTES = 4 * MAX_CHARACTERS
DELIMITERS = ";,\t|"

_SEP_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[;,\t|]*', re.IGNORECASE)
_EXCEL = translatable(
    "This is an Excel workbook (.xlsx). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_OLD_EXCEL = translatable(
    "This is an Excel workbook (.xls). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_LIBREOFFICE = translatable(
    "This is a LibreOffice spreadsheet (.ods). In LibreOffice (File, Save as), save it as CSV, and choose that file."
)
_NUMBERS = translatable("This is a spreadsheet of Numbers. In Numbers, choose File, Export to, CSV; choose that file.")
_CONTACTS = translatable(
    "This is a file of contacts (vCard). Choose a table with one person on each line, saved as CSV."
)
_MARKUP = translatable(
    "This is a web page or an XML file, whatever its name. Open it in the spreadsheet, save it as CSV and choose that."
)
_NO_TEXT = translatable("This file is not text. In the spreadsheet, save it as CSV and choose that file.")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What marks a file inside a ZIP archive; the names of its members are not compressed.
_ZIP_CONTENTS = ((b"xl/", _EXCEL), (b"opendocument.spreadsheet", _LIBREOFFICE), (b"Index/", _NUMBERS))
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_REMARK = re.compile(r"[(\[]\s*(required|optional|requise?|obligatoire|facultati(f|ve))\s*[)\]]\s*$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[-_.:*()\u200b-\u200f\u2060\ufeff\u2010-\u2015]+")
_FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»’…–\u00a0")


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
    """The text of a file: what its byte order mark says, else UTF-8, UTF-16, Windows-1252 or Mac Roman.

    Raises TableError for a file that is not text, and for one that is too large.
    """
    if refusal := _other_format(content):
        raise TableError(refusal)
    if len(content) > MAX_BYTES:
        raise _too_long()
    text = _decode(content)
    if text is None or "\0" in text:
        raise TableError(_NO_TEXT)
    return unicodedata.normalize("NFC", text.rstrip("\x1a"))  # programs of DOS end a file so


def read_table(text: str, columns: TableColumns) -> tuple[TableRow, ...]:
    """Every row that is not blank. The first line that is not blank, after a line such as "sep=;", is the header.

    Cells are separated by one of ; , | or a tab, whichever fits best. Raises TableError.
    """
    if len(text) > MAX_CHARACTERS:
        raise _too_long()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if first < len(lines) and (stated := _SEP_LINE.fullmatch(lines[first].strip(" "))):
        return _rows(lines, first + 1, stated[1], columns)
    return _rows(lines, first, _guess_delimiter(lines[first:], columns), columns)


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
        if len(rows) > MAX_ROWS:
            raise TableError(translatable("The file has more than %(count)s people; split it.", count=MAX_ROWS))
    return tuple(rows)


def _records(lines: Sequence[str], offset: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins: a quoted cell may hold line breaks."""
    reader = csv.reader(StringIO("\n".join(lines), newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
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


def _guess_delimiter(lines: Sequence[str], columns: TableColumns) -> str:
    """The one under which the header names most columns, and then the one with most rows of the header's width."""

    def fitness(delimiter: str) -> tuple[int, float, int]:
        try:
            records = [cells for _, record in _records(lines, 0, delimiter) if (cells := _trim(record))]
        except TableError:
            records = [_trim(next(csv.reader(lines[:1], delimiter=delimiter)))] if lines else []
        if not records:
            return 0, 0.0, 0
        known = sum(columns.find(title) is not None for title in records[0])
        steady = sum(len(cells) == len(records[0]) for cells in records) / len(records)
        return known, steady, len(records[0])

    return max(DELIMITERS, key=fitness)


def _trim(cells: Sequence[str]) -> list[str]:
    """Cells without outer spaces, and without the empty ones at the end of a row."""
    stripped = [_plain_cell(cell) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _plain_cell(cell: str) -> str:
    """The cell without outer spaces and invisible characters, and without what keeps a spreadsheet from computing it.

    Such cells are ="0639980001" and '0639980001.
    """
    visible = "".join(character for character in cell if unicodedata.category(character) != "Cf").strip()
    if kept := _KEPT_AS_TEXT.fullmatch(visible):
        return kept[1].strip()
    return visible.removeprefix("'") if visible[1:2].isdigit() or visible[1:2] == "+" else visible


def fold_word(text: str) -> str:
    """A word for comparing: without case, accents, and marks around it; "E-mail *:" is "e mail"."""
    plain = unicodedata.normalize("NFKD", _PUNCTUATION.sub(" ", text)).casefold()
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())


def _other_format(content: bytes) -> Message | None:
    """What a file is that no reader of tables understands; None for what may be text."""
    if content.startswith(_ZIP):
        return next((refusal for mark, refusal in _ZIP_CONTENTS if mark in content), _NO_TEXT)
    if content.startswith(_OLE):
        return _OLD_EXCEL
    if content.startswith(b"%PDF"):
        return _NO_TEXT
    begin = content[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if begin.startswith(b"begin:vcard"):
        return _CONTACTS
    return _MARKUP if begin.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")) else None


def _decode(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(content, "utf-16")
    utf_8 = _strict(content, "utf-8-sig")
    if utf_8 is not None and "\0" not in utf_8:
        return utf_8
    if b"\0" in content:
        if content.count(0) * 10 < len(content):  # single zero bytes: a damaged file, not UTF-16
            return None
        # ASCII letters in UTF-16 have a zero byte behind them (little endian) or before them (big endian).
        little = content[1::2].count(0) > content[::2].count(0)
        return _strict(content, "utf-16-le" if little else "utf-16-be")
    windows, mac = _strict(content, "cp1252"), content.decode("mac_roman")
    return mac if windows is None or _french_score(mac) > _french_score(windows) else windows


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _french_score(text: str) -> int:
    """How many characters outside ASCII are likely in French, less those that are not."""
    return sum(
        1 if character in _FRENCH and not _is_capital_inside_word(text, index) else -1
        for index, character in enumerate(text)
        if not character.isascii()
    )


def _is_capital_inside_word(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    return text[index].isupper() and before.isalpha() and (before.islower() or after.islower())


def _too_long() -> TableError:
    return TableError(translatable("The file is longer than %(count)s characters; split it.", count=MAX_CHARACTERS))
