"""The filters of the change log, as its links say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import request, url_for

from console.changes.labels import VALUE_LABELS
from console.changes.sentences import SENTENCES, find_kinds
from console.context import get_context
from console.forms import parse_number
from records.changes import ChangeFilter
from routing.tables import fold_word
from translations.message import Message, translatable
from web.language import translate

MACHINE = "machine"
"""In place of a user's number: what was done without a user."""
PERIODS: Mapping[str, tuple[Message, int]] = {
    "today": (translatable("Today"), 0),
    "week": (translatable("The last 7 days"), 6),
    "month": (translatable("The last 30 days"), 29),
    "year": (translatable("The last 12 months"), 364),
}
"""By name: the label, and how many days before today the period begins."""
MAX_WORDS = 100


@dataclass(frozen=True, slots=True)
class ChangeSearch:
    """What the address asks for; unknown words restrict nothing."""

    person: str = ""
    kind: str = ""
    period: str = ""
    words: str = ""

    def link(self, **other: str) -> str:
        """The address of the page with these filters in place of its own."""
        wanted = {"person": self.person, "kind": self.kind, "period": self.period, "q": self.words, **other}
        filters: dict[str, Any] = {name: value for name, value in wanted.items() if value}
        return url_for("changes.list_changes", **filters)

    @property
    def is_restricted(self) -> bool:
        return bool(self.person or self.kind or self.period or self.words)

    def to_filter(self) -> ChangeFilter:
        """The filter for the database, by today's date on the clocks of the reception."""
        return ChangeFilter(
            user_id=parse_number(self.person),
            by_machine=self.person == MACHINE,
            kinds=find_kinds(self.kind),
            since=_begin_of(self.period) if self.period else None,
            text=_stored_word(self.words),
            text_kinds=_kinds_with(self.words) if self.words else (),
        )


def requested_search() -> ChangeSearch:
    """The filters of the current request."""
    person, kind, period = (request.values.get(name, "") for name in ("person", "kind", "period"))
    return ChangeSearch(
        person if person == MACHINE or parse_number(person) is not None else "",
        kind if find_kinds(kind) else "",
        period if period in PERIODS else "",
        " ".join(request.values.get("q", "").split())[:MAX_WORDS],
    )


def _begin_of(period: str) -> datetime:
    tz = get_context().timezone()
    today = get_context().clock().astimezone(tz).date()
    return datetime.combine(today - timedelta(days=PERIODS[period][1]), time(), tz)


def _stored_word(words: str) -> str:
    """What the change log stores in place of a word that pages show, such as the name of a role; else the words."""
    folded = fold_word(words)
    shown = ((value, label) for labels in VALUE_LABELS.values() for value, label in labels.items())
    return next((value for value, label in shown if folded and fold_word(translate(label)) == folded), words)


def _kinds_with(words: str) -> tuple[str, ...]:
    """The kinds whose sentence has these words."""
    folded, blank = fold_word(words), {"by": "", "subject": ""}
    return tuple(kind for kind, text in SENTENCES.items() if folded in fold_word(translate(text, **blank)))
