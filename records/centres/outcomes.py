"""What centres say became of the calls that they were given; a correction stands beside what it corrects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, not_, select

from records.actor import Actor
from records.centres.day_changes import mark_change
from records.database.engine import Database
from records.errors import NotFound
from records.requests.visibility import visible_to
from records.schema import Handoff as Handoffs
from records.schema import HandoffOutcome as Outcomes
from records.schema import Request as Requests
from records.webhooks.record_events import centre_reported


@dataclass(frozen=True, slots=True)
class GivenCall:
    """A call that a centre was given."""

    handoff_id: int
    dialled_at: datetime


@dataclass(frozen=True, slots=True)
class CentreOutcome:
    """What `by` (the label of a centre's key) said at `at`; `outcome` is the name of an outcome of the plan."""

    id: int
    reference: str
    call_ref: str
    centre: str
    outcome: str
    note: str | None
    at: datetime
    by: str


def find_given_call(database: Database, centre: str, reference: str) -> GivenCall | None:
    """The call that this centre knows by the reference; None for an unknown one and for another centre's."""
    known = select(Handoffs.id, Handoffs.dialled_at).where(Handoffs.reference == reference, Handoffs.centre == centre)
    with database.read() as connection:
        row = connection.execute(known).one_or_none()
        return GivenCall(row.id, row.dialled_at) if row else None


def report_outcome(
    database: Database, handoff_id: int, outcome: str, note: str | None, *, by: str, at: datetime
) -> int:
    """Stores it and gives its id; the same outcome and note as the last time are stored once.

    Nothing personal is stored once the call was purged or its caller erased: then the note is left out. Raises
    NotFound.
    """
    with database.write() as connection:
        columns = (Handoffs.reference, Handoffs.call_ref, Handoffs.centre, Handoffs.is_anonymous)
        # Locked, so that two reports at once are one after the other, and none comes between a purge and its end.
        given = connection.execute(select(*columns).where(Handoffs.id == handoff_id).with_for_update()).one_or_none()
        if given is None:
            raise NotFound(f"There is no hand-off {handoff_id}.")
        kept = None if given.is_anonymous else note or None
        last = select(Outcomes.id, Outcomes.outcome, Outcomes.note).where(Outcomes.handoff_id == handoff_id)
        before = connection.execute(last.order_by(Outcomes.id.desc()).limit(1)).one_or_none()
        if before is not None and (before.outcome, before.note) == (outcome, kept):
            return int(before.id)
        row = {"handoff_id": handoff_id, "outcome": outcome, "note": kept, "at": at, "by": by}
        made = connection.execute(insert(Outcomes).values(row).returning(Outcomes.id)).scalar_one()
        mark_change(connection, Handoffs.id == handoff_id)
        centre_reported(connection, given.call_ref, given.centre, given.reference, at)
        return made


def get_outcome(database: Database, outcome_id: int) -> tuple[CentreOutcome, str | None]:
    """What was reported under this id, and the outcome that it corrected, if it did. Raises NotFound."""
    with database.read() as connection:
        row = connection.execute(_outcomes().where(Outcomes.id == outcome_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no outcome {outcome_id}.")
        before = select(Outcomes.outcome).where(Outcomes.handoff_id == row.handoff_id, Outcomes.id < outcome_id)
        return _outcome(row), connection.scalar(before.order_by(Outcomes.id.desc()).limit(1))


def list_outcomes_in(
    connection: Connection, actor: Actor | None, call_refs: Collection[str]
) -> tuple[CentreOutcome, ...]:
    """What centres said about these calls, in the order in which they said it.

    Calls that left something to the mediator are left out, except for an `actor` who may see that.
    """
    sealed = select(Requests.id).where(Requests.call_ref == Handoffs.call_ref, not_(visible_to(actor)))
    rows = _outcomes().where(Handoffs.call_ref.in_(call_refs), ~sealed.exists())
    return tuple(sorted((_outcome(row) for row in connection.execute(rows)), key=lambda told: told.id))


def list_last_outcomes(
    database: Database, actor: Actor, call_refs: Collection[str]
) -> Mapping[str, tuple[CentreOutcome, ...]]:
    """What each centre said last about these calls, by call; calls without an outcome are left out."""
    with database.read() as connection:
        found = list_outcomes_in(connection, actor, call_refs)
    last = {each.reference: each for each in found}
    by_call: dict[str, tuple[CentreOutcome, ...]] = {}
    for each in last.values():
        by_call[each.call_ref] = (*by_call.get(each.call_ref, ()), each)
    return by_call


def _outcomes() -> Select[*tuple[Any, ...]]:
    return select(
        *(Outcomes.id, Outcomes.handoff_id, Handoffs.reference, Handoffs.call_ref, Handoffs.centre),
        *(Outcomes.outcome, Outcomes.note, Outcomes.at, Outcomes.by),
    ).join(Handoffs, Handoffs.id == Outcomes.handoff_id)


def _outcome(row: Row[*tuple[Any, ...]]) -> CentreOutcome:
    return CentreOutcome(row.id, row.reference, row.call_ref, row.centre, row.outcome, row.note, row.at, row.by)
