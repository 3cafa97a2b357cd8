"""Who talked with the caller, and when, from the events of the call: a transfer ends one talk and begins another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from records.call_events import CallEvent, CallEventKind
from records.calls.call_rows import list_events
from records.calls.statistics import MAX_CALL_DURATION
from records.database.engine import Database
from records.schema import Call
from records.schema import CallEvent as Events


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent, by SIP account, talked with the caller; `ended_at` None: they still do."""

    phone: str
    began_at: datetime
    ended_at: datetime | None


def list_talks(events: Iterable[CallEvent], call_ended_at: datetime | None) -> tuple[Talk, ...]:
    """The talks of a call, oldest first; one whose end is not on record ended with the call."""
    talks: list[Talk] = []
    for event in events:
        phone = str(event.detail.get("phone", ""))
        if event.kind == CallEventKind.STAFF_ANSWERED:
            talks.append(Talk(phone, event.at, None))
        elif event.kind == CallEventKind.STAFF_LEFT and talks and talks[-1].phone == phone:
            ended_at = talks[-1].ended_at or event.at
            talks[-1] = Talk(phone, talks[-1].began_at, ended_at)
    return tuple(Talk(one.phone, one.began_at, one.ended_at or call_ended_at) for one in talks)


@dataclass(frozen=True, slots=True)
class CurrentTalk:
    """The call that an agent has now, and its language."""

    ref: str
    since: datetime
    language: str


def find_current_talk(database: Database, sip_account: str, at: datetime) -> CurrentTalk | None:
    """The call in which this agent talks with a caller now."""
    phone = Events.detail["phone"].as_string()
    live = (Call.ended_at.is_(None), Call.started_at > at - MAX_CALL_DURATION)
    rows = select(Call.ref, Call.language).join(Events, Events.call_ref == Call.ref)
    rows = rows.where(*live, Events.kind == CallEventKind.STAFF_ANSWERED, phone == sip_account).distinct()
    with database.read() as connection:
        for row in connection.execute(rows).all():
            talks = list_talks(list_events(connection, row.ref), None)
            if talks and talks[-1].phone == sip_account and talks[-1].ended_at is None:
                return CurrentTalk(row.ref, talks[-1].began_at, row.language)
    return None
