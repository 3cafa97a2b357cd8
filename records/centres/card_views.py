"""Who of a centre looked at which card, and when: for the organisation that was called."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from records.actor import Actor
from records.database.engine import Database
from records.schema import CentreCardView as Views
from records.schema import Handoff as Handoffs
from routing.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class CardView:
    """One look at the card of a call; `found_by`: by its "code", or by the "link" with its reference."""

    id: int
    by: str
    at: datetime
    found_by: str
    reference: str
    call_ref: str


def list_views(
    database: Database, actor: Actor, centre: str, *, before: int | None = None, limit: int
) -> tuple[CardView, ...]:
    """The looks of people of this centre, newest first; `before`: those older than the one with this id.

    Raises Forbidden.
    """
    actor.require(Permission.CHECK_COSTS)
    rows = select(Views.id, Views.by, Views.at, Views.found_by, Handoffs.reference, Handoffs.call_ref)
    rows = rows.join(Handoffs, Handoffs.id == Views.handoff_id).where(Views.centre == centre)
    if before is not None:
        rows = rows.where(Views.id < before)
    with database.read() as connection:
        return tuple(CardView(*row) for row in connection.execute(rows.order_by(Views.id.desc()).limit(limit)))
