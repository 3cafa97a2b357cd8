"""Calls as they happen: one row per INVITE, what happens in it, and its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from records import call_notices
from records.base import CALL_WAIT_MS, Base, tried
from records.callback_acceptance import accept_in
from records.callback_wish import CallbackChannel, Wish
from records.errors import NotFound
from records.events import (
    TREATED,
    VAGUE,
    Arrival,
    CallEvent,
    CallEventKind,
    Ending,
    asked_for_a_person,
    ending_told_by,
    paid_wait_s,
)
from records.lines import card_for_line
from records.merges import kept_card
from records.plans import in_force
from records.requests import RequestKind, ask, keep_place, settle_missed
from records.schema import Call, Interaction, Line, Request
from records.schema import CallEvent as CallEvents
from routing.callback_rules import CallbackRules
from routing.hours import ALWAYS, Hours

INBOUND_PURPOSE = "reception"
TELEPHONE = "telephone"

# Asked in every call; making a statement costs more than running it.
_REF: BindParameter[str] = bindparam("call")
_NEW_CALL, _NEW_MOMENT, _NEW_EVENT = insert(Call), insert(Interaction), insert(CallEvents)
_OPENED = select(Call.line_id, Interaction.contact_id, Call.ended_at, Call.ending, Call.cause)
_OPENED = _OPENED.outerjoin(Interaction, Interaction.call_ref == Call.ref).where(Call.ref == _REF)
_HELD = _OPENED.with_for_update(of=Call, key_share=True)
_EXISTS = select(Call.ref).where(Call.ref == _REF)
_VAGUE = _EXISTS.where(Call.ending.in_(VAGUE))
_ENDED = update(Call).where(Call.ref == _REF)
_EVENTS = select(CallEvents.at, CallEvents.kind, CallEvents.detail).where(CallEvents.call_ref == _REF)
_EVENTS = _EVENTS.order_by(CallEvents.at, CallEvents.id)


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """`contact_id` and `line_id` are None when the number is withheld or absurd."""

    ref: str
    contact_id: int | None
    line_id: int | None
    is_new_contact: bool


def open_call(
    base: Base,
    ref: str,
    *,
    landing: str,
    public_number: str | None,
    caller: str | None,
    withheld: bool,
    language: str,
    plan_version: int | None,
    at: datetime,
    wait_ms: int = CALL_WAIT_MS,
) -> OpenedCall:
    """The call's row, its line and card, and its place in the card's history; the same again for the same `ref`.

    `ref` is Asterisk's linkedid, `caller` E.164 or None; a withheld number is not kept, even where the trunk tells it.
    Raises BaseBusy after `wait_ms`, BaseUnavailable.
    """
    return arrive(base, Arrival(ref, at, landing, public_number, caller, withheld, language, plan_version), wait_ms)


def arrive(base: Base, arrival: Arrival, wait_ms: int = CALL_WAIT_MS) -> OpenedCall:
    """As `open_call`."""
    with base.write(wait_ms, durable=False) as connection:
        return enter(connection, arrival)


def note(base: Base, ref: str, events: Iterable[CallEvent], wait_ms: int = CALL_WAIT_MS) -> None:
    """Adds to the call's story. Raises NotFound when the call was never opened, BaseBusy, BaseUnavailable."""
    with base.write(wait_ms, durable=False) as connection:
        hold(connection, ref)
        append(connection, ref, events)
        _end_better(connection, ref)


def close_call(
    base: Base, ref: str, *, at: datetime, ending: Ending | None, cause: str | None, wait_ms: int = CALL_WAIT_MS
) -> None:
    """The call is over. `ending` None: told by its events.

    The first time, cause and ending stay; only a vague ending (abandoned, cut) gives way to a better one.
    Who asked for a person and reached none gets a request of the kind `missed`.
    Raises NotFound, BaseBusy, BaseUnavailable.
    """
    with base.write(wait_ms) as connection:
        finish(connection, ref, at=at, ending=ending, cause=cause)


