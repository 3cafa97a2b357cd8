"""Outgoing calls to somebody of the house who asked for one in the console: to record a message, or to hear a draft.

Each is taken once before Asterisk hears of it, and rung once before Asterisk learns where: nobody is rung twice, and
nobody late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from records.accounts import Account, held
from records.base import Base, take_turn
from records.errors import NotFound, RecordsError
from records.people import Person, with_number
from records.schema import Account as Accounts
from records.schema import DeskRing as Rings
from records.viewer import Viewer
from routing.permissions import Right

SOON = timedelta(seconds=30)
"""Whoever is not rung by then has gone on to something else."""


class NoTelephone(RecordsError):
    """The account is nobody's at the telephone."""

    def __init__(self) -> None:
        super().__init__("This account has no telephone here; an administrator can tell which one is yours.")


@dataclass(frozen=True, slots=True)
class Part:
    """Of a draft's sound, in seconds from its beginning."""

    draft_id: int
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class DeskRing:
    """Why `account` is rung: to hear `part`, or, where it is None, to record the message of `slot`."""

    account: Account
    slot: str
    part: Part | None


def ask(base: Base, viewer: Viewer, slot: str, part: Part | None = None, *, at: datetime) -> None:
    """Has the viewer's telephone rung, once: also where it was asked for twice. Raises Forbidden, NoTelephone."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.write(wakes=True) as connection:
        take_turn(connection, f"ring {viewer.account_id}")
        if connection.scalar(select(Accounts.person_id).where(Accounts.id == viewer.account_id)) is None:
            raise NoTelephone
        waits = (Rings.account_id == viewer.account_id, Rings.taken_at.is_(None), Rings.asked_at > at - SOON)
        if connection.scalar(select(Rings.id).where(*waits).limit(1)) is None:
            row: dict[str, object] = {"account_id": viewer.account_id, "slot": slot, "asked_at": at}
            row |= {"draft_id": part.draft_id, "from_s": part.from_s, "until_s": part.until_s} if part else {}
            connection.execute(insert(Rings).values(row))


def take(base: Base, *, at: datetime) -> tuple[int, ...]:
    """Those that are to be rung now, which are never given again; durable when this returns."""
    due = (Rings.taken_at.is_(None), Rings.asked_at > at - SOON)
    with base.read() as connection:
        if connection.scalar(select(Rings.id).where(*due).limit(1)) is None:
            return ()
    with base.write() as connection:
        taken = update(Rings).where(*due).values(taken_at=at).returning(Rings.id)
        return tuple(sorted(connection.execute(taken).scalars()))


def ring(base: Base, ring_id: int, *, at: datetime) -> Person | None:
    """Whom to ring for it; None when that was told before, is too late, or the person has left."""
    with base.write() as connection:
        fresh = (Rings.id == ring_id, Rings.taken_at > at - SOON, Rings.rung_at.is_(None))
        rung = update(Rings).where(*fresh).values(rung_at=at).returning(Rings.account_id)
        account_id = connection.execute(rung).scalar_one_or_none()
        if account_id is None:
            return None
        account = held(connection, Accounts.id == account_id)
        return with_number(connection, account.person_id) if account.active and account.person_id else None


def rung(base: Base, ring_id: int) -> DeskRing:
    """What somebody was rung for. Raises NotFound."""
    with base.read() as connection:
        rows = select(*Rings.__table__.c).where(Rings.id == ring_id, Rings.rung_at.is_not(None))
        row = connection.execute(rows).one_or_none()
        if row is None:
            raise NotFound("Nobody was rung for this.")
        part = None if row.draft_id is None else Part(row.draft_id, row.from_s, row.until_s)
        return DeskRing(held(connection, Accounts.id == row.account_id), row.slot, part)
