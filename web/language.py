"""The language of the current request."""

from dataclasses import replace

from flask import current_app, request
from flask import session as cookie

from translations.catalogues import LANGUAGES
from translations.message import Message

LANGUAGE = "language"
"""The key of the cookie for the language that was chosen before login."""


def current_language() -> str:
    """The language of the person; before login, that of `?language=`, else of the browser."""
    if own := current_app.extensions["site"].find_language():
        return str(own)
    return str(cookie.get(LANGUAGE) or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0])


def remember_language() -> None:
    """Keeps the language that the address asks for (`?language=en`) in the cookie."""
    requested = request.args.get("language", "")
    if requested in LANGUAGES:
        cookie[LANGUAGE] = requested


def translate(message: Message, **values: object) -> str:
    """The text in the language of the current request; `values` fill its places, if it has none of its own yet."""
    return (replace(message, values=values) if values else message).in_language(current_language())