def cut_short(base: Base, *, before: datetime) -> int:
    """Closes as cut the calls of the last day that began `before` Asterisk did and have no end: it will tell none.

    Who has left a row of his own is not cut short. Gives their number. Raises BaseBusy, BaseUnavailable.
    """
    with base.write() as connection:
        recent = (Call.started_at < before, Call.started_at > before - timedelta(days=1))
        refs = connection.scalars(select(Call.ref).where(*recent, Call.ended_at.is_(None))).all()
        for ref in refs:
            told = ending_told_by(events_of(connection, ref))
            ending = told if told in (Ending.CALLBACK, Ending.VOICEMAIL) else Ending.CUT
            finish(connection, ref, at=before, ending=ending, cause=None)
        return len(refs)


def is_over(base: Base, ref: str) -> bool:
    """True once the call has ended; False while it lasts, and for a call that nobody opened."""
    with base.read() as connection:
        return connection.scalar(select(Call.ended_at).where(Call.ref == ref)) is not None


def promise_callback(
    base: Base, ref: str, *, at: datetime, line: str | None = None, place_since: datetime | None = None
) -> bool:
    """The caller will be rung back, at `line` (E.164) or at the number he calls from: durable when this returns True.

    `place_since`: when he began to wait, if he keeps his place in the queue. The plan in force says how he is rung, and
    when. A call has one callback: asked again, it only keeps the longer of both waits. False when no number is given
    and his own is withheld. Raises NotFound, BaseBusy, BaseUnavailable.
    """
    with base.write(wakes=True) as connection:
        if (wish := _wish(connection, ref, line, place_since)) is None:
            return False
        asked = select(Request.id).where(Request.call_ref == ref, Request.kind == RequestKind.CALLBACK)
        if (before := connection.scalar(asked)) is None:
            accept_in(connection, wish, *_terms(connection, wish.public_number), at=at)
        elif place_since:
            keep_place(connection, before, place_since)
        told: dict[str, object] = {"place_since": place_since.isoformat()} if place_since else {}
        append(connection, ref, [CallEvent(at, CallEventKind.CALLBACK_REQUESTED, told)])
        return True


def enter(connection: Connection, arrival: Arrival) -> OpenedCall:
    """As `open_call`, inside a transaction."""
    if opened := _opened(connection, arrival.ref):
        return opened
    try:
        with tried(connection):
            return _enter_new(connection, arrival)
    except IntegrityError:
        if opened := _opened(connection, arrival.ref):
            return opened  # another writer was quicker
        raise


def exists(connection: Connection, ref: str) -> bool:
    """Whether the call was opened."""
    return connection.scalar(_EXISTS, {"call": ref}) is not None


def append(connection: Connection, ref: str, events: Iterable[CallEvent]) -> None:
    """As `note`, inside a transaction."""
    new = tuple(events)
    if new:
        rows = [{"call_ref": ref, "at": event.at, "kind": event.kind, "detail": event.detail} for event in new]
        connection.execute(_NEW_EVENT, rows)
        call_notices.answered(connection, ref, new)


def events_of(connection: Connection, ref: str) -> tuple[CallEvent, ...]:
    """What happened in a call, in order."""
    rows = connection.execute(_EVENTS, {"call": ref})
    return tuple(CallEvent(row.at, CallEventKind(row.kind), row.detail) for row in rows)


def finish(connection: Connection, ref: str, *, at: datetime, ending: Ending | None, cause: str | None) -> None:
    """As `close_call`, inside a transaction."""
    was = hold(connection, ref)
    events = events_of(connection, ref)
    final = was.ending if was.ending and was.ending not in VAGUE else ending or ending_told_by(events)
    ended = {"ended_at": was.ended_at or at, "ending": final, "cause": was.cause or cause}
    connection.execute(_ENDED, {"call": ref, **ended})
    if was.ended_at is None or was.ending != final:
        call_notices.ended(connection, ref)
    paid = paid_wait_s(events, was.ended_at or at)
    if was.ended_at is None and paid is not None:
        append(connection, ref, [CallEvent(at, CallEventKind.PAID_WAIT, {"seconds": round(paid, 1)})])
    if final in TREATED:
        settle_missed(connection, ref, outcome=final, at=at)
    elif asked_for_a_person(events):
        card = _kept(connection, was)
        ask(connection, RequestKind.MISSED, call_ref=ref, contact_id=card, line_id=was.line_id, at=at)


