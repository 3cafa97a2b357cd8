"""The PIN by which somebody is known on the staff line. It is kept as a hash; six wrong ones in a row, over all calls,
lock it until an administrator unlocks it or its owner chooses another one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records import changes, passwords
from records.accounts import Account, held
from records.base import LONG_WAIT_MS, Base
from records.errors import NotFound, RecordsError
from records.schema import Account as Accounts
from records.schema import PhonePin as Pins
from records.viewer import Viewer
from routing.permissions import Right
from routing.pins import LONGEST, SHORTEST, PinProblem, pin_problem

MOST_WRONG = 6


class PinRefused(RecordsError):
    """Not good enough to be chosen."""

    def __init__(self, problem: PinProblem) -> None:
        super().__init__(f"This PIN is refused ({problem}); choose {SHORTEST} to {LONGEST} digits that nobody guesses.")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class PinState:
    """That of an account's PIN; `chosen_at` is None where there is none."""

    chosen_at: datetime | None = None
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Identified:
    """Who called: None for a wrong PIN, a locked one, or no such account. `locked`: by this very try."""

    account: Account | None = None
    locked: bool = False


def choose(base: Base, viewer: Viewer, account_id: int, pin: str, *, at: datetime) -> None:
    """The account's PIN from now on, unlocked: one's own, or somebody else's for who manages people.

    Raises Forbidden, NotFound, PinRefused.
    """
    _demand(viewer, account_id)
    if problem := pin_problem(pin):
        raise PinRefused(problem)
    row = {"hash": passwords.kept_of(pin), "chosen_at": at, "wrong": 0}
    with base.write() as connection:
        account = held(connection, Accounts.id == account_id, for_update=True)
        if not connection.execute(update(Pins).where(Pins.account_id == account_id).values(row)).rowcount:
            connection.execute(insert(Pins).values(account_id=account_id, **row))
        changes.write(connection, viewer, "account.pin", account.email, at=at)


def state(base: Base, viewer: Viewer, account_id: int) -> PinState:
    """Raises Forbidden."""
    _demand(viewer, account_id)
    with base.read() as connection:
        row = connection.execute(select(Pins.chosen_at, Pins.wrong).where(Pins.account_id == account_id)).one_or_none()
    return PinState(row.chosen_at, row.wrong >= MOST_WRONG) if row else PinState()


def unlock(base: Base, viewer: Viewer, account_id: int, *, at: datetime) -> None:
    """The PIN opens again. Raises Forbidden, NotFound when it was not locked."""
    viewer.demand(Right.MANAGE_PEOPLE)
    with base.write() as connection:
        locked = (Pins.account_id == account_id, Pins.wrong >= MOST_WRONG)
        if not connection.execute(update(Pins).where(*locked).values(wrong=0)).rowcount:
            raise NotFound("This account's PIN is not locked.")
        account = held(connection, Accounts.id == account_id)
        was, now = {"locked": True}, {"locked": False}
        changes.write(connection, viewer, "account.pin_unlocked", account.email, before=was, after=now, at=at)


def identify(
    base: Base, account_id: int, pin: str, *, by: Viewer, at: datetime, wait_ms: int = LONG_WAIT_MS
) -> Identified:
    """Whose PIN it is, if it is the account's. Whatever is wrong takes as long, and `by` is told of a lock.

    A try counts before it is known how it ends: those at the same moment count as well.
    """
    with base.write(wait_ms) as connection:
        active = select(Accounts.id).where(Accounts.id == account_id, Accounts.deactivated_at.is_(None))
        counted = connection.execute(
            update(Pins)
            .where(Pins.account_id.in_(active), Pins.wrong < MOST_WRONG)
            .values(wrong=Pins.wrong + 1)
            .returning(Pins.hash, Pins.wrong)
        ).one_or_none()
    if passwords.opens(pin, counted.hash if counted else None):
        return Identified(_forgiven(base, account_id, wait_ms))
    locked = counted is not None and counted.wrong >= MOST_WRONG
    if locked:
        with base.write(wait_ms) as connection:
            account = held(connection, Accounts.id == account_id)
            was, now = {"locked": False}, {"locked": True}
            changes.write(connection, by, "account.pin_locked", account.email, before=was, after=now, at=at)
    return Identified(locked=locked)


def forget(connection: Connection, account_id: int) -> None:
    """Nothing is left of it."""
    connection.execute(delete(Pins).where(Pins.account_id == account_id))


def _forgiven(base: Base, account_id: int, wait_ms: int) -> Account:
    with base.write(wait_ms) as connection:
        connection.execute(update(Pins).where(Pins.account_id == account_id).values(wrong=0))
        return held(connection, Accounts.id == account_id)


def _demand(viewer: Viewer, account_id: int) -> None:
    if viewer.account_id != account_id:
        viewer.demand(Right.MANAGE_PEOPLE)
