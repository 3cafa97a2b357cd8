"""In which language a visitor is answered."""

from flask import Request

from routing.plan import LANGUAGES


def language_of(request: Request) -> str:
    """What the address asks for (`?language=`), else the browser, else the house's first language."""
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