def _wish(connection: Connection, ref: str, line: str | None, place_since: datetime | None) -> Wish | None:
    """What a caller asks for; another number than his own is rung for him, who may or may not be its only user."""
    call = known(connection, ref)
    rows = select(Call.landing, Call.public_number, Call.language, Line.e164).outerjoin(Line, Line.id == Call.line_id)
    row = connection.execute(rows.where(Call.ref == ref)).one()
    if (rung := line or row.e164) is None:
        return None
    ours = row.public_number or row.landing
    return Wish(
        rung,
        ours,
        CallbackChannel.KEY,
        row.language,
        call_ref=ref,
        place_since=place_since,
        contact_id=call.contact_id,
    )


def _terms(connection: Connection, public_number: str) -> tuple[CallbackRules, Hours, tzinfo]:
    """How and when the plan in force has callers of this number rung back; at any time where no plan tells."""
    plan = in_force(connection)
    if plan is None:
        return CallbackRules(), ALWAYS, UTC
    calendars = (plan.hours[number.hours] for number in plan.numbers if number.public == public_number)
    return plan.callbacks, next(calendars, ALWAYS), plan.timezone


def _end_better(connection: Connection, ref: str) -> None:
    """What our own code saw may be written after the end that Asterisk told, and know it better."""
    if connection.scalar(_VAGUE, {"call": ref}) is not None:
        events = events_of(connection, ref)
        better = ending_told_by(events)
        if better not in VAGUE:
            connection.execute(_ENDED, {"call": ref, "ending": better})
            call_notices.ended(connection, ref)
        if better in TREATED:
            settle_missed(connection, ref, outcome=better, at=events[-1].at)


def known(connection: Connection, ref: str) -> OpenedCall:
    """The call as it was opened; whoever else writes to it waits for the end of the transaction. Raises NotFound."""
    row = hold(connection, ref)
    return OpenedCall(ref, _kept(connection, row), row.line_id, is_new_contact=False)


def hold(connection: Connection, ref: str) -> Row[*tuple[Any, ...]]:
    """As `known`: the call's line, its card as it was then, and how it ended."""
    # An end that is told by its events, and an event that changes the end, must not pass each other by.
    if (row := connection.execute(_HELD, {"call": ref}).one_or_none()) is None:
        raise NotFound(f"There is no call {ref}.")
    return row


def _opened(connection: Connection, ref: str) -> OpenedCall | None:
    if (row := connection.execute(_OPENED, {"call": ref}).one_or_none()) is None:
        return None
    return OpenedCall(ref, _kept(connection, row), row.line_id, is_new_contact=False)


def _kept(connection: Connection, row: Row[*tuple[Any, ...]]) -> int | None:
    return None if row.contact_id is None else kept_card(connection, row.contact_id)


def _enter_new(connection: Connection, arrival: Arrival) -> OpenedCall:
    at, caller = arrival.at, None if arrival.withheld else arrival.caller
    found = None if caller is None else card_for_line(connection, caller, at)
    line_id, contact_id = (found.line_id, found.contact_id) if found else (None, None)
    row = {
        "ref": arrival.ref,
        "landing": arrival.landing,
        "public_number": arrival.public_number,
        "line_id": line_id,
        "withheld": arrival.withheld,
        "language": arrival.language,
        "plan_version": arrival.plan_version,
        "started_at": at,
    }
    moment = {
        "contact_id": contact_id,
        "purpose": INBOUND_PURPOSE,
        "channel": TELEPHONE,
        "at": at,
        "call_ref": arrival.ref,
    }
    connection.execute(_NEW_CALL, row)
    connection.execute(_NEW_MOMENT, moment)
    call_notices.started(connection, arrival)
    if found is None:
        return OpenedCall(arrival.ref, None, None, is_new_contact=False)
    card = found.contact_id if found.is_new else kept_card(connection, found.contact_id)
    return OpenedCall(arrival.ref, card, found.line_id, found.is_new)
