"""What open pages of the console show and what changes by itself: a version of each topic, without its content.

A page is told the name of a topic whose version is another one than before, and asks for its parts again. Each topic is
told to those alone who may see what it is about; requests of level 3 have a topic of their own.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select

from records.actor import Actor
from records.calls.live_calls import read_queue_signature
from records.calls.statistics import MAX_CALL_DURATION
from records.database.engine import Database
from records.messages.draft_types import DraftState
from records.overrides import list_overrides_in
from records.requests.visibility import visible_to_all
from records.schema import (
    BlackoutPeriod,
    Callback,
    CallEvent,
    CallWriteup,
    MessageDraft,
    MessageVersion,
    MessageWithdrawal,
    PlanVersion,
    Presence,
    RequestEntry,
    SipAccount,
    Transfer,
)
from records.schema import Request as Requests
from records.staff.presence import PresenceState
from routing.access.permissions import Permission


class Topic(StrEnum):
    """The values are names in events, but for MEDIATION, which pages know as REQUESTS."""

    RECEPTION = "reception"
    """Open or closed, and until when."""
    CALLERS = "callers"
    """Who waits, who talks, and who is handed over."""
    TEAM = "team"
    """Who takes calls."""
    REQUESTS = "requests"
    MEDIATION = "mediation"
    """The requests of level 3."""
    MESSAGES = "messages"
    """What callers hear, and what waits for approval."""

    @property
    def event_name(self) -> str:
        return Topic.REQUESTS.value if self is Topic.MEDIATION else self.value


_PERMISSIONS: Mapping[Topic, Permission] = {
    Topic.RECEPTION: Permission.SEE_RECEPTION,
    Topic.CALLERS: Permission.SEE_RECEPTION,
    Topic.TEAM: Permission.SEE_RECEPTION,
    Topic.REQUESTS: Permission.SEE_REQUESTS,
    Topic.MEDIATION: Permission.SEE_MEDIATION,
    Topic.MESSAGES: Permission.HEAR_MESSAGES,
}


@dataclass(frozen=True, slots=True)
class PageState:
    """A version of each topic, and of what concerns one agent alone, by agent.

    `waiting` and `ready` are the counts of every page: callers in the queue, and agents who take calls.
    """

    topics: Mapping[Topic, Hashable]
    agents: Mapping[int, Hashable]
    waiting: int
    ready: int


def visible_topics(actor: Actor) -> frozenset[Topic]:
    """The topics that this actor may be told of."""
    return frozenset(topic for topic in Topic if actor.may(_PERMISSIONS[topic]))


def may_see_counts(actor: Actor) -> bool:
    """Whether the actor may be told how many callers wait and how many agents take calls."""
    return actor.may(Permission.SEE_RECEPTION)


def read_page_state(database: Database, at: datetime) -> PageState:
    """The versions at `at`, by a few short queries. Raises DatabaseBusy, DatabaseUnavailable."""
    with database.read() as connection:
        waiting, callers, talks = read_queue_signature(connection, at)
        team = connection.execute(_PRESENCES).all()
        handed_over = _transfers(connection, at)
        topics = {
            Topic.RECEPTION: (list_overrides_in(connection), connection.scalar(select(func.max(PlanVersion.version)))),
            Topic.CALLERS: (callers, handed_over),
            Topic.TEAM: tuple(map(tuple, team)),
            Topic.REQUESTS: _requests(connection, visible_to_all()),
            Topic.MEDIATION: _requests(connection, ~visible_to_all()),
            Topic.MESSAGES: _messages(connection),
        }
        ready = sum(row.state == PresenceState.READY for row in team)
        # Whom a transfer concerns, their page finds out (records/transfers/progress.py): transfers are rare.
        written = {row.agent_id: tuple(row) for row in connection.execute(_WRITEUPS)}
        agents = {
            row.agent_id: (
                *(tuple(row), talks.get(row.name), handed_over, row.rung_for in waiting),
                written.get(row.agent_id),
            )
            for row in team
        }
        return PageState(topics, agents, len(waiting), ready)


_PRESENCES = (
    select(
        *(Presence.agent_id, SipAccount.name, Presence.state, Presence.version),
        *(Presence.wrapup_until, Presence.wrapup_lengthened, Presence.rung_for, Presence.rung_at),
    )
    .join(SipAccount, SipAccount.claimed_by == Presence.agent_id)
    .order_by(Presence.agent_id)
)


# What agents write of the calls that their pages show.
_WRITEUPS = select(CallWriteup.agent_id, CallWriteup.note_version, CallWriteup.settled_at).join(
    Presence, (Presence.agent_id == CallWriteup.agent_id) & (Presence.rung_for == CallWriteup.call_ref)
)


def _transfers(connection: Connection, at: datetime) -> Hashable:
    """Of the calls that were handed over lately, and of what happened in them since."""
    recent = Transfer.asked_at > at - MAX_CALL_DURATION
    asked = select(func.count(), func.count(Transfer.taken_at), func.count(Transfer.failed_at)).where(recent)
    happened = select(func.count(CallEvent.id)).join(Transfer, Transfer.call_ref == CallEvent.call_ref).where(recent)
    return (*connection.execute(asked).one(), connection.scalar(happened))


def _requests(connection: Connection, which: ColumnElement[bool]) -> Hashable:
    """Of the open requests that `which` chooses, and what was last done with one of them."""
    counts = (func.count(), func.max(Requests.id), func.sum(Requests.owner_id), func.max(Requests.taken_at))
    is_open = Requests.closed_at.is_(None)
    shown = select(*counts, func.sum(Requests.level), func.count(Requests.joined_to)).where(is_open, which)
    entries = select(RequestEntry.id).join(Requests, Requests.id == RequestEntry.request_id).where(which)
    last_entry = entries.order_by(RequestEntry.id.desc()).limit(1)
    callbacks = select(Callback.state, func.count()).join(Requests, Requests.id == Callback.request_id)
    states = callbacks.where(is_open, which).group_by(Callback.state).order_by(Callback.state)
    return (
        *connection.execute(shown).one(),
        connection.scalar(last_entry),
        *map(tuple, connection.execute(states)),
    )


def _messages(connection: Connection) -> Hashable:
    """Of the messages on air and to come, the blackout periods, and the drafts that wait for approval."""
    waiting = select(func.count(), func.max(MessageDraft.changed_at))
    waiting = waiting.where(MessageDraft.state == DraftState.AWAITING_APPROVAL)
    blackouts = select(func.max(BlackoutPeriod.id), func.count(BlackoutPeriod.lifted_at))
    return (
        *connection.execute(waiting).one(),
        *connection.execute(blackouts).one(),
        connection.scalar(select(func.max(MessageVersion.id))),
        connection.scalar(select(func.count()).select_from(MessageWithdrawal)),
    )
