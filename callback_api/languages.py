"""The language in which a visitor is answered."""

from flask import Request

from routing.languages import LANGUAGES as PROMPT_LANGUAGES
from translations import catalogues


def select_language(request: Request) -> str:
    """The language of `?language=`, else the browser's preferred one, else the first of the catalogues."""
    asked, known = request.args.get("language", ""), catalogues.LANGUAGES
    return asked if asked in known else request.accept_languages.best_match(known) or known[0]


def prompt_language(language: str) -> str:
    """The language in which a reader of `language` hears prompts: English when there are no prompts in theirs."""
    return language if language in PROMPT_LANGUAGES else catalogues.SOURCE
