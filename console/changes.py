"""The record of changes: who, when, from what to what."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.words import WORDS, word
from records import changes
from records.changes import Change
from routing.permissions import Right

blueprint = Blueprint("changes", __name__)
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a change, in words; `before` is empty where nothing was before."""

    field: str
    before: str
    after: str


@blueprint.get("/changes")
@needs(Right.SEE_CHANGES)
def latest() -> str:
    before = request.args.get("before", type=int)
    found = changes.latest(door().base, viewer(), before=before, limit=PER_PAGE)
    older = found[-1].number if len(found) == PER_PAGE else None
    return render_template("changes.html", changes=found, older=older, what=_what, lines=_lines)


def _what(kind: str) -> str:
    return _word("change", kind)


def _lines(change: Change) -> Iterator[Line]:
    for field in dict.fromkeys([*change.before, *change.after]):
        before, after = (_value(field, values.get(field)) for values in (change.before, change.after))
        if before or after:
            yield Line(_word("field", field), before, after or "–")


def _value(field: str, value: object) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no", language())
    text = "" if value is None else str(value)
    return _word(field, text)


def _word(family: str, name: str) -> str:
    """The word for it where there is one, else what is written in the record."""
    key = f"{family}-{name}"
    return word(key, language()) if key in WORDS else name
