"""What the address of the list of calls asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import url_for

from console.context import find_plan, get_context
from console.forms import parse_number
from records.calls import call_list
from records.calls.call_detail import CallRecord
from records.calls.call_list import CallFilter
from records.calls.call_traits import KEYS
from routing.page_positions import write_position
from routing.plan.overflow import is_centre_name
from routing.typed_numbers import parts_of_number
from translations.message import Message, translatable

PERIODS: dict[str, tuple[Message, int]] = {
    "today": (translatable("Today"), 0),
    "week": (translatable("The last 7 days"), 7),
    "month": (translatable("The last 30 days"), 30),
    "year": (translatable("The last 12 months"), 365),
}
"""By name: its label, and how many days before today it begins."""
OUTCOMES: dict[str, Message] = {
    "answered": translatable("Answered"),
    "message": translatable("Heard the message"),
    "left": translatable("Left a message or asked for a call"),
    "abandoned": translatable("Hung up before an answer"),
}
"""The label of each of call_list.OUTCOMES."""
MAX_TYPED = 40


@dataclass(frozen=True, slots=True)
class CallSearch:
    """What the address of the page asks for; what it does not know restricts nothing."""

    period: str = "week"
    outcome: str = ""
    typed: str = ""
    number: str = ""
    key: str = ""
    agent: str = ""
    centre: str = ""

    def link(self, **changed: str) -> str:
        """The address of the list with some of it changed."""
        return url_for("calls.list_calls", **replace(self, **changed).values)

    def older_link(self, last: CallRecord) -> str:
        """The address of the page that goes on after this call."""
        return url_for("calls.list_calls", **self.values, before=write_position(last.started_at, last.ref))

    @property
    def values(self) -> dict[str, Any]:
        """What the address says."""
        asked = {
            "period": self.period,
            "outcome": self.outcome,
            "number": self.number,
            "key": self.key,
            "agent": self.agent,
            "centre": self.centre,
            "q": self.typed,
        }
        return {name: value for name, value in asked.items() if value}

    def to_filter(self, now: datetime) -> CallFilter:
        """The filter of the records; the periods end now, and begin at midnight where the organisation is."""
        tz = get_context().timezone()
        midnight = datetime.combine(now.astimezone(tz).date() - timedelta(days=PERIODS[self.period][1]), time(), tz)
        return CallFilter(
            since=midnight.astimezone(UTC),
            dispositions=call_list.OUTCOMES[self.outcome] if self.outcome else (),
            public_number=self.number,
            digits=parts_of_number(self.typed),
            key=self.key,
            agent_id=int(self.agent) if self.agent else None,
            centre=self.centre,
        )


def read_search(values: Mapping[str, str]) -> CallSearch:
    """The search of an address."""
    period, outcome = values.get("period", ""), values.get("outcome", "")
    typed, key = values.get("q", "").strip()[:MAX_TYPED], values.get("key", "")
    number, plan = values.get("number", ""), find_plan()
    agent, centre = parse_number(values.get("agent", "")), values.get("centre", "")
    return CallSearch(
        period=period if period in PERIODS else "week",
        outcome=outcome if outcome in OUTCOMES else "",
        typed=typed if parts_of_number(typed) else "",
        number=number if plan and any(each.e164 == number for each in plan.numbers) else "",
        key=key if len(key) == 1 and key in KEYS else "",
        agent=str(agent or ""),
        centre=centre if is_centre_name(centre) else "",
    )
