"""The language of the current request, and light or dark."""

from flask import g, request
from flask import session as cookie

from translations.catalogues import LANGUAGES

THEMES = ("system", "light", "dark")
THEME = "theme"


def current_language() -> str:
    """The language of the person; before login, that of `?language=`, else of the browser."""
    if session := g.get("centre_session"):
        return str(session.account.language)
    return str(cookie.get("language") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0])


def remember_language() -> None:
    """Keeps the language that the address asks for (`?language=en`) in the cookie."""
    requested = request.args.get("language", "")
    if requested in LANGUAGES:
        cookie["language"] = requested


def chosen_theme() -> str:
    """One of THEMES; kept in a cookie of this browser."""
    theme = request.cookies.get(THEME, "")
    return theme if theme in THEMES else THEMES[0]
