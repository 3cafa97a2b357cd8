"""Tables of people to be invited: words of both languages, and what is said about a wrong line."""

from pathlib import Path

import pytest

from console.user_texts import ROW_PROBLEMS as CONSOLE_PROBLEMS
from routing.access.invitation_file import ROW_PROBLEMS, InvitationRow, read_invitations
from routing.access.permissions import Role
from routing.access.role_names import ROLE_LABELS, find_role
from routing.tables import decode_table
from translations.catalogues import LANGUAGES


def read(*lines: str, known: tuple[str, ...] = ()) -> tuple[InvitationRow, ...]:
    return read_invitations("\n".join(lines), known_emails=known)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", Role)
def test_a_role_is_known_by_the_name_that_the_console_shows(role: Role, language: str) -> None:
    name = ROLE_LABELS[role].in_language(language)
    for word in (name, name.upper(), f" {name.lower()} ", role.value, role.value.replace("_", " ")):
        (row,) = read("Nom;Courriel;Rôle", f"Anne;anne@example.org;{word}")
        assert (row.role, row.problem) == (role, "")


@pytest.mark.parametrize("word", ["admin", "rédaction", "redaction", "standardiste"])
def test_other_usual_words_for_a_role_are_known(word: str) -> None:
    assert find_role(word)


@pytest.mark.parametrize(
    "header",
    [
        *("name,email,role,language", "Nom,Courriel,Rôle,Langue", "NOM,E-mail,ROLE,LANGUE"),
        *("Nom complet,Adresse e-mail,Rôle,Langue", "Full name,E-mail address,Role,Language", "nom,mél,rôle,langue"),
    ],
)
def test_the_header_is_read_in_french_and_in_english(header: str) -> None:
    (row,) = read(header, "Anne Exemple,anne@example.org,Superviseur,anglais")
    assert (row.name, row.email, row.role, row.language) == ("Anne Exemple", "anne@example.org", Role.SUPERVISOR, "en")


def test_a_first_name_in_a_column_of_its_own_comes_before_the_name() -> None:
    (row,) = read("Nom;Prénom;E-mail", "Exemple;Anne;anne@example.org")
    assert row.name == "Anne Exemple"


@pytest.mark.parametrize(
    ("line", "problem", "column", "found"),
    [
        ("Anne;anne@;standard;fr", "email:invalid", "Courriel", "anne@"),
        ("Anne;anne@example.org;chef;fr", "role:invalid", "Rôle", "chef"),
        ("Anne;anne@example.org;;klingon", "language:invalid", "Langue", "klingon"),
        ("=1+1;anne@example.org;;", "name:invalid", "Nom", "=1+1"),
        ("Anne;KNOWN@example.org;;", "email:taken", "Courriel", "KNOWN@example.org"),
        ("Anne;first@example.org;;", "email:repeated", "Courriel", "first@example.org"),
        ("Anne;anne@example.org;;fr;more", "row:too-long", "", ""),
    ],
)
def test_a_wrong_line_names_its_column_and_what_stands_there(line: str, problem: str, column: str, found: str) -> None:
    rows = read("Nom;Courriel;Rôle;Langue", "Un;first@example.org;;", line, known=("known@example.org",))
    wrong = rows[1]
    assert (wrong.number, wrong.problem, wrong.column, wrong.found) == (3, problem, column, found)
    assert ROW_PROBLEMS[problem] and CONSOLE_PROBLEMS[problem].in_language("fr")


def test_the_refusal_of_a_role_lists_the_roles_by_their_names() -> None:
    assert "Rédaction des messages" in ROW_PROBLEMS["role:invalid"]
    assert "Médiateur" in CONSOLE_PROBLEMS["role:invalid"].in_language("fr")
    assert "Mediator or Message editor" in CONSOLE_PROBLEMS["role:invalid"].in_language("en")


@pytest.mark.parametrize("title", ["Adresse email", "Email Address [Required]", "Adresse mél", "Adresse de messagerie"])
def test_an_address_is_known_by_its_usual_titles(title: str) -> None:
    (row,) = read_invitations(f"Nom\u00a0Prénom;{title}\nAnne\u00a0Exemple;a@example.org", known_emails=())
    assert (row.name, row.email, row.problem) == ("Anne Exemple", "a@example.org", "")


@pytest.mark.parametrize(("word", "language"), [("fr-FR", "fr"), ("en_GB", "en"), ("EN-us", "en"), ("de-DE", "")])
def test_a_language_is_known_with_its_region(word: str, language: str) -> None:
    (row,) = read("Nom;E-mail;Langue", f"Anne;a@example.org;{word}")
    assert (row.language, row.problem) == ((language, "") if language else ("fr", "language:invalid"))


def test_the_example_of_the_documents_invites_everybody_in_it() -> None:
    text = decode_table((Path(__file__).parents[3] / "docs" / "examples" / "people.csv").read_bytes())
    rows = read_invitations(text, known_emails=())
    assert [(row.name, row.role, row.problem) for row in rows] == [
        ("Élodie Martin", Role.SUPERVISOR, ""),
        ("Zoé Durand", Role.STAFF, ""),
        ("Driss Petit", Role.MESSAGE_EDITOR, ""),
    ]
