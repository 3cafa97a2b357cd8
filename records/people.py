"""Staff, and the phone accounts made in advance that they claim (so that adding somebody needs no reload)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select, update

from records.base import Base
from records.errors import NotFound, RecordsError
from records.schema import Person as People
from records.schema import PhoneAccount as Accounts


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff with his or her phone account."""

    id: int
    name: str
    language: str
    phone: str
    password: str = field(repr=False)
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone account; `person` is the name of who claimed it, None for a free one."""

    name: str
    password: str = field(repr=False)
    person: str | None


def prepare_phones(base: Base, accounts: Mapping[str, str]) -> None:
    """Makes the accounts (name to password) that do not exist yet; those that do keep their password."""
    with base.write() as connection:
        existing = set(connection.execute(select(Accounts.name)).scalars())
        new = [{"name": name, "password": password} for name, password in accounts.items() if name not in existing]
        if new:
            connection.execute(insert(Accounts), new)


def add(base: Base, name: str, *, language: str, at: datetime) -> Person:
    """The new member of staff, with the first free phone account. Raises RecordsError: no name, or no account left."""
    if not name.strip():
        raise RecordsError("A person needs a name; give one.")
    with base.write() as connection:
        new = insert(People).values(name=name.strip(), language=language, added_at=at).returning(People.id)
        person_id = connection.execute(new).scalar_one()
        free = select(Accounts.name).where(Accounts.claimed_by.is_(None)).order_by(Accounts.name).limit(1)
        first = free.with_for_update(skip_locked=True).scalar_subquery()
        if not connection.execute(update(Accounts).where(Accounts.name == first).values(claimed_by=person_id)).rowcount:
            raise RecordsError(
                "No phone account is free; remove somebody who has left, or raise the number of accounts."
            )
        return _people(connection, _staff().where(People.id == person_id))[0]


def staff(base: Base) -> tuple[Person, ...]:
    """Who works here now, by phone account."""
    with base.read() as connection:
        return _people(connection, _staff())


def phones(base: Base) -> tuple[Phone, ...]:
    """Every phone account, claimed or free, by name."""
    with base.read() as connection:
        rows = select(Accounts.name, Accounts.password, People.name).outerjoin(People).order_by(Accounts.name)
        return tuple(Phone(*row) for row in connection.execute(rows))


def remove(base: Base, person_id: int, *, password: str, at: datetime) -> Phone:
    """The account of who has left, free again and under a new password: the old telephone can no longer use it.

    Raises NotFound when nobody of this number works here.
    """
    with base.write() as connection:
        leaving = update(People).where(People.id == person_id, People.left_at.is_(None)).values(left_at=at)
        if not connection.execute(leaving).rowcount:
            raise NotFound(f"Nobody of the number {person_id} works here.")
        freed = update(Accounts).where(Accounts.claimed_by == person_id).values(claimed_by=None, password=password)
        return Phone(connection.execute(freed.returning(Accounts.name)).scalar_one(), password, None)


def _staff() -> Select[int, str, str, str, str, datetime]:
    rows = select(People.id, People.name, People.language, Accounts.name, Accounts.password, People.added_at)
    return rows.join(Accounts, Accounts.claimed_by == People.id).order_by(Accounts.name)


def _people(connection: Connection, rows: Select[int, str, str, str, str, datetime]) -> tuple[Person, ...]:
    return tuple(Person(*row) for row in connection.execute(rows))
