"""Who is asked about their satisfaction: each call and request once, each number once a month, nobody after a refusal.

A number is known by its keyed hash alone, so that a refusal outlives the erasure of whoever gave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, exists, insert, select, update

from records import changes
from records.actor import Actor
from records.centres.day_changes import mark_change
from records.database.engine import Database, acquire_lock, hash_number
from records.requests.visibility import visible_to_all
from records.schema import Call, Handoff, Line, Request, SatisfactionAsked, SatisfactionSurvey, Transfer
from routing.access.permissions import Permission
from routing.request_rules import MEDIATION_LEVEL
from routing.satisfaction import ASK_AGAIN_AFTER, may_ask


@dataclass(frozen=True, slots=True)
class CallToAsk:
    """A call whose matter is done. `week`: the Monday of its week; `centre`: the overflow centre that has hung up."""

    ref: str
    at: datetime
    week: date
    language: str
    centre: str | None = None


def begin_call_survey(database: Database, call: CallToAsk) -> bool:
    """Whether this caller may be asked now; if so, that they were asked is on record when this returns.

    A caller without a number is not asked, because nobody could know that they were asked before; nor is one whose
    call left something to the mediator. Raises DatabaseBusy, DatabaseUnavailable.
    """
    with database.write(durable=False) as connection:
        rows = select(Line.e164).join(Call, Call.line_id == Line.id).where(Call.ref == call.ref)
        number = connection.scalar(rows)
        if number is None or _is_mediation(connection, call.ref) or _has_survey(connection, call.ref):
            return False
        if not mark_asked_in(connection, number, call.at):
            return False
        new = {"call_ref": call.ref, "asked_at": call.at, "week": call.week, "language": call.language}
        level = _level_reached(connection, call.ref)
        connection.execute(insert(SatisfactionSurvey).values(**new, centre=call.centre, level=level))
        if call.centre:
            of_call = (
                (Handoff.call_ref == call.ref) & (Handoff.centre == call.centre) & Handoff.answered_at.is_not(None)
            )
            connection.execute(update(Handoff).where(of_call).values(left_at=call.at))
            mark_change(connection, of_call)
        return True


def refuse_call_survey(database: Database, call_ref: str, *, at: datetime) -> None:
    """The caller does not want to be asked, now or later. Safe to repeat."""
    with database.write() as connection:
        rows = select(Line.e164).join(Call, Call.line_id == Line.id).where(Call.ref == call_ref)
        if (number := connection.scalar(rows)) is not None:
            refuse_in(connection, number, at)
        refused = (SatisfactionSurvey.call_ref == call_ref) & SatisfactionSurvey.refused_at.is_(None)
        connection.execute(update(SatisfactionSurvey).where(refused).values(refused_at=at))


def may_be_asked_in(connection: Connection, e164: str, at: datetime) -> bool:
    """Whether the holder of this number may be asked at `at`."""
    asked = SatisfactionAsked.hash == hash_number(connection, e164)
    row = connection.execute(select(SatisfactionAsked.asked_at, SatisfactionAsked.refused_at).where(asked)).first()
    return row is None or may_ask(at, row.asked_at, row.refused_at)


def mark_asked_in(connection: Connection, e164: str, at: datetime) -> bool:
    """Writes down that the holder of this number is asked at `at`; False: they may not be."""
    hashed = _lock_number(connection, e164)
    if not may_be_asked_in(connection, e164, at):
        return False
    _write_in(connection, hashed, {"asked_at": at})
    return True


def refuse_in(connection: Connection, e164: str, at: datetime) -> None:
    """The holder of this number is never asked again."""
    hashed = _lock_number(connection, e164)
    _write_in(connection, hashed, {"asked_at": at, "refused_at": at})


def allow_again(database: Database, actor: Actor, e164: str, *, at: datetime) -> bool:
    """Takes a refusal back, at the wish of whoever has this number; False when there was none. Raises Forbidden."""
    actor.require(Permission.SEE_SATISFACTION)
    with database.write() as connection:
        refused = SatisfactionAsked.hash == hash_number(connection, e164)
        rows = update(SatisfactionAsked).where(refused, SatisfactionAsked.refused_at.is_not(None))
        if connection.execute(rows.values(refused_at=None)).rowcount == 0:
            return False
        changes.record(connection, actor, "satisfaction.allow", "", at=at)
        return True


def forget_old_askings_in(connection: Connection, at: datetime) -> int:
    """Deletes the hashes of numbers that may be asked again; how many. Refusals stay."""
    old = (SatisfactionAsked.asked_at < at - ASK_AGAIN_AFTER) & SatisfactionAsked.refused_at.is_(None)
    return connection.execute(delete(SatisfactionAsked).where(old)).rowcount


def _lock_number(connection: Connection, e164: str) -> str:
    """The hash of the number; another transaction about it waits for the end of this one."""
    hashed = hash_number(connection, e164)
    acquire_lock(connection, f"satisfaction {hashed}")
    return hashed


def _write_in(connection: Connection, hashed: str, values: Mapping[str, datetime]) -> None:
    changed = update(SatisfactionAsked).where(SatisfactionAsked.hash == hashed).values(values)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(SatisfactionAsked).values(hash=hashed, **values))


def _has_survey(connection: Connection, call_ref: str) -> bool:
    return connection.scalar(select(SatisfactionSurvey.id).where(SatisfactionSurvey.call_ref == call_ref)) is not None


def _is_mediation(connection: Connection, call_ref: str) -> bool:
    of_mediator = exists().where(Request.call_ref == call_ref, ~visible_to_all())
    handed_over = exists().where(Transfer.call_ref == call_ref, Transfer.to_level == MEDIATION_LEVEL)
    return bool(connection.scalar(select(of_mediator | handed_over)))


def _level_reached(connection: Connection, call_ref: str) -> int:
    """The level to which an agent has handed the call over last; 1 without that."""
    levels = select(Transfer.to_level).where(Transfer.call_ref == call_ref, Transfer.to_level.is_not(None))
    last = levels.where(Transfer.failed_at.is_(None)).order_by(Transfer.id.desc()).limit(1)
    return connection.scalar(last) or 1
