"""Which open requests a program asks for by the parameters of /v1/requests."""

from datetime import datetime

from flask import Request

from callback_api.records_api.parameters import invalid_field
from records.inbox.filters import InboxFilter, Owner
from records.requests.requests import RequestKind
from routing.plan.model import Plan
from routing.request_rules import LEVELS, MEDIATION_LEVEL
from translations.message import translatable

NAMES = ("kind", "topic", "level", "owner", "late")
SEEN_LEVELS = tuple(level for level in LEVELS if level < MEDIATION_LEVEL)
_ONLY_OPEN = translatable("This is asked of open requests alone: write state=open, or leave it out.")


def read_request_filter(request: Request, plan: Plan, *, is_open: bool | None, now: datetime) -> InboxFilter | None:
    """The filter of the address; None without one. Raises Problem for a value that fits nothing."""
    said = {name: value for name in NAMES if (value := request.args.get(name))}
    if not said:
        return None
    if not is_open:
        raise invalid_field("state", _ONLY_OPEN)
    known = {
        "kind": [*RequestKind],
        "topic": [topic.name for topic in plan.requests.topics],
        "level": [str(level) for level in SEEN_LEVELS],
        "owner": [Owner.NOBODY, Owner.ANYBODY],
        "late": ["true", "false"],
    }
    for name, value in said.items():
        if value not in known[name]:
            raise invalid_field(name, translatable("Write one of: %(words)s.", words=", ".join(known[name])))
    return InboxFilter(
        Owner(said.get("owner", Owner.ANYBODY)),
        RequestKind(said["kind"]) if "kind" in said else None,
        int(said["level"]) if "level" in said else None,
        said.get("topic"),
        now if said.get("late") == "true" else None,
    )
