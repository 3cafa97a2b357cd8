"""Agents to be added: one from the command line, or many from the CSV file of a spreadsheet."""

from collections.abc import Collection
from dataclasses import dataclass

from records.staff.agents import NewAgent
from routing.languages import LANGUAGES
from routing.numbers import parse_ordinary_number
from routing.plan.model import RANKS
from routing.tables import TableColumns, read_table

COLUMNS = TableColumns(
    words={
        "name": ("name", "nom"),
        "rank": ("rank", "niveau"),
        "outside": ("outside", "numéro extérieur"),
        "languages": ("languages", "langues"),
    },
    required=("name",),
)
MAX_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One line of the file (the header is line 1): the agent on it, or what is wrong with it."""

    number: int
    name: str
    agent: NewAgent | None
    problem: str


def read_agents(text: str, *, existing_names: Collection[str], country: str) -> tuple[AgentRow, ...]:
    """Every agent of the table; `existing_names` are taken. Raises TableError.

    The columns are name, and optionally rank, outside and languages.
    """
    taken = {name.casefold(): "works here already" for name in existing_names}
    rows = []
    for row in read_table(text, COLUMNS):
        name = row.cells["name"]
        try:
            if row.width > row.columns:
                raise ValueError(f"{row.width} fields for {row.columns} columns")
            if name.casefold() in taken:
                raise ValueError(taken[name.casefold()])
            rows.append(AgentRow(row.line, name, parse_agent(**row.cells, country=country), ""))
            taken[name.casefold()] = f"stands on line {row.line} too"
        except ValueError as error:
            rows.append(AgentRow(row.line, name, None, str(error)))
    return tuple(rows)


def parse_agent(name: str, *, rank: str = "", outside: str = "", languages: str = "", country: str) -> NewAgent:
    """The agent that these words describe; an empty word means rank 1, no outside number, French. Raises ValueError."""
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"a name needs 1 to {MAX_NAME_LENGTH} visible characters")
    if rank and rank not in map(str, RANKS):
        raise ValueError(f"the rank {rank!r} is none of {', '.join(map(str, RANKS))}")
    number = parse_outside_number(outside, country) if outside else None
    speaks = parse_languages(languages or LANGUAGES[0])
    return NewAgent(name.strip(), speaks[0], speaks, int(rank or RANKS[0]), number)


def parse_outside_number(typed: str, country: str) -> str:
    """The outside number of an agent, in E.164. Raises ValueError."""
    number = parse_ordinary_number(typed, country)
    if number is None:
        raise ValueError(f"{typed!r} is no ordinary French telephone number, which alone is rung outside")
    return number


def parse_languages(typed: str) -> tuple[str, ...]:
    """The languages of "fr,en", each once. Raises ValueError."""
    languages = tuple(dict.fromkeys(typed.replace(" ", "").split(",")))
    if unknown := [language for language in languages if language not in LANGUAGES]:
        raise ValueError(f"the language {unknown[0]!r} is none of {', '.join(LANGUAGES)}")
    return languages
