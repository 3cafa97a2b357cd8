"""Staff, and the phone accounts made in advance that they claim (so that adding somebody needs no reload)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from records.base import Base, take_turn
from records.errors import NotFound, RecordsError
from records.presence import PresenceState
from records.schema import Person as People
from records.schema import PhoneAccount as Accounts
from records.schema import Presence as Presences

OURSELVES = "standardiste"
"""Who decided a presence that no person decided."""

TURN = "phone accounts"
"""Whoever makes or claims some takes a turn: the first free one of two people is one and the same."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be added. `rank` is the level of the team, 1 to 3; `outside_number` is E.164.

    `language` is what we speak to the person, `speaks` what the person speaks with callers.
    """

    name: str
    language: str
    speaks: tuple[str, ...]
    rank: int = 1
    outside_number: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff with his or her phone account; see Newcomer."""

    id: int
    name: str
    language: str
    phone: str
    password: str = field(repr=False)
    added_at: datetime
    rank: int
    outside_number: str | None = field(repr=False)
    speaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone account; `person` is the name of who claimed it, None for a free one."""

    name: str
    password: str = field(repr=False)
    person: str | None


def prepare_phones(base: Base, accounts: Mapping[str, str]) -> None:
    """Makes the accounts (name to password) that do not exist yet; those that do keep their password."""
    with base.write() as connection:
        take_turn(connection, TURN)
        existing = set(connection.execute(select(Accounts.name)).scalars())
        new = [{"name": name, "password": password} for name, password in accounts.items() if name not in existing]
        if new:
            connection.execute(insert(Accounts), new)


def add(
    base: Base,
    name: str,
    *,
    language: str,
    at: datetime,
    rank: int = 1,
    outside_number: str | None = None,
    speaks: Iterable[str] = (),
) -> Person:
    """The new member of staff, ready for calls, with the first free phone account; `speaks` is `language` by default.

    Raises RecordsError: no name, or no account left.
    """
    newcomer = Newcomer(name, language, tuple(speaks) or (language,), rank, outside_number)
    return add_all(base, [newcomer], at=at)[0]


def add_all(base: Base, newcomers: Iterable[Newcomer], *, at: datetime) -> tuple[Person, ...]:
    """As `add`, for all of them or for none."""
    with base.write(wakes=True) as connection:
        take_turn(connection, TURN)
        return tuple(_add(connection, newcomer, at) for newcomer in newcomers)


def change(
    base: Base,
    person_id: int,
    *,
    rank: int | None = None,
    outside_number: str | None = None,
    speaks: Iterable[str] = (),
) -> Person:
    """What is given is so from now on, and still to be applied to Asterisk; the rest stays.

    The outside number "" leads back to the desk; the first of `speaks` is what we speak to the person. Raises NotFound
    when nobody of this number works here.
    """
    spoken = tuple(speaks)
    given: dict[str, int | str | None] = {} if rank is None else {"rank": rank}
    given |= {} if outside_number is None else {"outside_number": outside_number or None}
    given |= {"speaks": ",".join(spoken), "language": spoken[0]} if spoken else {}
    with base.write(wakes=True) as connection:
        if given:
            connection.execute(update(People).where(People.id == person_id).values(given))
        again = update(Presences).where(Presences.person_id == person_id)
        if not connection.execute(again.values(version=Presences.version + 1, applied_at=None)).rowcount:
            raise NotFound(f"Nobody of the number {person_id} works here.")
        return _people(connection, People.id == person_id)[0]


def staff(base: Base) -> tuple[Person, ...]:
    """Who works here now, by phone account."""
    with base.read() as connection:
        return _people(connection)


def find(base: Base, who: str) -> Person:
    """The one person of this name or phone account, capitals apart. Raises NotFound, RecordsError for two of a name."""
    wanted = who.strip().casefold()
    found = [person for person in staff(base) if wanted in (person.phone, person.name.casefold())]
    if not found:
        raise NotFound(f"Nobody called {who!r} works here; `standardiste staff list` shows everybody.")
    if len(found) > 1:
        accounts = " and ".join(person.phone for person in found)
        raise RecordsError(f"{accounts} are both called {found[0].name}; give the account instead.")
    return found[0]


def at_phone(base: Base, account: str) -> Person | None:
    """Whose phone account it is; None when it is nobody's."""
    with base.read() as connection:
        return next(iter(_people(connection, Accounts.name == account)), None)


def with_number(connection: Connection, person_id: int) -> Person | None:
    """Who works here under this number, inside a transaction."""
    return next(iter(_people(connection, People.id == person_id)), None)


def phones(base: Base) -> tuple[Phone, ...]:
    """Every phone account, claimed or free, by name."""
    with base.read() as connection:
        rows = select(Accounts.name, Accounts.password, People.name).outerjoin(People).order_by(Accounts.name)
        return tuple(Phone(*row) for row in connection.execute(rows))


def remove(base: Base, person_id: int, *, password: str, at: datetime) -> Phone:
    """The account of who has left, free again and under a new password: the old telephone can no longer use it.

    Raises NotFound when nobody of this number works here.
    """
    with base.write(wakes=True) as connection:
        leaving = update(People).where(People.id == person_id, People.left_at.is_(None)).values(left_at=at)
        if not connection.execute(leaving).rowcount:
            raise NotFound(f"Nobody of the number {person_id} works here.")
        connection.execute(delete(Presences).where(Presences.person_id == person_id))
        freed = update(Accounts).where(Accounts.claimed_by == person_id).values(claimed_by=None, password=password)
        return Phone(connection.execute(freed.returning(Accounts.name)).scalar_one(), password, None)


def _add(connection: Connection, newcomer: Newcomer, at: datetime) -> Person:
    if not newcomer.name.strip():
        raise RecordsError("A person needs a name; give one.")
    row = {
        "name": newcomer.name.strip(),
        "language": newcomer.language,
        "speaks": ",".join(newcomer.speaks),
        "rank": newcomer.rank,
        "outside_number": newcomer.outside_number,
        "added_at": at,
    }
    person_id = connection.execute(insert(People).values(row).returning(People.id)).scalar_one()
    free = select(Accounts.name).where(Accounts.claimed_by.is_(None)).order_by(Accounts.name).limit(1)
    claim = update(Accounts).where(Accounts.name == free.scalar_subquery()).values(claimed_by=person_id)
    if not connection.execute(claim).rowcount:
        raise RecordsError("No phone account is free; remove somebody who has left, or raise the number of accounts.")
    ready = {"person_id": person_id, "state": PresenceState.READY, "reason": "", "since": at, "by": OURSELVES}
    connection.execute(insert(Presences).values(**ready, version=1))
    return _people(connection, People.id == person_id)[0]


def _people(connection: Connection, *which: ColumnElement[bool]) -> tuple[Person, ...]:
    own = [column for column in People.__table__.c if column.name != "left_at"]
    rows: Select[*tuple[Any, ...]] = select(*own, Accounts.name.label("phone"), Accounts.password)
    rows = rows.join(Accounts, Accounts.claimed_by == People.id).where(*which).order_by(Accounts.name)
    return tuple(_person(row) for row in connection.execute(rows))


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(**{**row._mapping, "speaks": tuple(row.speaks.split(","))})
