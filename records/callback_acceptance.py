"""A callback is promised: one function for every door, so that no way in is kinder than another."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from records import idempotency as keys
from records import outbox
from records.base import Base, take_turn, tried
from records.callback_again import make_room, slot_of
from records.callback_limits import TURN, count_post, number_is_full, refuse_too_many
from records.callback_moves import OURSELVES, facts, hold, move_to, write_move
from records.callback_refs import digest, new_ref, new_secret
from records.callback_slots import refuse_gone
from records.callback_wish import Accepted, CallbackChannel, Wish, read_back, written
from records.idempotency import Idempotency
from records.lines import Recognised, card_for_line, line_of
from records.oppositions import BECAUSE as OPPOSED
from records.oppositions import is_opposed_in
from records.requests import RequestKind
from records.schema import Callback, Consent, Interaction, Request
from routing.callback_limits import origin
from routing.callback_rules import CallbackRules
from routing.callback_slots import lapses, soon
from routing.callback_states import CallbackState, Shown
from routing.hours import Hours

PURPOSE = "callback"

_NEW_REQUEST = insert(Request).returning(Request.id)
_NEW, _NEW_INTERACTION, _NEW_CONSENT = insert(Callback), insert(Interaction), insert(Consent)
_OF_REF = select(Callback.request_id).where(Callback.ref == bindparam("ref"))


def accept(
    base: Base,
    wish: Wish,
    rules: CallbackRules,
    hours: Hours,
    tz: tzinfo,
    *,
    at: datetime,
    idempotency: Idempotency | None = None,
) -> Accepted:
    """The callback, promised: durable when this returns. For an idempotency key used before, what was answered then.

    An opposed number, one that waits already, and one that had its callbacks of the day are answered like any other and
    closed unrung; but who calls us himself, although he has opposed, is left to a person.
    Raises TooMany, SlotGone, OtherBody, BaseBusy, BaseUnavailable.
    """
    with base.write(wakes=True) as connection:
        if idempotency is None:
            return accept_in(connection, wish, rules, hours, tz, at=at)
        take_turn(connection, TURN)
        site = wish.site or ""
        if known := keys.answered(connection, site, idempotency):
            return read_back(known)
        accepted = accept_in(connection, wish, rules, hours, tz, at=at)
        keys.remember(connection, site, idempotency, written(accepted), at)
        return accepted


def accept_in(
    connection: Connection, wish: Wish, rules: CallbackRules, hours: Hours, tz: tzinfo, *, at: datetime
) -> Accepted:
    """As `accept`, inside a transaction and without a key."""
    take_turn(connection, TURN)
    if wish.channel is CallbackChannel.WEB:
        asked_from = origin(wish.address) if wish.address else None
        refuse_too_many(connection, rules.limits, asked_from, at)
        count_post(connection, asked_from, at)
    if wish.slot:
        refuse_gone(connection, wish.public_number, wish.slot, rules, hours, tz, at)
    who = _who(connection, wish, at)
    not_before = wish.slot.start if wish.slot else soon(rules, hours, at, tz)
    expires_at = lapses(rules, hours, wish.slot.end if wish.slot else not_before, tz)
    accepted = Accepted(_free_ref(connection), new_secret(), Shown.WAITING, wish.slot, not_before, expires_at)
    opened = _open(connection, wish, accepted, who, _refusal(connection, wish, who, rules, at), at)
    _write(connection, wish, accepted, opened, at)
    if opened.because != OPPOSED:  # which no form takes back: anybody can fill in one
        _remember_consents(connection, wish, who, at)
    if opened.state is CallbackState.QUEUED:
        _remember_moment(connection, wish, accepted, who, at)
        _leave_opposed_to_person(connection, wish, opened, who, at)
    return accepted


@dataclass(frozen=True, slots=True)
class _Opened:
    request_id: int
    because: str

    @property
    def state(self) -> CallbackState:
        return CallbackState.UNRUNG if self.because else CallbackState.QUEUED


def _who(connection: Connection, wish: Wish, at: datetime) -> Recognised:
    if wish.contact_id is None:
        return card_for_line(connection, wish.line, at)
    return Recognised(line_of(connection, wish.line, at), wish.contact_id, is_new=False)


def _refusal(connection: Connection, wish: Wish, who: Recognised, rules: CallbackRules, at: datetime) -> str:
    """Why the number is not rung although the wish is answered; "" when it is."""
    # Who calls us, and whom staff want to reach, is in no danger of being bombed with calls; nor has a new line.
    if wish.channel is not CallbackChannel.WEB or who.line_is_new:
        return ""
    if is_opposed_in(connection, who.line_id):
        return OPPOSED
    return "limit" if number_is_full(connection, rules, who.line_id, at) else ""


def _leave_opposed_to_person(
    connection: Connection, wish: Wish, opened: _Opened, who: Recognised, at: datetime
) -> None:
    """Who asked himself hears a promise, and somebody keeps it; that he opposed stands, and nothing rings by itself."""
    if wish.channel is CallbackChannel.WEB or who.line_is_new:
        return
    if is_opposed_in(connection, who.line_id):
        [held] = hold(connection, Callback.request_id == opened.request_id)
        move_to(connection, held, CallbackState.TO_CHECK, by=OURSELVES, at=at, because=OPPOSED)


def _open(
    connection: Connection, wish: Wish, accepted: Accepted, who: Recognised, because: str, at: datetime
) -> _Opened:
    """The request's row. One open callback for each line: the base's unique index decides, whoever else asks."""
    row = {"kind": RequestKind.CALLBACK, "contact_id": who.contact_id, "line_id": who.line_id, "created_at": at}
    row |= {"call_ref": wish.call_ref, "place_since": wish.place_since}
    if not because:
        for _ in range(2):
            try:
                with tried(connection):
                    return _Opened(_insert(connection, row), "")
            except IntegrityError:
                if not make_room(connection, wish, accepted, who.line_id, at):
                    break
        because = "duplicate"
    closed = {"closed_at": at, "closed_by": OURSELVES, "outcome": CallbackState.UNRUNG}
    return _Opened(_insert(connection, row | closed), because)


def _insert(connection: Connection, row: dict[str, Any]) -> int:
    return connection.execute(_NEW_REQUEST, row).scalar_one()


def _free_ref(connection: Connection) -> str:
    while connection.scalar(_OF_REF, {"ref": (ref := new_ref())}) is not None:
        pass
    return ref


def _write(connection: Connection, wish: Wish, accepted: Accepted, opened: _Opened, at: datetime) -> None:
    row = {
        "request_id": opened.request_id,
        "ref": accepted.ref,
        "secret_hash": digest(accepted.secret),
        "state": opened.state,
        "state_at": at,
        "channel": wish.channel,
        "public_number": wish.public_number,
        "site": wish.site,
        "language": wish.language,
        "name": wish.name,
        "topic": wish.topic,
        "page": wish.page,
        "not_before": accepted.not_before,
        **slot_of(wish.slot),
        "expires_at": accepted.expires_at,
        "rings": 0,
        "because": opened.because,
    }
    connection.execute(_NEW, row)
    write_move(connection, opened.request_id, None, opened.state, by=wish.channel, at=at, because=opened.because)


def _remember_moment(connection: Connection, wish: Wish, accepted: Accepted, who: Recognised, at: datetime) -> None:
    """The history of the card, and what programs outside are told."""
    if wish.call_ref is None:  # a call is in the history already
        summary = " ".join(filter(None, ("callback", accepted.ref, wish.topic)))
        moment = {"contact_id": who.contact_id, "purpose": PURPOSE, "channel": wish.channel, "at": at}
        connection.execute(_NEW_INTERACTION, {**moment, "summary": summary})
    state, ours = CallbackState.QUEUED, wish.public_number
    told = facts(accepted.ref, state, wish.line, ours, wish.language, wish.channel, wish.site)
    outbox.put(connection, "callback.accepted", told, at)


def _remember_consents(connection: Connection, wish: Wish, who: Recognised, at: datetime) -> None:
    if wish.consents:
        source = wish.page or wish.site or wish.channel
        common = {"contact_id": who.contact_id, "line_id": who.line_id, "source": source, "given_at": at}
        rows = [common | {"purpose": each.purpose, "text_version": each.text_version} for each in wish.consents]
        connection.execute(_NEW_CONSENT, rows)
