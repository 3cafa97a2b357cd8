"""The people of an overflow centre: what they may do on its pages, and the table from which many are added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.access.invitation_file import COLUMNS, email_problem, name_problem
from routing.languages import LANGUAGES, find_language
from routing.tables import TableRow, fold_word, read_table
from translations.message import Message, translatable


class CentreRole(StrEnum):
    """What somebody of a centre may do. The values are stored."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    """Sees the figures of the centre too, and which outcomes are missing."""


CENTRE_ROLES: Mapping[CentreRole, Message] = {
    CentreRole.AGENT: translatable("Agent of the centre"),
    CentreRole.SUPERVISOR: translatable("Supervisor of the centre"),
}
PROBLEMS: Mapping[str, Message] = {
    "row:too-long": translatable(
        "The line has more cells than the header: put a cell that holds a separator in quotation marks."
    ),
    "name:invalid": translatable("A name has 1 to 80 characters, and does not begin with = + - @."),
    "email:invalid": translatable("An address looks like first.last@example.org."),
    "email:taken": translatable("Somebody of a centre has an account with this address already."),
    "email:repeated": translatable("This address is already on an earlier line."),
    "role:invalid": translatable("The role is neither agent nor supervisor."),
    "language:invalid": translatable("The language is neither fr nor en."),
}
_WORDS = {
    "agent": CentreRole.AGENT,
    "agente": CentreRole.AGENT,
    "supervisor": CentreRole.SUPERVISOR,
    "superviseur": CentreRole.SUPERVISOR,
    "superviseuse": CentreRole.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class CentrePerson:
    """One line of the table, `line`; `problem` is "" or a key of PROBLEMS."""

    line: int
    name: str
    email: str
    role: CentreRole
    language: str
    problem: str = ""


def find_centre_role(word: str) -> CentreRole | None:
    """The role that a word means, in French or English; "" is an agent."""
    return _WORDS.get(fold_word(word) or "agent")


def find_problem(name: str, email: str, taken: Collection[str]) -> str:
    """What is wrong with somebody who is to have an account, as a key of PROBLEMS; "" when nothing is."""
    return name_problem(name) or email_problem(email) or ("email:taken" if email in taken else "")


def read_people(text: str, taken: Collection[str]) -> tuple[CentrePerson, ...]:
    """Everybody of the table, whose columns are name and email, and first name, role and language if there are any.

    `taken`: the addresses that have an account. Raises TableError.
    """
    people: list[CentrePerson] = []
    for row in read_table(text, COLUMNS):
        people.append(_read_person(row, taken, {each.email for each in people}))
    return tuple(people)


def _read_person(row: TableRow, taken: Collection[str], earlier: Collection[str]) -> CentrePerson:
    cells = row.cells
    name = " ".join(f"{cells.get('first_name', '')} {cells['name']}".split())
    email = cells["email"].lower()
    role, language = find_centre_role(cells.get("role", "")), find_language(cells.get("language") or LANGUAGES[0])
    problems = (
        "row:too-long" if row.width > row.columns else "",
        find_problem(name, email, taken),
        "email:repeated" if email in earlier else "",
        "" if role else "role:invalid",
        "" if language else "language:invalid",
    )
    problem = next(filter(None, problems), "")
    return CentrePerson(row.line, name, email, role or CentreRole.AGENT, language or LANGUAGES[0], problem)
