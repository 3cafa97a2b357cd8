"""Agents to be added: one from the command line, or many from the CSV file of a spreadsheet."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from records.staff.agents import NewAgent
from routing.callbacks.number_ranges import (
    NotCallableError,
    NotCallableReason,
    dialled_ranges,
    read_callable_number,
)
from routing.french_numbering import Territory
from routing.languages import LANGUAGES, find_language
from routing.plan.model import RANKS, Plan
from routing.tables import TableColumns, fold_word, read_table

COLUMNS = TableColumns(
    words={
        "name": (
            *("name", "nom", "full name", "nom complet", "nom et prénom", "prénom et nom", "last name"),
            *("nom prénom", "prénom nom", "nom de famille", "surname"),
        ),
        "rank": ("rank", "niveau", "rang", "level"),
        "outside": (
            *("outside", "numéro extérieur", "outside number", "numéro", "number", "téléphone", "telephone", "phone"),
            *("tél", "portable", "mobile", "numéro de téléphone", "phone number", "n° de téléphone", "n° téléphone"),
            *("téléphone portable", "téléphone mobile", "tél portable", "tél mobile", "mobile phone", "cell phone"),
        ),
        "languages": ("languages", "langues", "langue", "language"),
        "first_name": ("first name", "prénom", "given name"),
    },
    required=("name",),
)
_LANGUAGE_SEPARATORS = re.compile(r"[\s,;/+&|]+")
# "6,4E+08" and "3.3639980001E+10": a spreadsheet has rounded the number.
_ROUNDED = re.compile(r"[0-9]+[.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
# "639980001.0" and "639980001,00": a program took the number for an amount, and lost nothing.
_AS_AMOUNT = re.compile(r"(\+?[0-9]{9,15})[.,]0{1,2}")
MAX_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One line of the file (the header is line 1): the agent on it, or what is wrong with it."""

    number: int
    name: str
    agent: NewAgent | None
    problem: str


@dataclass(frozen=True, slots=True)
class OutsideNumbers:
    """Which outside numbers agents may have: those that the dialplan dials (routing/callbacks/number_ranges.py)."""

    country: str
    ranges: tuple[str, ...]
    own_numbers: frozenset[str]

    @classmethod
    def of(cls, plan: Plan) -> "OutsideNumbers":
        """The plan's."""
        return cls(plan.country, dialled_ranges(plan.callbacks.ranges), plan.own_numbers)


def read_agents(text: str, *, existing_names: Collection[str], numbers: OutsideNumbers) -> tuple[AgentRow, ...]:
    """Every agent of the table; `existing_names` are taken. Raises TableError.

    The columns are name, and optionally first name, rank, outside and languages.
    """
    taken = {name.casefold(): "works here already" for name in existing_names}
    rows = []
    for row in read_table(text, COLUMNS):
        cells = dict(row.cells)
        # Line breaks and no-break spaces become spaces.
        name = " ".join(f"{cells.pop('first_name', '')} {cells.pop('name')}".split())
        try:
            if row.width > row.columns:
                raise ValueError(
                    f"{row.width} fields for {row.columns} columns; put a cell with a separator in quotation marks"
                )
            if name.casefold() in taken:
                raise ValueError(taken[name.casefold()])
            rows.append(AgentRow(row.line, name, parse_agent(name, **cells, numbers=numbers), ""))
            taken[name.casefold()] = f"stands on line {row.line} too"
        except AgentError as error:
            rows.append(AgentRow(row.line, name, None, f"{error} (column {row.title(error.column)})"))
        except ValueError as error:
            rows.append(AgentRow(row.line, name, None, str(error)))
    return tuple(rows)


class AgentError(ValueError):
    """A word that describes an agent is wrong; `column` is its key in COLUMNS, str() says what to write."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def parse_agent(
    name: str, *, rank: str = "", outside: str = "", languages: str = "", numbers: OutsideNumbers
) -> NewAgent:
    """The agent that these words describe; an empty word means rank 1, no outside number, French. Raises AgentError."""
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME_LENGTH:
        raise AgentError("name", f"a name needs 1 to {MAX_NAME_LENGTH} visible characters")
    if rank and rank not in map(str, RANKS):
        raise AgentError("rank", f"the rank {rank!r} is none of {', '.join(map(str, RANKS))}")
    number = parse_outside_number(outside, numbers) if outside else None
    speaks = parse_languages(languages or LANGUAGES[0])
    return NewAgent(name.strip(), speaks[0], speaks, int(rank or RANKS[0]), number)


def parse_outside_number(typed: str, numbers: OutsideNumbers) -> str:
    """The outside number of an agent, in E.164: one that the dialplan dials. Raises AgentError."""
    if _ROUNDED.fullmatch(typed.strip()):
        raise AgentError(
            "outside", f"{typed!r} was rounded by the spreadsheet; format the column as text, and write it again"
        )
    amount = _AS_AMOUNT.fullmatch(typed.strip())
    try:
        number = read_callable_number(
            amount[1] if amount else typed, numbers.country, numbers.ranges, numbers.own_numbers
        )
    except NotCallableError as error:
        if error.reason is NotCallableReason.OWN:
            raise AgentError("outside", f"{typed!r} is a number of this reception; write the agent's own") from None
        raise AgentError(
            "outside", f"{typed!r} is {_ordinary(numbers.ranges)}; write one such as 06 39 98 00 01"
        ) from None
    if number.extension:
        raise AgentError("outside", f"{typed!r} has an extension, which cannot be dialled; write a direct number")
    return number.line


def _ordinary(ranges: tuple[str, ...]) -> str:
    """What a number is not that none of these ranges holds."""
    if ranges == (Territory.METROPOLITAN,):
        return "no ordinary French telephone number, which alone is rung outside"
    return f"no ordinary telephone number of {', '.join(ranges)}, which alone are rung outside"


def parse_languages(typed: str) -> tuple[str, ...]:
    """The languages of "fr,en", each once; also by their names. Raises AgentError."""
    words = [word for word in _LANGUAGE_SEPARATORS.split(typed) if word and fold_word(word) not in ("et", "and")]
    if unknown := [word for word in words if find_language(word) is None]:
        raise AgentError("languages", f"the language {unknown[0]!r} is none of {', '.join(LANGUAGES)}")
    return tuple(dict.fromkeys(language for word in words if (language := find_language(word)))) or LANGUAGES[:1]
