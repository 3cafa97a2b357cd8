"""The catalogues: English is the text in the code, every other language is one .po file of this folder."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LANGUAGES = ("fr", SOURCE)
"""Languages of all pages, the preferred one first. A new language is one more code here and its .po file."""

FOLDER = Path(__file__).parent

_Value = TypeVar("_Value")
_ENGLISH = NullTranslations()


def catalogue(language: str) -> NullTranslations:
    """The texts in this language.

    A language that is not in LANGUAGES, or a text missing from the catalogue, gets the English text of the code.
    """
    if language == SOURCE or language not in LANGUAGES:
        return _ENGLISH
    return _read_catalogue(FOLDER, language)


def choose_text(texts: Mapping[str, _Value], language: str) -> _Value | None:
    """One of several texts that somebody wrote in some languages: in `language`, else in English, else None."""
    return texts.get(language, texts.get(SOURCE))


def language_name(language: str) -> str:
    """The name that a language gives itself, as a link shows it: "Français", "English"."""
    name = Locale.parse(language).get_language_name(language) or language
    return name[0].upper() + name[1:]


@cache
def _read_catalogue(folder: Path, language: str) -> Translations:
    with (folder / f"{language}.po").open("rb") as file:
        texts = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)
