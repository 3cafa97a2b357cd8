"""What those who manage people do: invite, change, shut out, let in again, begin anew. Each change is written down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from records import changes, console_sessions, login_tries, phone_pins, second_factors
from records.accounts import Account, held
from records.base import Base, take_turn
from records.errors import RecordsError
from records.invitations import invite as new_link
from records.newcomers import Newcomer, added, refuse_taken
from records.schema import Account as Accounts
from records.viewer import Viewer
from routing.permissions import Right, Role

TURN = "administrators"
"""Two who leave at the same moment would not both be the last."""


class LastAdministrator(RecordsError):
    def __init__(self) -> None:
        super().__init__("This is the last administrator; make somebody else one first.")


@dataclass(frozen=True, slots=True)
class Invited:
    """`secret` opens the invitation's link, once; nobody can read it again."""

    account: Account
    secret: str = field(repr=False)


def invite(base: Base, viewer: Viewer, newcomers: Iterable[Newcomer], *, at: datetime) -> tuple[Invited, ...]:
    """All of them, or none. Raises Forbidden, EmailTaken, PersonTaken."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.write() as connection:
        take_turn(connection, TURN)
        accounts = [added(connection, viewer, newcomer, at=at) for newcomer in newcomers]
        return tuple(Invited(account, new_link(connection, account.id, at=at)) for account in accounts)


def change(
    base: Base, viewer: Viewer, account_id: int, *, name: str, role: Role, person_id: int | None, at: datetime
) -> Account:
    """The account as it is now; another role ends its sessions.

    Raises Forbidden, NotFound, LastAdministrator, PersonTaken.
    """
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.write() as connection:
        account = _turned_to(connection, account_id)
        refuse_taken(connection, person_id, but=account_id)
        if role is not account.role:
            _refuse_last(connection, account)
            console_sessions.end_all(connection, account.id, at=at)
        values: dict[str, object] = {"name": name.strip(), "role": role, "person_id": person_id}
        _set(connection, viewer, "account.changed", account, values, at)
        return held(connection, Accounts.id == account_id)


def deactivate(base: Base, viewer: Viewer, account_id: int, *, at: datetime) -> None:
    """Shut out from this moment on: sessions end. Raises Forbidden, NotFound, LastAdministrator."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.write() as connection:
        account = _turned_to(connection, account_id)
        if not account.active:
            return
        _refuse_last(connection, account)
        connection.execute(update(Accounts).where(Accounts.id == account_id).values(deactivated_at=at))
        console_sessions.end_all(connection, account_id, at=at)
        was, now = {"active": True}, {"active": False}
        changes.write(connection, viewer, "account.deactivated", account.email, before=was, after=now, at=at)


def reset(base: Base, viewer: Viewer, account_id: int, *, at: datetime) -> Invited:
    """As on the first day: active, no password, no second factor, no session; the new link chooses a password.

    Raises Forbidden, NotFound.
    """
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.write() as connection:
        account = _turned_to(connection, account_id)
        second_factors.turn_off(connection, account_id)
        cleared = {"password_hash": None, "deactivated_at": None}
        connection.execute(update(Accounts).where(Accounts.id == account_id).values(cleared))
        console_sessions.end_all(connection, account_id, at=at)
        login_tries.forget(connection, account.email)
        phone_pins.forget(connection, account_id)
        secret = new_link(connection, account_id, at=at)
        was = {"active": account.active, "second_factor": account.has_second_factor, "password": account.has_come}
        now = {"active": True, "second_factor": False, "password": False}
        changes.write(connection, viewer, "account.reset", account.email, before=was, after=now, at=at)
        return Invited(held(connection, Accounts.id == account_id), secret)


def _turned_to(connection: Connection, account_id: int) -> Account:
    take_turn(connection, TURN)
    return held(connection, Accounts.id == account_id, for_update=True)


def _refuse_last(connection: Connection, account: Account) -> None:
    """Whoever could let others in again must be there: active, and come already."""
    others = select(Accounts.id).where(
        Accounts.id != account.id,
        Accounts.role == Role.ADMINISTRATOR,
        Accounts.deactivated_at.is_(None),
        Accounts.password_hash.is_not(None),
    )
    if account.role is Role.ADMINISTRATOR and connection.scalar(others.limit(1)) is None:
        raise LastAdministrator


def _set(
    connection: Connection, viewer: Viewer, kind: str, account: Account, values: dict[str, object], at: datetime
) -> None:
    before = {field: getattr(account, field) for field in values}
    if before == values:
        return
    connection.execute(update(Accounts).where(Accounts.id == account.id).values(values))
    changes.write(connection, viewer, kind, account.email, before=before, after=values, at=at)
