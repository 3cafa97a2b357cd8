"""The catalogues in a Flask application (Flask-Babel): `_()` and `ngettext()` in its pages."""

from collections.abc import Callable
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

import flask_babel
from flask import Flask
from flask_babel import Babel, Domain
from markupsafe import Markup, escape

from translations.catalogues import SOURCE, catalogue
from translations.message import Message, OwnText


def gettext(text: str, /, **values: object) -> str:
    """The text in the language of the current request, with its %(name)s values."""
    return str(flask_babel.gettext(text, **values))


def ngettext(text: str, plural: str, num: int, /, **values: object) -> str:
    """Like `gettext`, with another text for a `num` other than one."""
    return str(flask_babel.ngettext(text, plural, num, **values))


class _Catalogues(Domain):
    """Flask-Babel reads its files anew for each request; ours are read once for the process."""

    def __init__(self, language: Callable[[], str]) -> None:
        super().__init__()
        self._language = language

    def get_translations(self) -> Any:
        return catalogue(self._language())


def translate_pages(app: Flask, language: Callable[[], str]) -> None:
    """Give the application's templates `_`, `ngettext` and `pgettext`; `language` is that of the current request.

    Texts are escaped, so that no translation can add HTML to a page; so are values, except Markup (a link, say):
    `_("Read %(page)s.", page=link)`. A Message or OwnText that a template prints is printed in the reader's language.
    """
    pages = Babel(app, default_locale=SOURCE, locale_selector=language)
    pages.domain_instance = _Catalogues(language)

    def translate(text: str, /, **values: object) -> Markup:
        chosen = language()
        shown = _find_text(catalogue(chosen), text)
        return _fill(shown, values, chosen) if values else shown

    def translate_plural(text: str, plural: str, num: int, /, **values: object) -> Markup:
        chosen = language()
        return _fill(escape(catalogue(chosen).ngettext(text, plural, num)), {"num": num, **values}, chosen)

    def translate_in_context(context: str, text: str, /, **values: object) -> Markup:
        chosen = language()
        return _fill(escape(str(catalogue(chosen).pgettext(context, text))), values, chosen)

    def print_value(value: object) -> object:
        return value.in_language(language()) if isinstance(value, Message | OwnText) else value

    app.jinja_env.globals.update(
        _=translate, gettext=translate, ngettext=translate_plural, pgettext=translate_in_context
    )
    app.jinja_env.finalize = print_value


@lru_cache(maxsize=4096)  # a list asks for the same few labels again in each row
def _find_text(texts: NullTranslations, text: str) -> Markup:
    return escape(texts.gettext(text))


def _fill(text: Markup, values: dict[str, object], language: str) -> Markup:
    if not values:
        return text
    shown = {
        name: value.in_language(language) if isinstance(value, Message | OwnText) else value
        for name, value in values.items()
    }
    return text % shown
