"""The do-not-call list: numbers that callbacks never dial, even if the number's owner requests one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from records import changes
from records.actor import Actor
from records.callbacks.transitions import Cause, lock_callbacks, transition_to
from records.contacts.contact_cards import get_card
from records.contacts.lines import get_or_create_line
from records.database.engine import Database, hash_number
from records.database.get_or_create import get_or_create
from records.errors import NotFound
from records.requests.visibility import visible_to_all
from records.schema import DoNotCall, ErasedDoNotCall, Line, Request
from records.webhooks.record_events import contact_changed
from routing.access.permissions import Permission
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.states import CallbackState


class DoNotCallSource(StrEnum):
    """How a person asked not to be called back. The values are stored."""

    TELEPHONE = "telephone"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"


_CANCELLED_STATES = (CallbackState.QUEUED, CallbackState.IN_LINE, CallbackState.MISSED, CallbackState.EXPIRED)

_IN_FORCE = select(DoNotCall.id).where(DoNotCall.line_id == bindparam("line_id"), DoNotCall.withdrawn_at.is_(None))
_ANY_ERASED = select(ErasedDoNotCall.hash).limit(1)


def add_do_not_call(database: Database, line: str, source: str, by: str, at: datetime) -> None:
    """Adds `line` (E.164) to the list and closes its waiting callback unrung; committed when this returns.

    Adding it again changes nothing. `source`: how the person asked for it ("telephone", "letter").
    """
    with database.write(notify=True) as connection:
        add_do_not_call_in(connection, get_or_create_line(connection, line, at), source=source, by=by, at=at)


def add_do_not_call_in(connection: Connection, line_id: int, *, source: str, by: str, at: datetime) -> None:
    """Like `add_do_not_call`, inside a transaction."""
    # Callbacks first, in the order of finish_attempt, which holds one already: the reverse order would deadlock.
    # What is the mediator's stays open for them; nothing dials it.
    waiting = lock_callbacks(connection, (Request.line_id == line_id) & Request.closed_at.is_(None) & visible_to_all())
    new = insert(DoNotCall).values(line_id=line_id, at=at, by=by, source=source).returning(DoNotCall.id)
    in_force = select(DoNotCall.id).where(DoNotCall.line_id == line_id, DoNotCall.withdrawn_at.is_(None))
    get_or_create(connection, in_force, new)
    for callback in waiting:
        if callback.state in _CANCELLED_STATES:
            transition_to(connection, callback, CallbackState.UNRUNG, Cause(by, at, NotDialledReason.DO_NOT_CALL))


def add_by_staff(
    database: Database, actor: Actor, contact_id: int, line: str, source: DoNotCallSource, *, at: datetime
) -> None:
    """Adds a line of this card to the list, at the wish of its holder. Raises NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write(notify=True) as connection:
        line_id = _line_of_card(connection, contact_id, line)
        add_do_not_call_in(connection, line_id, source=source, by=actor.name, at=at)
        contact_changed(connection, contact_id, ("do_not_call",), at)
        changes.record(connection, actor, "do_not_call.add", str(contact_id), after={"source": source}, at=at)


def remove_by_staff(database: Database, actor: Actor, contact_id: int, line: str, *, at: datetime) -> None:
    """Takes a line of this card from the list, at the wish of its holder. Raises NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        _line_of_card(connection, contact_id, line)
        if _remove_in(connection, line, actor.name, at):
            contact_changed(connection, contact_id, ("do_not_call",), at)
            changes.record(connection, actor, "do_not_call.remove", str(contact_id), at=at)


def remove_do_not_call(database: Database, line: str, by: str, at: datetime) -> bool:
    """Withdraws the entry of `line`, also one whose holder was erased; False when there was none."""
    with database.write() as connection:
        return _remove_in(connection, line, by, at)


def is_do_not_call(database: Database, line: str) -> bool:
    """Whether `line` (E.164) is on the list."""
    with database.read() as connection:
        in_force = select(DoNotCall.id).join(Line).where(Line.e164 == line, DoNotCall.withdrawn_at.is_(None))
        return connection.scalar(in_force) is not None or _is_erased(connection, line)


def is_do_not_call_in(connection: Connection, line_id: int) -> bool:
    """Like `is_do_not_call`, inside a transaction."""
    if connection.scalar(_IN_FORCE, {"line_id": line_id}) is not None:
        return True
    if connection.scalar(_ANY_ERASED) is None:
        return False
    number = connection.scalar(select(Line.e164).where(Line.id == line_id))
    return number is not None and _is_erased(connection, number)


def keep_erased_in(connection: Connection, line_id: int, at: datetime) -> bool:
    """Keeps the entry of a line that is about to be erased as a keyed hash of its number; False without an entry."""
    rows = select(DoNotCall.source, Line.e164).join(Line).where(DoNotCall.line_id == line_id)
    row = connection.execute(rows.where(DoNotCall.withdrawn_at.is_(None))).first()
    if row is None:
        return False
    keep_hash_in(connection, hash_number(connection, row.e164), source=row.source, at=at)
    return True


def keep_hash_in(connection: Connection, hashed: str, *, source: str, at: datetime) -> None:
    """Puts the number of this keyed hash on the list; it stays as it is if it is there."""
    new = insert(ErasedDoNotCall).values(hash=hashed, at=at, source=source).returning(ErasedDoNotCall.hash)
    get_or_create(connection, select(ErasedDoNotCall.hash).where(ErasedDoNotCall.hash == hashed), new)


def _remove_in(connection: Connection, line: str, by: str, at: datetime) -> bool:
    erased = delete(ErasedDoNotCall).where(ErasedDoNotCall.hash == hash_number(connection, line))
    was_erased = connection.execute(erased).rowcount == 1
    line_id = select(Line.id).where(Line.e164 == line).scalar_subquery()
    withdrawn = update(DoNotCall).where((DoNotCall.line_id == line_id) & DoNotCall.withdrawn_at.is_(None))
    return connection.execute(withdrawn.values(withdrawn_at=at, withdrawn_by=by)).rowcount == 1 or was_erased


def _line_of_card(connection: Connection, contact_id: int, line: str) -> int:
    """The line's id. Raises NotFound when it is none of this card's."""
    if line in get_card(connection, contact_id).lines:
        line_id = connection.scalar(select(Line.id).where(Line.e164 == line))
        if line_id is not None:
            return line_id
    raise NotFound(f"Card {contact_id} has no such number.")


def _is_erased(connection: Connection, line: str) -> bool:
    which = select(ErasedDoNotCall.hash).where(ErasedDoNotCall.hash == hash_number(connection, line))
    return connection.scalar(which) is not None
