"""The catalogues in a Flask application (Flask-Babel): `_()` and `ngettext()` in its pages, dates in its time zone."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import Babel, Domain, force_locale, gettext, ngettext

from translations.catalogues import SOURCE, catalogue

__all__ = ["force_locale", "gettext", "ngettext", "translate_pages"]


class _Catalogues(Domain):
    """Flask-Babel reads its files anew for each request; ours are read once for the process."""

    def __init__(self, language: Callable[[], str]) -> None:
        super().__init__()
        self._language = language

    def get_translations(self) -> Any:
        return catalogue(self._language())


def translate_pages(app: Flask, language: Callable[[], str]) -> None:
    """Give the application's templates `_` and `ngettext`; `language` says which one the current request reads."""
    pages = Babel(app, default_locale=SOURCE, locale_selector=language)
    pages.domain_instance = _Catalogues(language)
