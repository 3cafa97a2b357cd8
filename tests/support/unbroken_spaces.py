"""French texts as tests are written: with an ordinary space where a page has one that holds the line."""

import re

_HELD = re.compile("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}](?=[:»;!?])|(?<=«)\N{NO-BREAK SPACE}")


def with_ordinary_spaces(text: str) -> str:
    return _HELD.sub(" ", text)
