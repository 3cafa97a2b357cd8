"""The script of the button, complete: what it does, what it says before our pages are there, and how it looks."""

import json
from functools import cache
from pathlib import Path

from callback_api.words import WORDS

_STATIC = Path(__file__).parent / "static"
_WORDS = ("button", "close", "loading", "unreachable", "whole-page")


@cache
def script() -> str:
    """One classic script, which asks for nothing else to be loaded: JavaScript below 15 kB."""
    words = {key: WORDS[key] for key in _WORDS}
    style = "".join((_STATIC / name).read_text() for name in ("panel.css", "button.css"))
    code = (_STATIC / "button.js").read_text()
    return f"{code}\nstandardisteCallback({_json(words)}, {_json(style)});\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
