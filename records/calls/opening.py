"""Opens calls, inside a transaction: their rows, and the lines and contacts of their callers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.call_events import IncomingCall
from records.calls import notifications
from records.calls.call_rows import current_contact, get_call_row
from records.contacts.lines import identify_caller, identify_callers
from records.contacts.merges import surviving_card
from records.database.engine import savepoint
from records.schema import Call, Interaction

INBOUND_PURPOSE = "reception"
TELEPHONE = "telephone"

# Executed in every call; building a statement costs more than executing it.
_REFS: BindParameter[Any] = bindparam("calls", expanding=True)
_NEW_CALL, _NEW_INTERACTION = insert(Call), insert(Interaction)
_KNOWN = select(Call.ref).where(Call.ref.in_(_REFS))
# The channel event log may be read before our own code has written that it serves the call; it does not name the plan.
_COMPLETED = update(Call).where(Call.ref == bindparam("call"), Call.plan_version.is_(None))
_COMPLETED = _COMPLETED.values(plan_version=bindparam("version"), language=bindparam("spoken"))


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """`contact_id` and `line_id` are None when the number is withheld or invalid."""

    ref: str
    contact_id: int | None
    line_id: int | None
    is_new_contact: bool


def open_call_in(connection: Connection, arrival: IncomingCall) -> OpenedCall:
    """Opens the call, or gives it as it was opened; then it gets the version of the plan if it has none yet."""
    if opened := _opened(connection, arrival.ref):
        _complete(connection, [arrival])
        return opened
    try:
        with savepoint(connection):
            return _enter_new(connection, arrival)
    except IntegrityError:
        if opened := _opened(connection, arrival.ref):
            return opened  # another transaction was faster
        raise


def open_calls_in(connection: Connection, arrivals: Iterable[IncomingCall]) -> None:
    """Opens those that are not open, as `open_call_in` does, in as many statements as one call takes."""
    known_or_new = tuple(arrivals)
    if not known_or_new:
        return
    try:
        with savepoint(connection):
            _open_together(connection, known_or_new)
    except IntegrityError:  # another transaction was faster with one of them, or with one of their lines
        for arrival in known_or_new:
            open_call_in(connection, arrival)


def _open_together(connection: Connection, arrivals: Iterable[IncomingCall]) -> None:
    wanted = {arrival.ref: arrival for arrival in arrivals}
    known = set(connection.scalars(_KNOWN, {"calls": [*wanted]}))
    _complete(connection, [wanted[ref] for ref in sorted(known)])
    new = [arrival for ref, arrival in wanted.items() if ref not in known]
    if not new:
        return
    callers = {arrival.caller: arrival.at for arrival in reversed(new) if arrival.caller and not arrival.withheld}
    found = identify_callers(connection, callers)
    rows = []
    for arrival in new:
        match = found.get(arrival.caller) if arrival.caller and not arrival.withheld else None
        rows.append(_rows(arrival, match.line_id if match else None, match.contact_id if match else None))
    connection.execute(_NEW_CALL, [call for call, _ in rows])
    connection.execute(_NEW_INTERACTION, [interaction for _, interaction in rows])
    notifications.calls_started(connection, new)


def _complete(connection: Connection, arrivals: Iterable[IncomingCall]) -> None:
    served = [arrival for arrival in arrivals if arrival.plan_version is not None]
    if served:
        rows = [{"call": call.ref, "version": call.plan_version, "spoken": call.language} for call in served]
        connection.execute(_COMPLETED, rows)


def _opened(connection: Connection, ref: str) -> OpenedCall | None:
    if (row := get_call_row(connection, ref)) is None:
        return None
    return OpenedCall(ref, current_contact(connection, row), row.line_id, is_new_contact=False)


def _enter_new(connection: Connection, arrival: IncomingCall) -> OpenedCall:
    caller = None if arrival.withheld else arrival.caller
    found = None if caller is None else identify_caller(connection, caller, arrival.at)
    line_id, contact_id = (found.line_id, found.contact_id) if found else (None, None)
    call, interaction = _rows(arrival, line_id, contact_id)
    connection.execute(_NEW_CALL, call)
    connection.execute(_NEW_INTERACTION, interaction)
    notifications.calls_started(connection, [arrival])
    if found is None:
        return OpenedCall(arrival.ref, None, None, is_new_contact=False)
    card = found.contact_id if found.is_new_card else surviving_card(connection, found.contact_id)
    return OpenedCall(arrival.ref, card, found.line_id, found.is_new_card)


def _rows(
    arrival: IncomingCall, line_id: int | None, contact_id: int | None
) -> tuple[dict[str, object], dict[str, object]]:
    """The rows of the call and of its interaction."""
    call: dict[str, object] = {
        "ref": arrival.ref,
        "landing": arrival.landing,
        "public_number": arrival.public_number,
        "line_id": line_id,
        "withheld": arrival.withheld,
        "language": arrival.language,
        "plan_version": arrival.plan_version,
        "started_at": arrival.at,
    }
    interaction: dict[str, object] = {
        "contact_id": contact_id,
        "purpose": INBOUND_PURPOSE,
        "channel": TELEPHONE,
        "at": arrival.at,
        "call_ref": arrival.ref,
    }
    return call, interaction
