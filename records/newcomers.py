"""Who comes to the staff console."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from records import changes
from records.accounts import Account, held
from records.errors import RecordsError
from records.schema import Account as Accounts
from records.viewer import Viewer
from routing.permissions import Role


@dataclass(frozen=True, slots=True)
class Newcomer:
    """`person_id`: who this is at the telephone."""

    name: str
    email: str
    role: Role
    language: str
    person_id: int | None = None


class EmailTaken(RecordsError):
    """There is an account of this address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account already.")


class PersonTaken(RecordsError):
    """Somebody else is already who answers this telephone."""

    def __init__(self) -> None:
        super().__init__("Somebody else has this telephone; choose another one.")


def added(connection: Connection, viewer: Viewer, newcomer: Newcomer, *, at: datetime) -> Account:
    """The new account, which cannot log in before a password is chosen. Raises EmailTaken, PersonTaken."""
    email = newcomer.email.strip().lower()
    if connection.scalar(select(Accounts.id).where(Accounts.email == email)) is not None:
        raise EmailTaken(email)
    refuse_taken(connection, newcomer.person_id)
    row = {
        "email": email,
        "name": newcomer.name.strip(),
        "role": newcomer.role,
        "language": newcomer.language,
        "person_id": newcomer.person_id,
    }
    new = insert(Accounts).values(**row, shortcuts=True, totp_step=0, created_at=at).returning(Accounts.id)
    account = held(connection, Accounts.id == connection.execute(new).scalar_one())
    changes.write(connection, viewer, "account.invited", email, after=row, at=at)
    return account


def refuse_taken(connection: Connection, person_id: int | None, *, but: int = 0) -> None:
    """Raises PersonTaken when the person at this telephone has another account than the one named by `but`."""
    others = select(Accounts.id).where(Accounts.person_id == person_id, Accounts.id != but)
    if person_id is not None and connection.scalar(others) is not None:
        raise PersonTaken
