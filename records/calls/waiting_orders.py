"""What supervisors decide about callers who wait: first in line, to the overflow centre, or another way out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert, select, update

from records import changes
from records.actor import Actor
from records.calls.live_calls import list_live_calls
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import WaitingOrder as Orders
from routing.access.permissions import Permission

EXPIRY = timedelta(seconds=10)
"""An order that was not carried out by then is not carried out any more."""


class OrderKind(StrEnum):
    FIRST = "first"
    OVERFLOW = "overflow"
    OFFER = "offer"
    """The caller is told that nobody can take the call, and offered a callback or the voicemail."""


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    id: int
    call_ref: str
    kind: OrderKind


class NotWaiting(RecordsError):
    """The caller was answered, or has hung up."""

    def __init__(self) -> None:
        super().__init__("The caller does not wait any more.")


def request_order(database: Database, actor: Actor, call_ref: str, kind: OrderKind, *, at: datetime) -> None:
    """Asks for it; committed, and in the change log, when this returns. Raises NotWaiting, Forbidden."""
    actor.require(Permission.SWITCH_RECEPTION)
    if all(caller.ref != call_ref for caller in list_live_calls(database, at).waiting):
        raise NotWaiting
    with database.write(notify=True) as connection:
        connection.execute(insert(Orders).values(call_ref=call_ref, kind=kind, by=actor.name, asked_at=at))
        changes.record(connection, actor, f"call.{kind}", call_ref, at=at)


def claim_orders(database: Database, *, at: datetime) -> tuple[WaitingOrder, ...]:
    """The orders to carry out now, each given once; committed when this returns."""
    due = (Orders.taken_at.is_(None), Orders.asked_at > at - EXPIRY)
    with database.read() as connection:
        if connection.scalar(select(Orders.id).where(*due).limit(1)) is None:
            return ()
    with database.write() as connection:
        taken = update(Orders).where(*due).values(taken_at=at).returning(Orders.id, Orders.call_ref, Orders.kind)
        rows = connection.execute(taken).all()
        return tuple(WaitingOrder(row.id, row.call_ref, OrderKind(row.kind)) for row in sorted(rows))
