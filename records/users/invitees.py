"""Adding users of the console."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from records import changes
from records.actor import Actor
from records.errors import RecordsError
from records.schema import User as Users
from records.users.users import User, get_user_in
from routing.access.permissions import Role


@dataclass(frozen=True, slots=True)
class Invitee:
    """A person to invite. `agent_id`: the agent that they are, if any."""

    name: str
    email: str
    role: Role
    language: str
    agent_id: int | None = None


class EmailTaken(RecordsError):
    """A user has this e-mail address already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} already has an account.")


class AgentTaken(RecordsError):
    """Another user is this agent already."""

    def __init__(self) -> None:
        super().__init__("Another user has this phone; choose another one.")


def add_user(connection: Connection, actor: Actor, invitee: Invitee, *, at: datetime) -> User:
    """The new user, who cannot log in before they have chosen a password. Raises EmailTaken, AgentTaken."""
    email = invitee.email.strip().lower()
    if connection.scalar(select(Users.id).where(Users.email == email)) is not None:
        raise EmailTaken(email)
    require_agent_free(connection, invitee.agent_id)
    row = {
        "email": email,
        "name": invitee.name.strip(),
        "role": invitee.role,
        "language": invitee.language,
        "agent_id": invitee.agent_id,
    }
    new = insert(Users).values(**row, shortcuts=True, totp_step=0, created_at=at).returning(Users.id)
    user = get_user_in(connection, Users.id == connection.execute(new).scalar_one())
    changes.record(connection, actor, "account.invited", email, after=row, at=at)
    return user


def require_agent_free(connection: Connection, agent_id: int | None, *, except_user_id: int = 0) -> None:
    """Raises AgentTaken when another user than `except_user_id` is this agent."""
    others = select(Users.id).where(Users.agent_id == agent_id, Users.id != except_user_id)
    if agent_id is not None and connection.scalar(others) is not None:
        raise AgentTaken
