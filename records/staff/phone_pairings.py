"""Telephones of agents in the console: accounts issued, shown once, taken back; links that give an account once."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound
from records.schema import PhonePairing as Pairings
from records.secrets import generate_secret, hash_secret
from records.staff.agents import LOCK_NAME, Agent, get_agent_in, reissue_account_in
from routing.access.permissions import Permission

VALID_FOR = timedelta(minutes=30)


def get_agent(database: Database, actor: Actor, agent_id: int) -> Agent:
    """Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_AGENTS)
    with database.read() as connection:
        agent = get_agent_in(connection, agent_id)
    if agent is None:
        raise NotFound(f"There is no agent {agent_id}.")
    return agent


def issue_phone(database: Database, actor: Actor, agent_id: int, *, at: datetime) -> tuple[Agent, str]:
    """The agent with a new account and password, and the secret of a link that gives them to a softphone once.

    A telephone with an earlier account is refused from now on. Asterisk has still to be told. Raises Forbidden,
    NotFound.
    """
    actor.require(Permission.MANAGE_AGENTS)
    secret = generate_secret()
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        agent = reissue_account_in(connection, agent_id)
        connection.execute(delete(Pairings).where((Pairings.agent_id == agent_id) | (Pairings.expires_at < at)))
        row = {"hash": hash_secret(secret), "agent_id": agent_id, "sip_account": agent.sip_account}
        connection.execute(insert(Pairings).values(**row, expires_at=at + VALID_FOR))
        changes.record(connection, actor, "phone.issue", agent.name, after={"desk": agent.desk}, at=at)
    return agent, secret


def revoke_phone(database: Database, actor: Actor, agent_id: int, *, at: datetime) -> Agent:
    """Gives the agent an account that nobody has seen, so that no telephone is theirs. Raises Forbidden, NotFound."""
    actor.require(Permission.MANAGE_AGENTS)
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        agent = reissue_account_in(connection, agent_id)
        connection.execute(delete(Pairings).where(Pairings.agent_id == agent_id))
        changes.record(connection, actor, "phone.revoke", agent.name, before={"desk": agent.desk}, at=at)
    return agent


def redeem_pairing(database: Database, secret: str, *, at: datetime) -> Agent | None:
    """The agent whose account this link gives, once; None when it was used, has expired, or there is a newer one."""
    with database.write() as connection:
        valid = (Pairings.hash == hash_secret(secret), Pairings.used_at.is_(None), Pairings.expires_at > at)
        used = update(Pairings).where(*valid).values(used_at=at).returning(Pairings.agent_id, Pairings.sip_account)
        row = connection.execute(used).one_or_none()
        agent = get_agent_in(connection, row.agent_id) if row else None
        return agent if agent and row and agent.sip_account == row.sip_account else None


def is_paired(database: Database, agent_id: int) -> bool:
    """Whether a softphone has fetched the last link that was made for this agent."""
    with database.read() as connection:
        rows = select(Pairings.id).where(Pairings.agent_id == agent_id, Pairings.used_at.is_not(None))
        return connection.scalar(rows.limit(1)) is not None
