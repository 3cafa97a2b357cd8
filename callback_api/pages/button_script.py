"""The script of the button, complete: its code, its texts and its style."""

import json
from functools import cache
from pathlib import Path

from translations import catalogues
from translations.message import translatable

_STATIC = Path(__file__).parent / "static"
_TEXTS = {
    "close": translatable("Close"),
    "loading": translatable("One moment…"),
    "unreachable": translatable("We couldn't reach the service. Check your connection and try again, or open"),
}
_CALLBACK_TEXTS = {"button": translatable("Call me back"), "whole-page": translatable("the callback page")}
_INQUIRY_TEXTS = {"button": translatable("Write to us"), "whole-page": translatable("the page for messages")}
"""What the button says before the server's pages are loaded."""


def build_script(*, offers_callbacks: bool) -> str:
    """One classic script that loads nothing else; less than 15 kB.

    Where no callback is offered, because no trunk places calls, the button offers to write.
    """
    return _build_script(offers_callbacks, catalogues.LANGUAGES)


@cache
def _build_script(offers_callbacks: bool, languages: tuple[str, ...]) -> str:
    form, said = ("callback", _CALLBACK_TEXTS) if offers_callbacks else ("inquiry", _INQUIRY_TEXTS)
    texts = {
        language: {key: text.in_language(language) for key, text in {**said, **_TEXTS}.items()}
        for language in languages
    }
    style = "".join((_STATIC / name).read_text() for name in ("panel.css", "button.css"))
    code = (_STATIC / "button.js").read_text()
    return f"{code}\nstandardisteCallback({_json(form)}, {_json(texts)}, {_json(style)});\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
