"""What a centre sends for a month, as a table: its invoice call by call, or the hours of its agents day by day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from routing.tables import TableColumns, TableError, TableRow, read_table
from translations.message import Message, translatable

MAX_LINES = 50_000
MAX_BYTES = 5_000_000
REFERENCE_TITLES = (
    *("reference", "référence", "ref", "réf", "x-call-ref", "référence de l'appel"),
    *("appel", "call"),
)
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


class StatementKind(StrEnum):
    INVOICE = "invoice"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the file. Of an invoice: `reference`, `amount` in euros, `seconds` of the talk if it says them.

    Of hours: `day` and `hours`.
    """

    line: int
    reference: str = ""
    seconds: Decimal | None = None
    amount: Decimal | None = None
    day: date | None = None
    hours: Decimal | None = None


_COLUMNS: Mapping[StatementKind, TableColumns] = {
    StatementKind.INVOICE: TableColumns(
        words={
            "reference": REFERENCE_TITLES,
            "amount": ("amount", "montant", "montant ht", "prix", "prix ht", "price"),
            "seconds": ("seconds", "secondes", "durée", "duration", "durée en secondes", "talk time"),
        },
        required=("reference", "amount"),
        ignore_others=True,
        max_rows=MAX_LINES,
    ),
    StatementKind.HOURS: TableColumns(
        words={"day": ("day", "jour", "date"), "hours": ("hours", "heures", "nombre d'heures", "heures d'agents")},
        required=("day", "hours"),
        ignore_others=True,
        max_rows=MAX_LINES,
    ),
}


def read_statement(kind: StatementKind, month: date, text: str) -> tuple[StatementLine, ...]:
    """The lines of the table about the month that begins on `month`.

    Raises TableError with the first line that cannot be read, or is about a day of another month: a file is
    imported whole or not at all.
    """
    rows = read_table(text, _COLUMNS[kind])
    if not rows:
        raise TableError(translatable("The file has no line below its titles."))
    if kind is StatementKind.INVOICE:
        return tuple(_read_invoice_row(row) for row in rows)
    return tuple(_read_hours_row(row, month) for row in rows)


def sum_hours(lines: Sequence[StatementLine]) -> Mapping[date, Decimal]:
    """The hours of each day: a file may have a line for each agent."""
    hours: dict[date, Decimal] = {}
    for line in lines:
        if line.day is not None and line.hours is not None:
            hours[line.day] = hours.get(line.day, Decimal(0)) + line.hours
    return hours


def _read_invoice_row(row: TableRow) -> StatementLine:
    reference = row.cells["reference"].lower()
    if not reference or len(reference) > 64:
        raise _refused(row, "reference", translatable("the reference of a call"))
    seconds = row.cells.get("seconds", "")
    return StatementLine(
        row.line,
        reference,
        _read_seconds(row, seconds) if seconds else None,
        _read_number(row, "amount", row.cells["amount"].removesuffix("€")),
    )


def _read_hours_row(row: TableRow, month: date) -> StatementLine:
    day = _read_day(row)
    if day.replace(day=1) != month:
        raise _refused(row, "day", translatable("a day of the month that was chosen"))
    typed = row.cells["hours"].removesuffix("h")
    if clock := _CLOCK.fullmatch(typed.strip()):
        hours = Decimal(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)) / 3600
    else:
        hours = _read_number(row, "hours", typed)
    if not 0 <= hours <= 100_000:
        raise _refused(row, "hours", translatable("a number of hours"))
    return StatementLine(row.line, day=day, hours=hours)


def _read_seconds(row: TableRow, cell: str) -> Decimal:
    """A length in seconds, or as 2:05 or 0:02:05."""
    if clock := _CLOCK.fullmatch(cell):
        parts = [int(part) for part in cell.split(":")]
        hours, minutes, seconds = parts if clock[3] else [0, *parts]
        return Decimal(hours * 3600 + minutes * 60 + seconds)
    return _read_number(row, "seconds", cell.removesuffix("s"))


def _read_number(row: TableRow, column: str, cell: str) -> Decimal:
    typed = "".join(cell.split())
    if not _NUMBER.fullmatch(typed):
        raise _refused(row, column, translatable("a number, such as 12.50"))
    return Decimal(typed.replace(",", "."))


def _read_day(row: TableRow) -> date:
    cell = row.cells["day"]
    try:
        if found := _DAY.fullmatch(cell):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(cell)
    except ValueError:
        raise _refused(row, "day", translatable("a day, such as 31/12/2030")) from None


def _refused(row: TableRow, column: str, expected: Message) -> TableError:
    return TableError(
        translatable(
            "Line %(line)s, column “%(column)s”: “%(cell)s” is not %(expected)s. Correct it, and import it again.",
            line=row.line,
            column=row.title(column),
            cell=row.cells.get(column, "")[:60],
            expected=expected,
        )
    )
