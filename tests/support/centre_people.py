"""People of overflow centres, and calls that a centre is given at this moment, for tests."""

from datetime import datetime, timedelta

from recorded_calls import CALLER, record_call

from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.centres import account_sessions, accounts
from records.centres.accounts import CentreAccount, NewAccount
from records.database.engine import Database
from routing.centres.people import CentreRole

PASSWORD = "lune pavé citron"


def add_person(
    database: Database,
    at: datetime,
    *,
    name: str = "Zoé Agent",
    email: str = "zoe@centre.example",
    role: CentreRole = CentreRole.AGENT,
    centre: str = "north",
    password: str | None = PASSWORD,
    language: str = "fr",
) -> CentreAccount:
    """A person of a centre; with a password they have used their link. The keywords are what an account has."""
    new = NewAccount(name, email, role, language)
    (issued,) = accounts.add_accounts(database, command_line_actor("test"), centre, [new], at=at)
    if password:
        account_sessions.accept_link(database, issued.secret, password, at=at)
    return issued.account


def ring(database: Database, number: int, at: datetime, *, centre: str = "north", caller: str | None = CALLER) -> str:
    """A call that rings at the centre since `at`, 40 s after it reached us; gives the reference of the hand-off."""
    reference, ref, begun = f"{number:032x}", f"{number}.1", at - timedelta(seconds=40)
    record_call(database, ref, begun, caller)
    events = [
        CallEvent(begun + timedelta(seconds=5), CallEventKind.KEY, {"menu": "main", "key": "1"}),
        CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": centre, "reference": reference}),
    ]
    calls.add_events(database, ref, events)
    return reference


def tell(database: Database, number: int, at: datetime, kind: CallEventKind, **detail: object) -> None:
    """Something happens in the call of this number."""
    calls.add_events(database, f"{number}.1", [CallEvent(at, kind, {"centre": "north", **detail})])


def end(database: Database, number: int, at: datetime, disposition: Disposition = Disposition.OVERFLOW) -> None:
    calls.close_call(database, f"{number}.1", at=at, disposition=disposition, cause="16")
