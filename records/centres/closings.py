"""The end of a contract: nobody of the centre gets in any more, and what was taken away stays on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.schema import CentreAccount as Accounts
from records.schema import CentreCardView as Views
from records.schema import CentreClosing as Closings
from records.schema import CentreSession as Sessions
from records.schema import Handoff as Handoffs
from records.schema import SiteKey as Keys
from routing.access.permissions import Permission, Role
from routing.plan.model import OverflowPlan

CLOSER = "standardiste"


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    """An account that was closed, as it was; `role` is the value of a CentreRole."""

    name: str
    email: str
    role: str
    had_password: bool
    had_second_factor: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """What was taken away from a centre at `closed_at`, after the contract's last day `ended_on`.

    `sessions`: how many were ended; `keys`: the labels of withdrawn keys; `calls` and `looks`: what stays on record,
    how many calls the centre was given and how often its people looked at a card.
    """

    id: int
    centre: str
    ended_on: date
    closed_at: datetime
    accounts: tuple[ClosedAccount, ...]
    sessions: int
    keys: tuple[str, ...]
    calls: int
    looks: int


def close_ended(database: Database, overflow: OverflowPlan, *, today: date, at: datetime) -> tuple[str, ...]:
    """Closes what is open to centres whose contract ended before `today`; gives their names.

    May be interrupted and repeated at any time: it changes nothing where nothing is open.
    """
    ended = [(each.name, each.contract.ends_on) for each in overflow.centres]
    return tuple(
        name for name, last in ended if last and last < today and _close_centre(database, name, last, at) is not None
    )


def list_closings(database: Database, actor: Actor, centre: str) -> tuple[Closing, ...]:
    """Every closing of this centre, the last one first. Raises Forbidden."""
    actor.require(Permission.CHECK_COSTS)
    rows = select(*Closings.__table__.c).where(Closings.centre == centre).order_by(Closings.id.desc())
    with database.read() as connection:
        return tuple(_closing(row) for row in connection.execute(rows))


def get_closing(database: Database, actor: Actor, centre: str, closing_id: int) -> Closing:
    """Raises Forbidden, NotFound also for another centre's."""
    for closing in list_closings(database, actor, centre):
        if closing.id == closing_id:
            return closing
    raise NotFound(f"There is no closing {closing_id} of {centre}.")


def _close_centre(database: Database, centre: str, ended_on: date, at: datetime) -> int | None:
    """The id of the closing; None where nothing was open."""
    with database.read() as connection:
        if not _is_open(connection, centre):
            return None
    with database.write() as connection:
        accounts = _close_accounts(connection, centre, at)
        sessions = _end_sessions(connection, centre, at)
        keys = _withdraw_keys(connection, centre, at)
        if not accounts and not keys:
            return None  # somebody was first
        row = {
            "centre": centre,
            "ended_on": ended_on,
            "closed_at": at,
            "removed": {"accounts": accounts, "sessions": sessions, "keys": keys},
            "calls": _count(connection, Handoffs, centre),
            "looks": _count(connection, Views, centre),
        }
        made: int = connection.execute(insert(Closings).values(row).returning(Closings.id)).scalar_one()
        counts = {"accounts": len(accounts), "sessions": sessions, "keys": len(keys)}
        actor = Actor(None, Role.ADMINISTRATOR, CLOSER)
        changes.record(connection, actor, "centre.closed", centre, after=counts, at=at)
        return made


def _is_open(connection: Connection, centre: str) -> bool:
    account = select(Accounts.id).where(Accounts.centre == centre, Accounts.closed_at.is_(None)).limit(1)
    key = select(Keys.id).where(Keys.centre == centre, Keys.revoked_at.is_(None)).limit(1)
    return connection.scalar(account) is not None or connection.scalar(key) is not None


def _close_accounts(connection: Connection, centre: str, at: datetime) -> list[dict[str, object]]:
    """Closes the accounts and deletes what opens them; gives what each had."""
    own = (Accounts.centre == centre, Accounts.closed_at.is_(None))
    rows = connection.execute(select(*Accounts.__table__.c).where(*own).order_by(Accounts.name).with_for_update()).all()
    emptied = {"password_hash": None, "totp_secret": None, "link_hash": None, "link_expires_at": None}
    closed = Accounts.id.in_([row.id for row in rows])
    connection.execute(update(Accounts).where(closed).values(**emptied, closed_at=at))
    return [
        {
            "name": row.name,
            "email": row.email,
            "role": row.role,
            "had_password": row.password_hash is not None,
            "had_second_factor": row.totp_secret is not None,
        }
        for row in rows
    ]


def _end_sessions(connection: Connection, centre: str, at: datetime) -> int:
    of_centre = Sessions.account_id.in_(select(Accounts.id).where(Accounts.centre == centre))
    return connection.execute(
        update(Sessions).where(of_centre, Sessions.ended_at.is_(None)).values(ended_at=at)
    ).rowcount


def _withdraw_keys(connection: Connection, centre: str, at: datetime) -> list[str]:
    """Withdraws the keys of the centre's programs; gives their labels."""
    own = (Keys.centre == centre, Keys.revoked_at.is_(None))
    labels = connection.execute(update(Keys).where(*own).values(revoked_at=at).returning(Keys.label)).scalars()
    return sorted(labels)


def _count(connection: Connection, table: type[Handoffs] | type[Views], centre: str) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(table.centre == centre)) or 0


def _closing(row: Row[*tuple[Any, ...]]) -> Closing:
    removed: Mapping[str, Any] = row.removed
    accounts: Sequence[Mapping[str, Any]] = removed["accounts"]
    told = tuple(ClosedAccount(**each) for each in accounts)
    kept = (row.id, row.centre, row.ended_on, row.closed_at)
    return Closing(*kept, told, removed["sessions"], tuple(removed["keys"]), row.calls, row.looks)
