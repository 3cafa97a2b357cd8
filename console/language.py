"""The language of the current request."""

from dataclasses import replace

from flask import g, request
from flask import session as cookie

from translations.catalogues import LANGUAGES
from translations.message import Message


def current_language() -> str:
    """The language of the user; before login, the language of `?language=`, else of the browser."""
    if session := g.get("console_session"):
        return str(session.user.language)
    return str(cookie.get("language") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0])


def remember_language() -> None:
    """Keep the language that the address asks for (`?language=en`) in the cookie."""
    requested = request.args.get("language", "")
    if requested in LANGUAGES:
        cookie["language"] = requested


def translate(message: Message, **values: object) -> str:
    """The text in the language of the current request; `values` fill its places, if it has none of its own yet."""
    return (replace(message, values=values) if values else message).in_language(current_language())
