"""What staff read: both languages say the same, and nothing that a page asks for is missing."""

import re
from pathlib import Path

import pytest

from console import words
from routing.permissions import Role

FOLDER = Path(words.__file__).parent
USED = re.compile(r"""\b(?:t|word)\(["']([a-z0-9:_.-]+)["'][,)]""")


def test_both_languages_say_the_same_with_the_same_places() -> None:
    for key, (french, english) in words.WORDS.items():
        assert french and english, key
        assert sorted(re.findall("{[a-z_]+}", french)) == sorted(re.findall("{[a-z_]+}", english)), key


@pytest.mark.parametrize(
    "file", sorted({*FOLDER.glob("*.py"), *FOLDER.glob("templates/**/*.html")}), ids=lambda it: it.name
)
def test_every_word_that_is_asked_for_is_there(file: Path) -> None:
    assert set(USED.findall(file.read_text())) <= words.WORDS.keys()


def test_every_role_has_a_name() -> None:
    assert {f"role-{role}" for role in Role} <= words.WORDS.keys()
