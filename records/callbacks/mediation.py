"""Callbacks whose request goes to the mediator, who calls by hand, and those that come back to the team."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from records.actor import SYSTEM
from records.callbacks.limits import LOCK_NAME
from records.callbacks.transitions import Cause, lock_callbacks, transition_to
from records.database.engine import acquire_lock
from records.errors import RecordsError
from records.requests.visibility import visible_to_all
from records.schema import Callback, Request
from routing.callbacks.states import CallbackState

MEDIATION = "mediation"
"""Stored as the reason of a transition, and as the result of the attempt."""


class AnotherCallbackWaits(RecordsError):
    """The team has a callback of the same number already."""

    def __init__(self) -> None:
        super().__init__("Another callback to this number waits with the team; close one of the two first.")


def withdraw_from_team(connection: Connection, ids: Collection[int], at: datetime) -> None:
    """Takes the callbacks of these requests off the agents' telephones; one whose visitor rings or talks goes on.

    Nothing dials them as long as they are the mediator's (`find_due_callbacks`).
    """
    offered = Callback.request_id.in_(ids) & (Callback.state == CallbackState.IN_LINE)
    for callback in lock_callbacks(connection, offered):
        transition_to(connection, callback, CallbackState.QUEUED, Cause(SYSTEM, at, MEDIATION))


def require_no_other_callback(connection: Connection, request_id: int) -> None:
    """Call it before the request of the mediator, and those joined to it, go back to the team.

    Raises AnotherCallbackWaits when a number would have two open callbacks there.
    """
    acquire_lock(connection, LOCK_NAME)  # so that nobody asks for another one meanwhile
    is_open = (Request.kind == "callback") & Request.closed_at.is_(None) & Request.line_id.is_not(None)
    whole = (Request.id == request_id) | (Request.joined_to == request_id)
    lines = connection.scalars(select(Request.line_id).where(is_open, whole)).all()
    others = select(Request.id).where(is_open, visible_to_all(), Request.line_id.in_(lines)).limit(1)
    if len(set(lines)) < len(lines) or connection.scalar(others) is not None:
        raise AnotherCallbackWaits
