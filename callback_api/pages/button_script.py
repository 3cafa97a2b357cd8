"""The script of the button, complete: its code, its texts and its style."""

import json
from functools import cache
from pathlib import Path

from translations import catalogues
from translations.message import translatable

_STATIC = Path(__file__).parent / "static"
_TEXTS = {
    "button": translatable("Call me back"),
    "close": translatable("Close"),
    "loading": translatable("One moment…"),
    "unreachable": translatable("We couldn't reach the service. Check your connection and try again, or open"),
    "whole-page": translatable("the callback page"),
}
"""What the button says before the server's pages are loaded."""

HIDING_SCRIPT = """// No trunk places calls: nobody is offered a callback.
class HiddenButton extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.style.display = "none"; // whatever the page's own style says
  }
}
customElements.get("standardiste-callback") || customElements.define("standardiste-callback", HiddenButton);
"""


def build_script() -> str:
    """One classic script that loads nothing else; less than 15 kB."""
    return _build_script(catalogues.LANGUAGES)


@cache
def _build_script(languages: tuple[str, ...]) -> str:
    texts = {language: {key: text.in_language(language) for key, text in _TEXTS.items()} for language in languages}
    style = "".join((_STATIC / name).read_text() for name in ("panel.css", "button.css"))
    code = (_STATIC / "button.js").read_text()
    return f"{code}\nstandardisteCallback({_json(texts)}, {_json(style)});\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
