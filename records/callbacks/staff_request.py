"""A callback that staff ask for: to a caller whom nobody answered, or to the person of a card."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from records.actor import Actor
from records.callbacks.acceptance import accept_callback_in
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.callbacks.terms import get_terms_in_force
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import Callback as Callbacks
from routing.access.permissions import Permission
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.states import CallbackState

_DIALLED = (CallbackState.QUEUED, CallbackState.IN_LINE)


class NotDialled(RecordsError):
    """Nothing dials a callback to this number; `reason` says why, None when there is no number."""

    def __init__(self, reason: NotDialledReason | None = None) -> None:
        super().__init__(f"This number is not called back: {reason or 'there is none'}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """Whom to call: at `line`, from `public_number`, a number of ours; both E.164. `language`: which they speak.

    `agent_id`: the agent who asks, and whose own telephone rings first; None: the next free person of the team's.
    """

    line: str
    public_number: str
    language: str
    name: str | None = None
    contact_id: int | None = None
    agent_id: int | None = None


def request_callback(database: Database, actor: Actor, person: PersonToCall, *, at: datetime) -> str:
    """Puts the person in the line of callbacks; gives the callback's reference.

    Nothing changes when this raises NotDialled (do-not-call list, a callback that waits), TooManyCallbacks, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        return request_callback_in(connection, person, at=at)


def request_callback_in(connection: Connection, person: PersonToCall, *, at: datetime) -> str:
    """Like `request_callback`, inside a transaction, whose end an error must not commit."""
    wanted = CallbackRequest(
        person.line,
        person.public_number,
        CallbackChannel.CONSOLE,
        person.language,
        name=person.name,
        contact_id=person.contact_id,
        agent_id=person.agent_id,
    )
    accepted = accept_callback_in(connection, wanted, get_terms_in_force(connection, person.public_number), at=at)
    stored = connection.execute(select(Callbacks.state, Callbacks.reason).where(Callbacks.ref == accepted.ref))
    state, reason = stored.one()
    if state not in _DIALLED:
        raise NotDialled(NotDialledReason(reason))
    return accepted.ref
