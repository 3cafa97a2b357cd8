"""The PIN that identifies a user on the staff line, stored as a hash.

Six wrong PINs in a row, over all calls, lock it until an administrator unlocks it or the user sets another one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import DEFAULT_WAIT_MS, Database
from records.errors import NotFound, RecordsError
from records.schema import PhonePin as Pins
from records.schema import User as Users
from records.users import passwords
from records.users.users import User, get_user_in
from routing.access.permissions import Permission
from routing.access.pins import MAX_PIN_LENGTH, MAX_WRONG_PINS, MIN_PIN_LENGTH, PinProblem, pin_problem


class PinRejected(RecordsError):
    """The PIN is too easy to guess or has a wrong length."""

    def __init__(self, problem: PinProblem) -> None:
        super().__init__(
            f"This PIN is refused ({problem}); choose {MIN_PIN_LENGTH} to {MAX_PIN_LENGTH} digits that nobody guesses."
        )
        self.problem = problem


@dataclass(frozen=True, slots=True)
class PinState:
    """The state of a user's PIN; `chosen_at` is None when there is none."""

    chosen_at: datetime | None = None
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class PinVerification:
    """The caller; None for a wrong PIN, a locked one, or no such user. `locked`: this attempt locked it."""

    user: User | None = None
    locked: bool = False


def set_pin(database: Database, actor: Actor, user_id: int, pin: str, *, at: datetime) -> None:
    """Sets and unlocks the PIN of a user: the actor's own, or another user's if the actor manages people.

    Raises Forbidden, NotFound, PinRejected.
    """
    _require_self_or_manager(actor, user_id)
    if problem := pin_problem(pin):
        raise PinRejected(problem)
    row = {"hash": passwords.hash_with_argon2(pin), "chosen_at": at, "wrong_attempts": 0}
    with database.write() as connection:
        user = get_user_in(connection, Users.id == user_id, for_update=True)
        if not connection.execute(update(Pins).where(Pins.user_id == user_id).values(row)).rowcount:
            connection.execute(insert(Pins).values(user_id=user_id, **row))
        changes.record(connection, actor, "account.pin", user.email, at=at)


def get_pin_state(database: Database, actor: Actor, user_id: int) -> PinState:
    """Raises Forbidden."""
    _require_self_or_manager(actor, user_id)
    with database.read() as connection:
        row = connection.execute(
            select(Pins.chosen_at, Pins.wrong_attempts).where(Pins.user_id == user_id)
        ).one_or_none()
    return PinState(row.chosen_at, row.wrong_attempts >= MAX_WRONG_PINS) if row else PinState()


def is_any_chosen(database: Database) -> bool:
    """Whether any user has chosen a PIN."""
    with database.read() as connection:
        return connection.execute(select(Pins.user_id).limit(1)).first() is not None


def unlock_pin(database: Database, actor: Actor, user_id: int, *, at: datetime) -> None:
    """Unlocks the PIN. Raises Forbidden, NotFound when it was not locked."""
    actor.require(Permission.MANAGE_USERS)
    with database.write() as connection:
        locked = (Pins.user_id == user_id, Pins.wrong_attempts >= MAX_WRONG_PINS)
        if not connection.execute(update(Pins).where(*locked).values(wrong_attempts=0)).rowcount:
            raise NotFound("This account's PIN is not locked.")
        user = get_user_in(connection, Users.id == user_id)
        was, now = {"locked": True}, {"locked": False}
        changes.record(connection, actor, "account.pin_unlocked", user.email, before=was, after=now, at=at)


def verify_pin(
    database: Database, user_id: int, pin: str, *, by: Actor, at: datetime, wait_ms: int = DEFAULT_WAIT_MS
) -> PinVerification:
    """The user, if it is their PIN. Every failure takes the same time; `by` is recorded for a lock.

    An attempt counts before its result is known, so that simultaneous attempts count.
    """
    with database.write(wait_ms) as connection:
        active = select(Users.id).where(Users.id == user_id, Users.deactivated_at.is_(None))
        counted = connection.execute(
            update(Pins)
            .where(Pins.user_id.in_(active), Pins.wrong_attempts < MAX_WRONG_PINS)
            .values(wrong_attempts=Pins.wrong_attempts + 1)
            .returning(Pins.hash, Pins.wrong_attempts)
        ).one_or_none()
    if passwords.verify_password(pin, counted.hash if counted else None):
        return PinVerification(_reset_wrong_attempts(database, user_id, wait_ms))
    locked = counted is not None and counted.wrong_attempts >= MAX_WRONG_PINS
    if locked:
        with database.write(wait_ms) as connection:
            user = get_user_in(connection, Users.id == user_id)
            was, now = {"locked": False}, {"locked": True}
            changes.record(connection, by, "account.pin_locked", user.email, before=was, after=now, at=at)
    return PinVerification(locked=locked)


def delete_pin(connection: Connection, user_id: int) -> None:
    """Deletes the PIN."""
    connection.execute(delete(Pins).where(Pins.user_id == user_id))


def _reset_wrong_attempts(database: Database, user_id: int, wait_ms: int) -> User:
    with database.write(wait_ms) as connection:
        connection.execute(update(Pins).where(Pins.user_id == user_id).values(wrong_attempts=0))
        return get_user_in(connection, Users.id == user_id)


def _require_self_or_manager(actor: Actor, user_id: int) -> None:
    if actor.user_id != user_id:
        actor.require(Permission.MANAGE_USERS)
