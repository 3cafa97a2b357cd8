"""The language in which a visitor is answered."""

from flask import Request

from translations import catalogues


def select_language(request: Request) -> str:
    """The language of `?language=`, else the browser's preferred one, else the first of the catalogues."""
    asked, known = request.args.get("language", ""), catalogues.LANGUAGES
    return asked if asked in known else request.accept_languages.best_match(known) or known[0]
