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
    """The talks of a call, oldest first; one whose end is not on record ended with the call.

    Two may overlap. An agent who speaks with a colleague while the caller hears music still has the caller.
    """
    talks: list[Talk] = []
    for event in events:
        phone = str(event.detail.get("phone", ""))
        place = next((n for n, one in enumerate(talks) if one.phone == phone and one.ended_at is None), None)
        if event.kind == CallEventKind.STAFF_ANSWERED and place is None:
            talks.append(Talk(phone, event.at, None))
        elif event.kind == CallEventKind.STAFF_LEFT and place is not None:
            talks[place] = Talk(phone, talks[place].began_at, event.at)
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
            if own := [one for one in talks if one.phone == sip_account and one.ended_at is None]:
                return CurrentTalk(row.ref, own[0].began_at, row.language)
    return None
