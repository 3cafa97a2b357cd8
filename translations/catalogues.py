"""The catalogues: English is the text in the code, every other language is one .po file of this folder."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LANGUAGES = ("fr", SOURCE)
"""Languages of all pages, the preferred one first. A new language is one more code here and its .po file."""

FOLDER = Path(__file__).parent


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts in this language; for a language that is not in LANGUAGES, and for a text that the catalogue does not
    hold, the English text of the code."""
    if language == SOURCE or language not in LANGUAGES:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        texts = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)
