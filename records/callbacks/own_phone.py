"""A callback that rings first at the telephone of the agent who asked for it, and at no other."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, insert, select
from sqlalchemy.orm import aliased

from records.database.engine import Database
from records.schema import Callback, CallbackAttempt, CallbackRejection, Request, SipAccount, User

EXPIRY = timedelta(seconds=30)
"""An agent whose telephone has not rung by then is doing something else; the team is offered the callback."""


_OWN_AGENT = select(User.agent_id).join(SipAccount, SipAccount.claimed_by == User.agent_id)


def find_own_agent(database: Database, user_id: int | None) -> int | None:
    """The agent that this user is and who has a telephone here; None for anybody else."""
    with database.read() as connection:
        return connection.scalar(_OWN_AGENT.where(User.id == user_id))


def find_agent_by_email(database: Database, email: str) -> int | None:
    """The agent that the user with this address is and who has a telephone here; None for any other address."""
    theirs = (User.email == email.strip().lower()) & User.deactivated_at.is_(None)
    with database.read() as connection:
        return connection.scalar(_OWN_AGENT.where(theirs))


def rings_own_phone(at: datetime) -> ColumnElement[bool]:
    """An SQL expression over Callback and Request: the next attempt rings at the telephone of who asked for it."""
    has_account = exists().where(SipAccount.claimed_by == Callback.agent_id)
    was_tried = exists().where(CallbackAttempt.request_id == Callback.request_id)
    return Callback.agent_id.is_not(None) & (Request.created_at > at - EXPIRY) & has_account & ~was_tried


def is_ringing_own_phone() -> ColumnElement[bool]:
    """An SQL expression over Callback: the attempt under way is at the telephone of who asked for it."""
    under_way = (CallbackAttempt.request_id == Callback.request_id) & CallbackAttempt.ended_at.is_(None)
    return exists().where(under_way & CallbackAttempt.agent_id.is_not(None))


def find_own_phone(connection: Connection, request_id: int, at: datetime) -> int | None:
    """The agent whose telephone the next attempt rings; None: the attempt is the team's."""
    rows = select(Callback.agent_id).join(Request, Request.id == Callback.request_id)
    return connection.scalar(rows.where(Callback.request_id == request_id, rings_own_phone(at)))


def is_own_phone(connection: Connection, channel_id: str) -> bool:
    """Whether this attempt rings at one agent's telephone only."""
    own = (CallbackAttempt.channel_id == channel_id) & CallbackAttempt.agent_id.is_not(None)
    return connection.scalar(select(CallbackAttempt.id).where(own)) is not None


def spare_agent_of_last(connection: Connection, attempt_id: int, at: datetime) -> None:
    """The team is offered an attempt that follows one at an own telephone, but not the agent who did not take it."""
    last = aliased(CallbackAttempt)
    rows = (
        select(last.agent_id)
        .join(CallbackAttempt, CallbackAttempt.request_id == last.request_id)
        .where(CallbackAttempt.id == attempt_id, last.n == CallbackAttempt.n - 1, last.agent_id.is_not(None))
        .where(last.rung_at.is_(None))
    )
    if (agent_id := connection.scalar(rows)) is not None:
        connection.execute(insert(CallbackRejection).values(attempt_id=attempt_id, agent_id=agent_id, at=at))
