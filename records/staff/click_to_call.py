"""Click-to-call: a user asks in the console to be called, to record a message or to hear a draft.

Each call is claimed before Asterisk hears of it, and authorized once before Asterisk learns the number: nobody is
called twice, or late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound, RecordsError
from records.schema import ClickToCall as Calls
from records.schema import User as Users
from records.staff.agents import Agent, get_agent_in
from records.users.users import User, get_user_in
from routing.access.permissions import Permission

EXPIRY = timedelta(seconds=30)
"""A user who has not been called by then is doing something else."""


class NoSipAccount(RecordsError):
    """The user is no agent, so they have no phone here."""

    def __init__(self) -> None:
        super().__init__("You have no phone here; ask an administrator to give you one.")


@dataclass(frozen=True, slots=True)
class AudioRange:
    """A part of a draft's audio, in seconds from its beginning."""

    draft_id: int
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class ClickToCall:
    """Why `user` is called: to hear `audio_range`, or (None) to record the message of `announcement`."""

    user: User
    announcement: str
    audio_range: AudioRange | None


def request_click_to_call(
    database: Database, actor: Actor, announcement: str, audio_range: AudioRange | None = None, *, at: datetime
) -> None:
    """Asks for one call to the actor's phone, however often it is repeated. Raises Forbidden, NoSipAccount."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write(notify=True) as connection:
        acquire_lock(connection, f"ring {actor.user_id}")
        if connection.scalar(select(Users.agent_id).where(Users.id == actor.user_id)) is None:
            raise NoSipAccount
        waits = (
            Calls.user_id == actor.user_id,
            Calls.taken_at.is_(None),
            Calls.asked_at > at - EXPIRY,
        )
        if connection.scalar(select(Calls.id).where(*waits).limit(1)) is None:
            row: dict[str, object] = {"user_id": actor.user_id, "announcement": announcement, "asked_at": at}
            row |= (
                {"draft_id": audio_range.draft_id, "from_s": audio_range.from_s, "until_s": audio_range.until_s}
                if audio_range
                else {}
            )
            connection.execute(insert(Calls).values(row))


def claim_click_to_calls(database: Database, *, at: datetime) -> tuple[int, ...]:
    """The calls to place now, each given once; committed when this returns."""
    due = (Calls.taken_at.is_(None), Calls.asked_at > at - EXPIRY)
    with database.read() as connection:
        if connection.scalar(select(Calls.id).where(*due).limit(1)) is None:
            return ()
    with database.write() as connection:
        taken = update(Calls).where(*due).values(taken_at=at).returning(Calls.id)
        return tuple(sorted(connection.execute(taken).scalars()))


def authorize_click_to_call(database: Database, click_to_call_id: int, *, at: datetime) -> Agent | None:
    """The agent to call; None when the agent was already given, it is too late, or the agent has left."""
    with database.write() as connection:
        fresh = (
            Calls.id == click_to_call_id,
            Calls.taken_at > at - EXPIRY,
            Calls.rung_at.is_(None),
        )
        authorized = update(Calls).where(*fresh).values(rung_at=at).returning(Calls.user_id)
        user_id = connection.execute(authorized).scalar_one_or_none()
        if user_id is None:
            return None
        user = get_user_in(connection, Users.id == user_id)
        return get_agent_in(connection, user.agent_id) if user.active and user.agent_id else None


def get_answered_click_to_call(database: Database, click_to_call_id: int) -> ClickToCall:
    """Why the user was called. Raises NotFound."""
    with database.read() as connection:
        rows = select(*Calls.__table__.c).where(Calls.id == click_to_call_id, Calls.rung_at.is_not(None))
        row = connection.execute(rows).one_or_none()
        if row is None:
            raise NotFound("Nobody was called for this.")
        part = None if row.draft_id is None else AudioRange(row.draft_id, row.from_s, row.until_s)
        return ClickToCall(get_user_in(connection, Users.id == row.user_id), row.announcement, part)
