"""People to be invited to the staff console, as somebody wrote them in a spreadsheet's CSV file."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from routing.permissions import Role
from routing.plan import LANGUAGES

LONGEST_NAME, LONGEST_EMAIL, MOST_LINES, LONGEST_FILE = 80, 254, 500, 200_000
EMAIL = re.compile(r"[A-Za-z0-9][\w.!#$%&'*/=?^`{|}~+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
FORMULA = ("=", "+", "-", "@")
"""A spreadsheet that reads our report would reckon with what begins so."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nom"),
    "email": ("email", "e-mail", "courriel", "adresse e-mail"),
    "role": ("role", "rôle"),
    "language": ("language", "langue"),
}
_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    "administrateur": Role.ADMINISTRATOR,
    "superviseur": Role.SUPERVISOR,
    "standard": Role.STAFF,
    "médiateur": Role.MEDIATOR,
    "rédaction": Role.MESSAGE_EDITOR,
    "débordement": Role.OVERFLOW_AGENT,
}


PROBLEMS: Mapping[str, str] = {
    "name:invalid": f"a name needs 1 to {LONGEST_NAME} visible characters, and does not begin with = + - @",
    "email:invalid": "an address looks like first.last@example.org",
    "email:taken": "this address has an account already, or stands on a line before",
    "role:invalid": f"the role is none of {', '.join(Role)}",
    "language:invalid": f"the language is none of {', '.join(LANGUAGES)}",
}
"""What can be wrong with a line, in English; pages have words of their own."""


class PeopleFileError(Exception):
    """The file as a whole cannot be read. `reason`: "columns", "csv" or "long"."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file (counted from 1, the header's). `problem`: "" or one of PROBLEMS."""

    number: int
    name: str
    email: str
    role: Role = Role.STAFF
    language: str = LANGUAGES[0]
    problem: str = ""


def decoded(content: bytes) -> str:
    """The file's text: UTF-8, else what spreadsheets of Western Europe write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str, *, known: Collection[str]) -> tuple[Line, ...]:
    """Every line with somebody on it; `known` are the addresses that have an account. Raises PeopleFileError.

    The header names the columns, in any order: name, email, and where wanted role (staff) and language (fr). Fields are
    separated by commas or semicolons.
    """
    if len(text) > LONGEST_FILE:
        raise _too_long()
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",", strict=True)
    try:
        columns = [_column(title) for title in next(rows, [])]
        if not {"name", "email"} <= set(columns):
            raise PeopleFileError("columns", "The first line must name the columns; write: name,email,role,language")
        lines = tuple(_lines(rows, columns, {email.lower() for email in known}))
    except csv.Error as error:
        raise PeopleFileError("csv", f"Line {rows.line_num} cannot be read: {error}.") from None
    if len(lines) > MOST_LINES:
        raise _too_long()
    return lines


def name_problem(name: str) -> str:
    """What is wrong with a person's name, "" when nothing is."""
    fits = name.strip() and name.isprintable() and len(name) <= LONGEST_NAME and not name.startswith(FORMULA)
    return "" if fits else "name:invalid"


def email_problem(email: str) -> str:
    """What is wrong with an e-mail address, "" when nothing is."""
    return "" if len(email) <= LONGEST_EMAIL and EMAIL.fullmatch(email) else "email:invalid"


def _too_long() -> PeopleFileError:
    return PeopleFileError("long", f"The file has more than {MOST_LINES} people; split it.")


def _column(title: str) -> str:
    return next((column for column, titles in _COLUMNS.items() if title.strip().casefold() in titles), "")


def _lines(rows: Iterator[list[str]], columns: list[str], taken: set[str]) -> Iterator[Line]:
    for number, row in enumerate(rows, 2):
        fields = dict(zip(columns, (field.strip() for field in row), strict=False))
        if not any(fields.values()):
            continue
        line = _line(number, fields, taken)
        taken.add(line.email)
        yield line


def _line(number: int, fields: Mapping[str, str], taken: set[str]) -> Line:
    name, email = fields.get("name", ""), fields.get("email", "").lower()
    role = _ROLES.get((fields.get("role") or Role.STAFF).casefold())
    language = (fields.get("language") or LANGUAGES[0]).lower()
    problem = name_problem(name) or email_problem(email)
    problem = problem or ("email:taken" if email in taken else "")
    problem = problem or ("role:invalid" if role is None else "")
    problem = problem or ("language:invalid" if language not in LANGUAGES else "")
    return Line(number, name, email, role or Role.STAFF, language, problem)
