"""Every text that people read exists in every language."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from translations.catalogues import FOLDER, LANGUAGES, SOURCE

OTHERS = [language for language in LANGUAGES if language != SOURCE]
PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def texts_in_code(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    found = tmp_path_factory.mktemp("texts") / "texts.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "--mapping-file"]
    extract += [str(FOLDER / "babel.cfg"), "--keywords", "translatable", "--keywords", "translatable_plural:1,2"]
    subprocess.run([*extract, "--output-file", str(found), "."], cwd=FOLDER.parent, check=True)
    return _read(found)


def _read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_in_the_code_is_translated(texts_in_code: Catalog, language: str) -> None:
    translated = _read(FOLDER / f"{language}.po", language)
    missing = [text.id for text in texts_in_code if text.id and text.id not in translated]
    empty = [text.id for text in translated if text.id and not _complete(text.string)]
    fuzzy = [text.id for text in translated if text.id and text.fuzzy]
    assert (missing, empty, fuzzy) == ([], [], []), "run script/translations and fill in the .po file"


def _complete(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_no_text_that_nobody_reads(texts_in_code: Catalog, language: str) -> None:
    translated = _read(FOLDER / f"{language}.po", language)
    assert [text.id for text in translated if text.id and text.id not in texts_in_code] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_values_as_its_text(language: str) -> None:
    for text in _read(FOLDER / f"{language}.po", language):
        if text.id:
            expected = _places(text.id)
            for form in text.string if isinstance(text.string, tuple) else (text.string,):
                assert set(PLACE.findall(form)) <= expected, form


def _places(text: str | tuple[str, str] | list[str]) -> set[str]:
    return {name for form in ((text,) if isinstance(text, str) else text) for name in PLACE.findall(form)}
