"""People to be invited to the console: the rows of a spreadsheet."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from routing.access.permissions import Role
from routing.access.role_names import find_role, role_names
from routing.languages import LANGUAGES, find_language
from routing.tables import TableColumns, TableRow, read_table

MAX_NAME_LENGTH, MAX_EMAIL_LENGTH = 80, 254
EMAIL_PATTERN = re.compile(r"[A-Za-z0-9][\w.!#$%&'*/=?^`{|}~+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
FORMULA_PREFIXES = ("=", "+", "-", "@")
"""A spreadsheet that opens our report would compute what begins with one of these."""

COLUMNS = TableColumns(
    words={
        "name": (
            *("name", "nom", "full name", "nom complet", "nom et prénom", "prénom et nom", "last name"),
            *(
                "nom prénom",
                "prénom nom",
                "nom de famille",
                "surname",
                "nom d'usage",
                "personne",
                "person",
                "nom, prénom",
            ),
        ),
        "email": (
            *("email", "e-mail", "courriel", "mail", "mél", "adresse e-mail", "adresse mail", "adresse courriel"),
            *("adresse électronique", "adresse de courriel", "e-mail address", "email address", "adresse email"),
            *("adresse mél", "adresse de messagerie", "mail address", "messagerie", "adresse de courrier électronique"),
            *("courrier électronique", "e-mail professionnel", "mail professionnel", "courriel professionnel"),
            *("adresse e-mail professionnelle", "adresse mail professionnelle", "work e-mail", "work email"),
        ),
        "role": ("role", "rôle", "profil", "profile", "fonction", "droits", "rôle dans la console", "access"),
        "language": ("language", "langue", "lang", "langue préférée", "preferred language", "langue de la console"),
        "first_name": ("first name", "prénom", "given name"),
    },
    required=("name", "email"),
    ignore_others=True,
)
ROW_PROBLEMS: Mapping[str, str] = {
    "row:too-long": "the line has more cells than the header; put a cell that holds a separator in quotation marks",
    "name:invalid": f"a name needs 1 to {MAX_NAME_LENGTH} visible characters, and does not begin with = + - @",
    "email:invalid": "an address looks like first.last@example.org",
    "email:taken": "this address has an account already",
    "email:repeated": "this address is already on an earlier line",
    "role:invalid": f"the role is none of {role_names('fr')} ({', '.join(Role)})",
    "language:invalid": f"the language is none of {', '.join(LANGUAGES)}",
}
"""What can be wrong with a row, by code; the console has texts of its own (console/user_texts.py)."""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One person. `number` is the line in the file; `problem` is "" or a key of ROW_PROBLEMS.

    With a problem, `column` is the header's word for the cell that is wrong, and `found` what stands there.
    """

    number: int
    name: str
    email: str
    role: Role = Role.STAFF
    language: str = LANGUAGES[0]
    problem: str = ""
    column: str = ""
    found: str = ""


def read_invitations(text: str, *, known_emails: Collection[str]) -> tuple[InvitationRow, ...]:
    """Every person of the table; `known_emails` have an account already. Raises TableError.

    The columns are name and email, and optionally first name, role (staff) and language (fr); others are ignored.
    """
    taken = {email.lower(): "email:taken" for email in known_emails}
    rows = []
    for table_row in read_table(text, COLUMNS):
        row = _parse_row(table_row, taken)
        taken.setdefault(row.email, "email:repeated")
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


def _parse_row(row: TableRow, taken: Mapping[str, str]) -> InvitationRow:
    cells = row.cells
    # Line breaks and no-break spaces become spaces.
    name = " ".join(f"{cells.get('first_name', '')} {cells['name']}".split())
    email = cells["email"].lower()
    role = find_role(cells.get("role") or Role.STAFF)
    language = find_language(cells.get("language") or LANGUAGES[0])
    problems = {
        "": "row:too-long" if row.width > row.columns else "",
        "name": name_problem(name),
        "email": email_problem(email) or taken.get(email, ""),
        "role": "" if role else "role:invalid",
        "language": "" if language else "language:invalid",
    }
    column, problem = next(((column, problem) for column, problem in problems.items() if problem), ("", ""))
    wrong = InvitationRow(row.line, name, email, role or Role.STAFF, language or LANGUAGES[0], problem)
    return replace(wrong, column=row.title(column), found=cells[column]) if column else wrong
