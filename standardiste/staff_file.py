"""People to be added, as somebody typed them: one on the command line, or many in a spreadsheet's CSV file."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from records.people import Newcomer
from routing.numbers import ordinary_line
from routing.plan import LANGUAGES, RANKS

COLUMNS = {
    "name": ("name", "nom"),
    "rank": ("rank", "niveau"),
    "outside": ("outside", "numéro extérieur"),
    "languages": ("languages", "langues"),
}
LONGEST_NAME = 80


class StaffFileError(Exception):
    """The file as a whole cannot be read; str() says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file (counted from 1, the header's): the person on it, or what is wrong with it."""

    number: int
    name: str
    newcomer: Newcomer | None
    problem: str


def read(text: str, *, known: Collection[str], country: str) -> tuple[Line, ...]:
    """Every line with a person; `known` are the names that are taken. Raises StaffFileError.

    The header names the columns, in any order: name, and where wanted rank, outside, languages. Fields are separated
    by commas or semicolons.
    """
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",", strict=True)
    try:
        columns = [_column(title) for title in next(rows, [])]
        if "name" not in columns:
            raise StaffFileError(
                "The first line names no column `name`; write for example: name,rank,outside,languages"
            )
        return tuple(_lines(rows, columns, {name.casefold(): "works here already" for name in known}, country))
    except csv.Error as error:
        raise StaffFileError(f"Line {rows.line_num} cannot be read: {error}.") from None


def newcomer(name: str, *, rank: str = "", outside: str = "", languages: str = "", country: str) -> Newcomer:
    """The person described by these words; empty ones mean rank 1, no outside number, French. Raises ValueError."""
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"a name needs 1 to {LONGEST_NAME} visible characters")
    if rank and rank not in map(str, RANKS):
        raise ValueError(f"the rank {rank!r} is none of {', '.join(map(str, RANKS))}")
    number = outside_line(outside, country) if outside else None
    speaks = spoken(languages or LANGUAGES[0])
    return Newcomer(name.strip(), speaks[0], speaks, int(rank or RANKS[0]), number)


def outside_line(typed: str, country: str) -> str:
    """The number (E.164) at which a person is rung outside. Raises ValueError."""
    number = ordinary_line(typed, country)
    if number is None:
        raise ValueError(f"{typed!r} is no ordinary French telephone number, which alone is rung outside")
    return number


def spoken(typed: str) -> tuple[str, ...]:
    """The languages of "fr,en", each once. Raises ValueError."""
    languages = tuple(dict.fromkeys(typed.replace(" ", "").split(",")))
    if unknown := [language for language in languages if language not in LANGUAGES]:
        raise ValueError(f"the language {unknown[0]!r} is none of {', '.join(LANGUAGES)}")
    return languages


def _column(title: str) -> str:
    named = title.strip().casefold()
    for column, titles in COLUMNS.items():
        if named in titles:
            return column
    raise StaffFileError(f"The column {title.strip()!r} is not known; choose {', '.join(COLUMNS)}.")


def _lines(rows: Iterator[list[str]], columns: list[str], taken: dict[str, str], country: str) -> Iterator[Line]:
    for number, row in enumerate(rows, 2):
        fields = dict(zip(columns, (field.strip() for field in row), strict=False))
        if not any(fields.values()):
            continue
        name = fields["name"]
        try:
            if len(row) > len(columns):
                raise ValueError(f"{len(row)} fields for {len(columns)} columns")
            if name.casefold() in taken:
                raise ValueError(taken[name.casefold()])
            yield Line(number, name, newcomer(**fields, country=country), "")
            taken[name.casefold()] = f"stands on line {number} too"
        except ValueError as error:
            yield Line(number, name, None, str(error))
