"""Every page is in the language of its reader, without texts of another language."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection

from records.users import profile
from routing.access.permissions import Role
from translations.catalogues import FOLDER, LANGUAGES

PATHS = (
    *("/own", "/own/phone", "/own/second-factor", "/people", "/people/invite", "/people/import", "/changes"),
    *(
        "/message",
        "/message/history",
        "/message/embargo",
        "/prompts?in={language}",
        "/plan",
        "/plan/call",
        "/plan/history",
    ),
    *("/plan/text", "/plan/team", "/plan/menu/main", "/plan/hours/always"),
)
PLACE = re.compile(r"%\(\w+\)s|%%")
TAG = re.compile(r"<[^>]*>")
DISTINCTIVE_LENGTH = 25
"""In characters; shorter texts may stand in a page by chance."""


@pytest.fixture
def staff(console: ConsoleApp, tmp_path: Path) -> ConsoleUser:
    PlanSection(console, tmp_path)
    return console.sign_in(Role.ADMINISTRATOR)


def distinctive_parts() -> Iterator[tuple[str, str]]:
    """The language and the longest part without values of each English and French text of the catalogue."""
    with (FOLDER / "fr.po").open("rb") as file:
        for text in read_po(file, locale="fr"):
            if text.id and not text.pluralizable and text.string != text.id:
                for language, form in (("en", text.id), ("fr", text.string)):
                    part = max(PLACE.split(form), key=len).strip()
                    if len(part) >= DISTINCTIVE_LENGTH:
                        yield language, part


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_contains_a_text_in_another_language(console: ConsoleApp, staff: ConsoleUser, language: str) -> None:
    assert staff.user
    profile.set_preferences(console.database, staff.user.actor, language=language, shortcuts=True)
    others = [part for other, part in distinctive_parts() if other != language]
    for path in PATHS:
        page = staff.get(path.format(language=language))
        assert page.status_code == 200, path
        assert f'<html lang="{language}">' in page.text
        text = html.unescape(TAG.sub(" ", page.text))
        assert [part for part in others if part in text] == [], path


def test_an_error_page_is_in_the_language_of_the_reader(console: ConsoleApp) -> None:
    visitor = console.anonymous_user()
    assert "Cette page n'existe pas" in html.unescape(visitor.get("/no-such-page?language=fr").text)
    assert "There is no such page" in visitor.get("/no-such-page?language=en").text
