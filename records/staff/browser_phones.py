"""The telephone of a session of the console: which browser may register, until when, and when its page was lost.

A session is given the account of its agent's desk with a new password. The switch process puts the password into
Asterisk, and takes it out when the session has ended, or no longer may answer (`take_work`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select, update

from records.database.engine import Database
from records.errors import RecordsError
from records.schema import Agent as Agents
from records.schema import BrowserPhone as Phones
from records.schema import ConsoleSession as Sessions
from records.schema import SipAccount as SipAccounts
from records.schema import User as Users
from records.staff.sip_account_names import random_password
from records.users.sessions import IDLE_TIMEOUT, MAX_DURATION


class NoBrowserPhone(RecordsError):
    """Calls do not ring in this user's browser."""

    def __init__(self) -> None:
        super().__init__("Calls do not ring in your browser; choose it as your telephone first.")


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """What a page registers with; in force once Asterisk has this `version`."""

    account: str
    password: str = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class BrowserWork:
    """What the switch process has to do: passwords to put or take out, by account, and pages that were lost."""

    versions: Mapping[str, int]
    lost: tuple[str, ...]


def issue_login(database: Database, session_id: int, *, at: datetime) -> BrowserLogin:
    """A new password for the browser of this session; an earlier one of the same agent is worth nothing from now on.

    Raises NoBrowserPhone.
    """
    with database.write(notify=True) as connection:
        desk = connection.scalar(_entitled(at, SipAccounts.desk).where(Sessions.id == session_id))
        password = random_password()
        given = {"session_id": session_id, "password": password, "version": Phones.version + 1}
        own = update(Phones).where(Phones.desk == (desk or "")).values(given)
        row = connection.execute(own.returning(Phones.account, Phones.version)).one_or_none()
        if row is None:
            raise NoBrowserPhone
        return BrowserLogin(row.account, password, row.version)


def is_applied(database: Database, login: BrowserLogin) -> bool:
    """Whether Asterisk knows the password."""
    with database.read() as connection:
        known = select(Phones.applied_version).where(Phones.account == login.account)
        return (connection.scalar(known) or 0) >= login.version


def find_account(database: Database, session_id: int, *, at: datetime) -> str | None:
    """The account of this session; None when it has none, or may not answer any more."""
    with database.read() as connection:
        own = _entitled(at, Phones.account).where(Sessions.id == session_id, Phones.session_id == session_id)
        account: str | None = connection.scalar(own)
        return account


def open_page(database: Database, account: str, page: str, *, at: datetime) -> None:
    """A page connects. If another one was there, its calls have lost it."""
    with database.write(notify=True) as connection:
        others = and_(Phones.account == account, Phones.page.not_in(("", page)))
        connection.execute(update(Phones).where(others).values(lost_at=at))
        connection.execute(update(Phones).where(Phones.account == account).values(page=page, away_since=None))


def lose_page(database: Database, account: str, page: str, *, at: datetime) -> None:
    """This page is gone; its calls have lost it, unless another one is there already."""
    with database.write(notify=True) as connection:
        own = update(Phones).where(Phones.account == account, Phones.page == page)
        connection.execute(own.values(page="", lost_at=at, away_since=at))


def await_pages(database: Database, *, at: datetime) -> None:
    """Whoever relays for pages begins: a page that was connected before is away until it connects again."""
    with database.write() as connection:
        connected = update(Phones).where(Phones.page != "", Phones.away_since.is_(None))
        connection.execute(connected.values(away_since=at))


def take_work(database: Database, *, at: datetime) -> BrowserWork:
    """What is to be done now; a lost page is given once, a password until `mark_applied`."""
    with database.read() as connection:
        rows = connection.execute(select(*Phones.__table__.c)).all()
        ended = _ended(connection, rows, at)
        waiting = [row for row in rows if row.version != row.applied_version or row.lost_at]
    if not ended and not waiting:
        return BrowserWork({}, ())
    with database.write() as connection:
        for desk in _ended(connection, rows, at):
            nobody = {"session_id": None, "password": None, "version": Phones.version + 1}
            connection.execute(update(Phones).where(Phones.desk == desk).values(nobody))
        lost = update(Phones).where(Phones.lost_at.is_not(None)).values(lost_at=None).returning(Phones.account)
        accounts = tuple(connection.execute(lost).scalars())
        open_ = select(Phones.account, Phones.version).where(Phones.version != Phones.applied_version)
        return BrowserWork({row.account: row.version for row in connection.execute(open_)}, accounts)


def get_password(database: Database, account: str) -> tuple[int, str | None] | None:
    """The version that is wanted, and its password: None without one. None for no account of a browser."""
    with database.read() as connection:
        row = connection.execute(select(Phones.version, Phones.password).where(Phones.account == account)).one_or_none()
        return None if row is None else (row.version, row.password)


def mark_applied(database: Database, account: str, version: int) -> None:
    """Asterisk has this version; the password is not kept here any longer. A later version remains to be applied."""
    with database.write() as connection:
        own = update(Phones).where(Phones.account == account, Phones.version == version)
        connection.execute(own.values(applied_version=version, password=None))


def _ended(connection: Connection, phones: Iterable[Row[*tuple[Any, ...]]], at: datetime) -> list[str]:
    """The desks whose session has ended, or may not answer any more."""
    held = {row.desk: row.session_id for row in phones if row.session_id is not None}
    if not held:
        return []
    rows = connection.execute(_entitled(at, SipAccounts.desk, Sessions.id).where(Sessions.id.in_(held.values())))
    return [desk for desk, _ in sorted(held.items() - {(row.desk, row.id) for row in rows})]


def _entitled(at: datetime, *columns: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:
    """Running sessions of users who are agents whose calls ring in the browser."""
    rows: Select[*tuple[Any, ...]] = select(*columns).select_from(Sessions)
    rows = rows.join(Users, Users.id == Sessions.user_id).join(Agents, Agents.id == Users.agent_id)
    rows = rows.join(SipAccounts, SipAccounts.claimed_by == Agents.id).join(Phones, Phones.desk == SipAccounts.desk)
    running = (Sessions.seen_at > at - IDLE_TIMEOUT, Sessions.started_at > at - MAX_DURATION)
    return rows.where(Sessions.ended_at.is_(None), Users.deactivated_at.is_(None), Agents.in_browser, *running)
