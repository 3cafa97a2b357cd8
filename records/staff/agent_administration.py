"""What people who manage agents do: add, change, remove. Each change is recorded."""

from datetime import datetime

from sqlalchemy import Connection, select

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import ChangedMeanwhile, NotFound, RecordsError
from records.schema import User as Users
from records.staff import agents
from records.staff.agents import LOCK_NAME, Agent, NewAgent
from records.staff.sip_account_names import SipAccount, random_password
from routing.access.permissions import Permission


class NameTaken(RecordsError):
    """Another agent has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Another agent is called {name}; give both a longer name.")


def add_agent(database: Database, actor: Actor, new: NewAgent, *, at: datetime) -> Agent:
    """The new agent, ready for calls, with the first free SIP account. Raises Forbidden, NameTaken, NoFreeAccount."""
    actor.require(Permission.MANAGE_AGENTS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        _require_name_free(connection, new.name)
        added = agents.add_agent_in(connection, new, at)
        changes.record(connection, actor, "agent.added", added.name, after=_fields(added), at=at)
        return added


def change_agent(
    database: Database, actor: Actor, agent_id: int, new: NewAgent, *, at: datetime, seen: Agent | None = None
) -> Agent:
    """The agent as `new` says, for calls from now on. `seen` is what the editor saw when they began.

    Raises Forbidden, NotFound, NameTaken, ChangedMeanwhile.
    """
    actor.require(Permission.MANAGE_AGENTS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        before = agents.get_agent_in(connection, agent_id)
        if before is None:
            raise NotFound(f"There is no agent {agent_id}.")
        if seen is not None and _written(seen) != _written(before):
            raise ChangedMeanwhile
        _require_name_free(connection, new.name, except_id=agent_id)
        after = agents.update_agent_in(
            connection,
            agent_id,
            {
                "name": new.name.strip(),
                "language": new.language,
                "speaks": ",".join(new.speaks),
                "rank": new.rank,
                "outside_number": new.outside_number,
                "in_browser": new.in_browser,
            },
        )
        if _fields(before) != _fields(after):
            changes.record(
                connection, actor, "agent.changed", before.name, before=_fields(before), after=_fields(after), at=at
            )
        return after


def choose_own_phone(database: Database, actor: Actor, *, in_browser: bool, at: datetime) -> Agent:
    """The agent whom the actor is, whose calls ring in the console from now on, or at the desk phone again.

    Raises Forbidden; NotFound for a user who is no agent, or whose calls go to an outside number.
    """
    actor.require(Permission.SEE_RECEPTION)
    with database.write(notify=True) as connection:
        own = connection.scalar(select(Users.agent_id).where(Users.id == actor.user_id))
        before = agents.get_agent_in(connection, own or 0)
        if before is None or before.outside_number:
            raise NotFound("There is no telephone to choose.")
        if before.in_browser is in_browser:
            return before
        after = agents.update_agent_in(connection, before.id, {"in_browser": in_browser})
        changes.record(
            connection, actor, "agent.changed", before.name, before=_fields(before), after=_fields(after), at=at
        )
        return after


def remove_agent(database: Database, actor: Actor, agent_id: int, *, at: datetime) -> SipAccount:
    """The account of an agent who leaves, free again under a new password. Raises Forbidden, NotFound.

    Their calls and requests keep their name. The account is still to be applied in Asterisk.
    """
    actor.require(Permission.MANAGE_AGENTS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        leaving = agents.get_agent_in(connection, agent_id)
        account = agents.remove_agent_in(connection, agent_id, random_password(), at)
        name = leaving.name if leaving else ""
        changes.record(connection, actor, "agent.removed", name, before=_fields(leaving) if leaving else {}, at=at)
        return account


def _require_name_free(connection: Connection, name: str, *, except_id: int = 0) -> None:
    others = agents.list_agents_in(connection)
    if any(each.name.casefold() == name.strip().casefold() and each.id != except_id for each in others):
        raise NameTaken(name.strip())


def _written(agent: Agent) -> tuple[object, ...]:
    """What a form writes."""
    return agent.name, agent.language, agent.speaks, agent.rank, agent.outside_number, agent.in_browser


def _fields(agent: Agent) -> dict[str, object]:
    """What the change log says of an agent: never the telephone's password, nor a private number."""
    return {
        "name": agent.name,
        "rank": agent.rank,
        "languages": ",".join(agent.speaks),
        "outside": bool(agent.outside_number),
        **({"browser": True} if agent.in_browser else {}),
    }
