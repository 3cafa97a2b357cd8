"""What the address of the inbox asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for

from console.context import find_plan
from console.forms import parse_number
from console.inbox import labels
from records.inbox.filters import InboxFilter, Owner
from records.requests.requests import RequestKind
from routing.request_rules import LEVELS


@dataclass(frozen=True, slots=True)
class InboxSearch:
    """What the address of the page asks for; what it does not know restricts nothing."""

    owner: Owner = Owner.ANYBODY
    kind: RequestKind | None = None
    level: int | None = None
    topic: str = ""
    late: bool = False

    def link(self, **changed: Any) -> str:
        """The address of the list with some of it changed."""
        return url_for("inbox.list_requests", **replace(self, **changed).values)

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the address."""
        asked = {
            "kind": self.kind.value if self.kind else "",
            "level": str(self.level or ""),
            "topic": self.topic,
            "late": "y" if self.late else "",
        }
        return {"owner": self.owner.value, **{name: value for name, value in asked.items() if value}}

    def to_filter(self, now: datetime) -> InboxFilter:
        """The filter of the records; what is late is late at `now`."""
        return InboxFilter(self.owner, self.kind, self.level, self.topic or None, now if self.late else None)


def read_search(values: Mapping[str, str]) -> InboxSearch:
    """The search of an address, of a form, or of a view that somebody keeps."""
    owner, kind, level = values.get("owner", ""), values.get("kind", ""), parse_number(values.get("level", ""))
    topic = values.get("topic", "")
    return InboxSearch(
        Owner(owner) if owner in [*Owner] else Owner.ANYBODY,
        RequestKind(kind) if kind in [*RequestKind] else None,
        level if level in LEVELS else None,
        topic if topic in labels.topic_titles(find_plan()) else "",
        values.get("late") == "y",
    )
