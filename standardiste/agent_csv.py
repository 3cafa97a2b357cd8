"""Agents to be added: one from the command line, or many from the CSV file of a spreadsheet."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from records.staff.agents import NewAgent
from routing.errors import InvalidTextError
from routing.languages import LANGUAGES, find_language
from routing.plan.model import RANKS
from routing.queue.outside_numbers import OutsideNumbers
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
MAX_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One line of the file (the header is line 1): the agent on it, or what is wrong with it."""

    number: int
    name: str
    agent: NewAgent | None
    problem: str


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
    try:
        return numbers.read(typed)
    except InvalidTextError as error:
        raise AgentError("outside", str(error)) from None


def parse_languages(typed: str) -> tuple[str, ...]:
    """The languages of "fr,en", each once; also by their names. Raises AgentError."""
    words = [word for word in _LANGUAGE_SEPARATORS.split(typed) if word and fold_word(word) not in ("et", "and")]
    if unknown := [word for word in words if find_language(word) is None]:
        raise AgentError("languages", f"the language {unknown[0]!r} is none of {', '.join(LANGUAGES)}")
    return tuple(dict.fromkeys(language for word in words if (language := find_language(word)))) or LANGUAGES[:1]
