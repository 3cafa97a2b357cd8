"""The catalogues: English is the text in the code, every other language is one .po file of this folder."""

import re
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

UNBROKEN_SPACES = {
    "fr": (
        (re.compile(r" (?=[:»](?![\w/]))|(?<=«) "), "\N{NO-BREAK SPACE}"),
        (re.compile(r" (?=[;!?](?!\w))"), "\N{NARROW NO-BREAK SPACE}"),
    ),
}
"""Where a line must not be broken: what is an ordinary space in a catalogue, by language, and what is shown.

French: Lexique des règles typographiques en usage à l'Imprimerie nationale, "Ponctuation".
"""

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
    """One of several texts that somebody wrote: in `language`, else in English, else in any language.

    None when there is no text at all.
    """
    return texts.get(language, texts.get(SOURCE, next(iter(texts.values()), None)))


def language_name(language: str) -> str:
    """The name that a language gives itself, as a link shows it: "Français", "English"."""
    name = Locale.parse(language).get_language_name(language) or language
    return name[0].upper() + name[1:]


@cache
def _read_catalogue(folder: Path, language: str) -> Translations:
    with (folder / f"{language}.po").open("rb") as file:
        texts = read_po(file, locale=language, abort_invalid=True)
    for text in texts:
        if text.id and text.string:  # the header has no id
            forms = (text.string,) if isinstance(text.string, str) else text.string
            held = tuple(hold_lines(form, language) for form in forms)
            text.string = held if text.pluralizable else held[0]
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


def hold_lines(text: str, language: str) -> str:
    """The text with spaces at which no line is broken, where the language wants them."""
    for space, shown in UNBROKEN_SPACES.get(language, ()):
        text = space.sub(shown, text)
    return text
