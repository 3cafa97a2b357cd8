"""What open pages of the console show and what changes by itself: a version of each topic, without its content.

A page is told the name of a topic whose version is another one than before, and asks for its parts again. Each topic is
told to those alone who may see what it is about; requests of level 3 have a topic of their own.
"""

from collections.abc import Hashable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select

from records.actor import Actor
from records.call_events import CallEventKind
from records.calls.statistics import MAX_CALL_DURATION, count_waiting_calls_in
from records.database.engine import Database
from records.overrides import list_overrides_in
from records.request_visibility import visible_to_all
from records.schema import CallEvent, PlanVersion, Presence, RequestEntry, Transfer
from records.schema import Request as Requests
from routing.access.permissions import Permission


class Topic(StrEnum):
    """The values are names in events, but for MEDIATION, which pages know as REQUESTS."""

    RECEPTION = "reception"
    """Open or closed, how many callers wait, who takes calls, who talks and hands a caller over."""
    REQUESTS = "requests"
    MEDIATION = "mediation"
    """The requests of level 3."""

    @property
    def event_name(self) -> str:
        return Topic.REQUESTS.value if self is Topic.MEDIATION else self.value


_PERMISSIONS: Mapping[Topic, Permission] = {
    Topic.RECEPTION: Permission.SEE_RECEPTION,
    Topic.REQUESTS: Permission.SEE_REQUESTS,
    Topic.MEDIATION: Permission.SEE_MEDIATION,
}

_OF_TALKS = (
    CallEventKind.STAFF_ANSWERED,
    CallEventKind.STAFF_LEFT,
    CallEventKind.CENTRE_ANSWERED,
    CallEventKind.TRANSFER_RETURNED,
)

TopicVersions = Mapping[Topic, Hashable]


def visible_topics(actor: Actor) -> frozenset[Topic]:
    """The topics that this actor may be told of."""
    return frozenset(topic for topic in Topic if actor.may(_PERMISSIONS[topic]))


def read_topic_versions(database: Database, at: datetime) -> TopicVersions:
    """A value for each topic that is another one after each change; a few short queries.

    Raises DatabaseBusy, DatabaseUnavailable.
    """
    with database.read() as connection:
        return {
            Topic.RECEPTION: _reception(connection, at),
            Topic.REQUESTS: _requests(connection, visible_to_all()),
            Topic.MEDIATION: _requests(connection, ~visible_to_all()),
        }


def _reception(connection: Connection, at: datetime) -> Hashable:
    presences = select(Presence.agent_id, Presence.version, Presence.wrapup_until, Presence.wrapup_lengthened)
    return (
        count_waiting_calls_in(connection, at),
        tuple(tuple(row) for row in connection.execute(presences.order_by(Presence.agent_id))),
        list_overrides_in(connection),
        _talks_and_transfers(connection, at),
        connection.scalar(select(func.max(PlanVersion.version))),
    )


def _talks_and_transfers(connection: Connection, at: datetime) -> Hashable:
    """Who talks with callers, and who is handed over."""
    of_talks = (CallEvent.kind.in_(_OF_TALKS), CallEvent.at > at - MAX_CALL_DURATION)
    talks = connection.execute(select(func.count(), func.max(CallEvent.at)).where(*of_talks)).one()
    recent = Transfer.asked_at > at - MAX_CALL_DURATION
    asked = select(func.count(), func.count(Transfer.taken_at), func.count(Transfer.failed_at)).where(recent)
    return (*talks, *connection.execute(asked).one())


def _requests(connection: Connection, which: ColumnElement[bool]) -> Hashable:
    """Of the open requests that `which` chooses, and what was last done with one of them."""
    counts = (func.count(), func.max(Requests.id), func.sum(Requests.owner_id), func.max(Requests.taken_at))
    is_open = Requests.closed_at.is_(None)
    shown = select(*counts, func.sum(Requests.level), func.count(Requests.joined_to)).where(is_open, which)
    entries = select(RequestEntry.id).join(Requests, Requests.id == RequestEntry.request_id).where(which)
    last_entry = entries.order_by(RequestEntry.id.desc()).limit(1)
    return (*connection.execute(shown).one(), connection.scalar(last_entry))
