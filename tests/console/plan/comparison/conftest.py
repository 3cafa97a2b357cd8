"""Sentences need the language of a request, and nothing else of the console."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from flask import Flask

from translations.web import translate_pages
from web.language import current_language


@pytest.fixture
def speak() -> Iterator[Callable[[str], None]]:
    """A function that makes "fr" or "en" the language of the sentences that follow."""
    app = Flask(__name__)
    app.extensions["site"] = SimpleNamespace(find_language=lambda: None)  # nobody has logged in
    translate_pages(app, current_language)
    contexts = []

    def enter(language: str) -> None:
        context = app.test_request_context(headers={"Accept-Language": language})
        context.push()
        contexts.append(context)

    yield enter
    for context in reversed(contexts):
        context.pop()
