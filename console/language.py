"""In which language somebody is answered."""

from flask import g, request
from flask import session as cookie

from console.words import LANGUAGES


def language() -> str:
    """That of the account; before it is known, what was asked for (`?language=`), else the browser's."""
    if found := g.get("console_session"):
        return str(found.account.language)
    return str(cookie.get("language") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0])


def remember() -> None:
    """What the address asks for stays asked for."""
    asked = request.args.get("language", "")
    if asked in LANGUAGES:
        cookie["language"] = asked
