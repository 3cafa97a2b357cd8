"""Every text that people read exists in every language."""

import re
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from translations import catalogues, extraction
from translations.catalogues import FOLDER, LANGUAGES, SOURCE
from translations.message import translatable, translatable_in_context, translatable_plural

OTHERS = [language for language in LANGUAGES if language != SOURCE]
PLACE = re.compile(r"%\((\w+)\)[sd]")

Key = tuple[str | None, str | tuple[str, ...]]
"""Context and text."""


@pytest.fixture(scope="module")
def extracted() -> tuple[Catalog, str]:
    """The texts in the code, and what Babel complains of."""
    with redirect_stderr(StringIO()) as complaints:
        texts = extraction.extract_texts()
    return texts, complaints.getvalue()


@pytest.fixture(scope="module")
def texts_in_code(extracted: tuple[Catalog, str]) -> Catalog:
    return extracted[0]


@pytest.fixture(scope="module")
def keys_in_code(texts_in_code: Catalog) -> set[Key]:
    return {key_of(text) for text in texts_in_code if text.id}


def key_of(text: Message) -> Key:
    return text.context, text.id if isinstance(text.id, str) else tuple(text.id)


def read(language: str) -> list[Message]:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return [text for text in read_po(file, locale=language, abort_invalid=True) if text.id]


def test_no_text_is_an_f_string_which_cannot_be_translated(extracted: tuple[Catalog, str]) -> None:
    assert extracted[1] == ""


def test_no_text_stands_inside_an_f_string_where_it_is_not_found() -> None:
    hidden = re.compile(r"""\bf"[^"\n]*\{(n?gettext|translate|translatable\w*)\(['"]""")
    folders = ("console", "callback_api", "records", "routing", "correspondence", "prompts", "standardiste")
    files = (path for folder in folders for path in (FOLDER.parent / folder).rglob("*.py"))
    assert [path.name for path in files if hidden.search(path.read_text())] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_in_the_code_is_translated(keys_in_code: set[Key], language: str) -> None:
    translated = read(language)
    missing = sorted(map(str, keys_in_code - {key_of(text) for text in translated}))
    empty = [text.id for text in translated if not is_complete(text.string)]
    fuzzy = [text.id for text in translated if text.fuzzy]
    assert (missing, empty, fuzzy) == ([], [], []), "run script/translations and fill in the .po file"


def is_complete(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_no_text_that_the_code_does_not_have(keys_in_code: set[Key], language: str) -> None:
    assert [key_of(text) for text in read(language) if key_of(text) not in keys_in_code] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_no_value_that_its_text_does_not_have(language: str) -> None:
    for text in read(language):
        forms = text.string if isinstance(text.string, tuple) else (text.string,)
        originals = (text.id,) if isinstance(text.id, str) else text.id
        expected = {name for original in originals for name in PLACE.findall(original)}
        for form in forms:
            assert set(PLACE.findall(form)) <= expected, form


def test_messages_are_found_by_text_context_and_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr "Language: de\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Open"\nmsgstr "Öffnen"\n\n'
        'msgctxt "state"\nmsgid "Open"\nmsgstr "Offen"\n\n'
        'msgid "%(count)s call"\nmsgid_plural "%(count)s calls"\n'
        'msgstr[0] "%(count)s Anruf"\nmsgstr[1] "%(count)s Anrufe"\n'
    )
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogues, "LANGUAGES", (*LANGUAGES, "de"))
    state = translatable_in_context("state", "Open")
    assert (translatable("Open").in_language("de"), state.in_language("de"), str(state)) == ("Öffnen", "Offen", "Open")
    counted = [translatable_plural("%(count)s call", "%(count)s calls", count) for count in (0, 1, 2)]
    assert [message.in_language("de") for message in counted] == ["0 Anrufe", "1 Anruf", "2 Anrufe"]
    assert [str(message) for message in counted] == ["0 calls", "1 call", "2 calls"]
    assert translatable("Not translated, %(name)s", name=state).in_language("de") == "Not translated, Offen"


def test_the_catalogue_of_a_new_language_is_created_with_every_text(
    texts_in_code: Catalog, keys_in_code: set[Key], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "FOLDER", tmp_path)
    extraction.update_catalogue("de", texts_in_code)
    with (tmp_path / "de.po").open("rb") as file:
        created = read_po(file, locale="de", abort_invalid=True)
    assert {key_of(text) for text in created if text.id} == keys_in_code
    assert (created.num_plurals, created.plural_expr) == (2, "(n != 1)")

    before = (tmp_path / "de.po").read_text()
    extraction.update_catalogue("de", texts_in_code)
    assert (tmp_path / "de.po").read_text() == before


def test_no_line_is_broken_before_the_punctuation_of_a_french_sentence() -> None:
    shown = translatable("“%(name)s” is for everybody who handles requests.", name="Impôts").in_language("fr")
    assert "«\N{NO-BREAK SPACE}Impôts\N{NO-BREAK SPACE}»" in shown
    broken = re.compile(r" [:;!?»](\s|$)|« ")
    forms = [form for text in read("fr") for form in ((text.string,) if isinstance(text.string, str) else text.string)]
    shown_forms = [catalogues.hold_lines(form, "fr") for form in forms]
    assert any(map(broken.search, forms)) and not any(map(broken.search, shown_forms))
