"""People to be invited to the console: the rows of a spreadsheet."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from routing.access.permissions import Role
from routing.languages import LANGUAGES
from routing.tables import TableColumns, TableRow, read_table

MAX_NAME_LENGTH, MAX_EMAIL_LENGTH = 80, 254
EMAIL_PATTERN = re.compile(r"[A-Za-z0-9][\w.!#$%&'*/=?^`{|}~+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
FORMULA_PREFIXES = ("=", "+", "-", "@")
"""A spreadsheet that opens our report would compute what begins with one of these."""

_COLUMNS = TableColumns(
    words={
        "name": ("name", "nom"),
        "email": ("email", "e-mail", "courriel", "adresse e-mail"),
        "role": ("role", "rôle"),
        "language": ("language", "langue"),
    },
    required=("name", "email"),
    ignore_others=True,
)
_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    "administrateur": Role.ADMINISTRATOR,
    "superviseur": Role.SUPERVISOR,
    "standard": Role.STAFF,
    "médiateur": Role.MEDIATOR,
    "rédaction": Role.MESSAGE_EDITOR,
    "débordement": Role.OVERFLOW_AGENT,
}


ROW_PROBLEMS: Mapping[str, str] = {
    "row:too-long": "the line has more cells than the header",
    "name:invalid": f"a name needs 1 to {MAX_NAME_LENGTH} visible characters, and does not begin with = + - @",
    "email:invalid": "an address looks like first.last@example.org",
    "email:taken": "this address has an account already, or stands on a line before",
    "role:invalid": f"the role is none of {', '.join(Role)}",
    "language:invalid": f"the language is none of {', '.join(LANGUAGES)}",
}
"""What can be wrong with a row, by code; the console has texts of its own (console/user_texts.py)."""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One person. `number` is the line in the file; `problem` is "" or a key of ROW_PROBLEMS."""

    number: int
    name: str
    email: str
    role: Role = Role.STAFF
    language: str = LANGUAGES[0]
    problem: str = ""


def read_invitations(text: str, *, known_emails: Collection[str]) -> tuple[InvitationRow, ...]:
    """Every person of the table; `known_emails` have an account already. Raises TableError.

    The columns are name and email, and optionally role (staff) and language (fr); others are ignored.
    """
    taken = {email.lower() for email in known_emails}
    rows = []
    for table_row in read_table(text, _COLUMNS):
        row = _parse_row(table_row, taken)
        taken.add(row.email)
        rows.append(row)
    return tuple(rows)


def name_problem(name: str) -> str:
    """What is wrong with a name, as a key of ROW_PROBLEMS; "" when it is good."""
    fits = (
        name.strip() and name.isprintable() and len(name) <= MAX_NAME_LENGTH and not name.startswith(FORMULA_PREFIXES)
    )
    return "" if fits else "name:invalid"


def email_problem(email: str) -> str:
    """What is wrong with an e-mail address, as a key of ROW_PROBLEMS; "" when it is good."""
    return "" if len(email) <= MAX_EMAIL_LENGTH and EMAIL_PATTERN.fullmatch(email) else "email:invalid"


def _parse_row(row: TableRow, taken: Collection[str]) -> InvitationRow:
    name, email = row.cells["name"], row.cells["email"].lower()
    role = _ROLES.get((row.cells.get("role") or Role.STAFF).casefold())
    language = (row.cells.get("language") or LANGUAGES[0]).lower()
    problem = "row:too-long" if row.width > row.columns else ""
    problem = problem or name_problem(name) or email_problem(email)
    problem = problem or ("email:taken" if email in taken else "")
    problem = problem or ("role:invalid" if role is None else "")
    problem = problem or ("language:invalid" if language not in LANGUAGES else "")
    return InvitationRow(row.line, name, email, role or Role.STAFF, language, problem)
