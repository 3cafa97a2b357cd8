"""Agents, and the SIP accounts that they claim; these exist in advance, so that adding an agent needs no reload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from records.actor import SYSTEM
from records.database.engine import Database, acquire_lock
from records.errors import NotFound, RecordsError
from records.schema import Agent as Agents
from records.schema import BrowserPhone as BrowserPhones
from records.schema import Presence as Presences
from records.schema import SipAccount as SipAccounts
from records.schema import User as Users
from records.staff.browser_accounts import browser_account, renew_account_in
from records.staff.pauses import end_pause_in
from records.staff.presence import PresenceState
from records.staff.sip_account_names import (
    SipAccount,
    desk_of_guessable,
    first_free_desk,
    is_guessable,
    new_credentials,
    random_account_name,
)

LOCK_NAME = "phone accounts"
"""Held while SIP accounts are created or claimed: otherwise two agents would claim the same free one."""


class NoFreeAccount(RecordsError):
    """Every SIP account is an agent's."""

    def __init__(self) -> None:
        super().__init__("No SIP account is free; remove an agent who has left, or raise the number of accounts.")


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An agent to add. `rank` is the team level, 1 to 3; `outside_number` is E.164.

    `language` is what the software speaks to them, `speaks` are their languages with callers. `in_browser`: their calls
    ring in the console, where browser phones are switched on.
    """

    name: str
    language: str
    speaks: tuple[str, ...]
    rank: int = 1
    outside_number: str | None = None
    in_browser: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent with their SIP account and its desk number ("07", which colleagues dial); see NewAgent.

    `browser_account`: that of their browser, while calls ring there.
    """

    id: int
    name: str
    language: str
    sip_account: str
    password: str = field(repr=False)
    added_at: datetime
    rank: int
    outside_number: str | None = field(repr=False)
    speaks: tuple[str, ...]
    desk: str = ""
    in_browser: bool = False
    browser_account: str | None = None


def create_sip_accounts(database: Database, accounts: Mapping[str, str]) -> None:
    """Creates the accounts (name to password) that do not exist yet; existing ones keep their password.

    p07 gets the desk 07, another name the first free desk.
    """
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        desks = {row.name: row.desk for row in connection.execute(select(SipAccounts.name, SipAccounts.desk))}
        for name, password in accounts.items():
            if name not in desks:
                desks[name] = desk_of_guessable(name) or first_free_desk(desks.values())
                connection.execute(insert(SipAccounts).values(name=name, password=password, desk=desks[name]))


def create_desks(database: Database, count: int) -> None:
    """Creates accounts with random names for the desks 01 to `count` that have none.

    Accounts that nobody has claimed get random names too; a claimed one keeps its name until `reissue_account`.
    """
    with database.write() as connection:
        acquire_lock(connection, LOCK_NAME)
        existing = set(connection.execute(select(SipAccounts.desk)).scalars())
        for desk in (f"{number:02}" for number in range(1, count + 1)):
            if desk not in existing:
                connection.execute(insert(SipAccounts).values(desk=desk, **new_credentials()))
        unclaimed = connection.execute(select(SipAccounts.name).where(SipAccounts.claimed_by.is_(None))).scalars()
        for name in filter(is_guessable, unclaimed.all()):
            connection.execute(update(SipAccounts).where(SipAccounts.name == name).values(new_credentials()))


def reissue_account(database: Database, agent_id: int) -> Agent:
    """The agent with a new account name and a new password; the telephone with the old ones is refused from now on.

    The desk number stays. The account is still to be applied in Asterisk. Raises NotFound.
    """
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        return reissue_account_in(connection, agent_id)


def reissue_account_in(connection: Connection, agent_id: int) -> Agent:
    """Like `reissue_account`, inside a transaction that holds the lock LOCK_NAME. Raises NotFound."""
    own = update(SipAccounts).where(SipAccounts.claimed_by == agent_id).values(new_credentials())
    if not connection.execute(own).rowcount:
        raise NotFound(f"There is no agent {agent_id}.")
    again = update(Presences).where(Presences.agent_id == agent_id)
    connection.execute(again.values(version=Presences.version + 1, applied_at=None))
    return _select_agents(connection, Agents.id == agent_id)[0]


def add_agent(
    database: Database,
    name: str,
    *,
    language: str,
    at: datetime,
    rank: int = 1,
    outside_number: str | None = None,
    speaks: Iterable[str] = (),
) -> Agent:
    """The new agent, ready for calls, with the first free SIP account; `speaks` is `language` by default.

    More than six arguments: the fields of NewAgent, for callers that add one agent.
    Raises RecordsError for an empty name, or when no account is free.
    """
    new_agent = NewAgent(name, language, tuple(speaks) or (language,), rank, outside_number)
    return add_agents(database, [new_agent], at=at)[0]


def add_agents(database: Database, new_agents: Iterable[NewAgent], *, at: datetime) -> tuple[Agent, ...]:
    """Like `add_agent`, for all of them or none."""
    with database.write(notify=True) as connection:
        acquire_lock(connection, LOCK_NAME)
        return tuple(add_agent_in(connection, new_agent, at) for new_agent in new_agents)


def update_agent(
    database: Database,
    agent_id: int,
    *,
    rank: int | None = None,
    outside_number: str | None = None,
    in_browser: bool = False,
    speaks: Iterable[str] = (),
) -> Agent:
    """Changes what is given; it is still to be applied in Asterisk.

    The outside number "" leads back to the desk phone, `in_browser` to the console; the first of `speaks` becomes
    `language`. Raises NotFound.
    """
    spoken = tuple(speaks)
    given: dict[str, int | str | None] = {} if rank is None else {"rank": rank}
    if outside_number is not None or in_browser:
        given |= {"outside_number": outside_number or None, "in_browser": in_browser}
    given |= {"speaks": ",".join(spoken), "language": spoken[0]} if spoken else {}
    with database.write(notify=True) as connection:
        return update_agent_in(connection, agent_id, given)


def update_agent_in(connection: Connection, agent_id: int, values: Mapping[str, int | str | bool | None]) -> Agent:
    """The agent with these values of columns; they are still to be applied in Asterisk. Raises NotFound."""
    if values:
        connection.execute(update(Agents).where(Agents.id == agent_id).values(values))
    again = update(Presences).where(Presences.agent_id == agent_id)
    if not connection.execute(again.values(version=Presences.version + 1, applied_at=None)).rowcount:
        raise NotFound(f"There is no agent {agent_id}.")
    return _select_agents(connection, Agents.id == agent_id)[0]


def list_agents(database: Database) -> tuple[Agent, ...]:
    """The agents who work here now, by desk number."""
    with database.read() as connection:
        return list_agents_in(connection)


def list_agents_in(connection: Connection) -> tuple[Agent, ...]:
    """Like `list_agents`, inside a transaction."""
    return _select_agents(connection)


def find_agent(database: Database, who: str) -> Agent:
    """The agent of this name, desk number or SIP account, ignoring capitals; p07 is the desk 07, as in version 0.2.

    Raises NotFound, RecordsError for two of one name.
    """
    key = who.strip().casefold()
    found = [
        agent
        for agent in list_agents(database)
        if key in (agent.sip_account, agent.desk, f"p{agent.desk}", agent.name.casefold())
    ]
    if not found:
        raise NotFound(f"There is no agent {who!r}; `standardiste staff list` shows everybody.")
    if len(found) > 1:
        desks = " and ".join(agent.desk for agent in found)
        raise RecordsError(f"The desks {desks} are both {found[0].name}'s; give the number of the desk instead.")
    return found[0]


def find_agent_by_sip_account(database: Database, sip_account: str) -> Agent | None:
    """The agent of this SIP account; None for a free one."""
    with database.read() as connection:
        return next(iter(_select_agents(connection, SipAccounts.name == sip_account)), None)


def get_agent_in(connection: Connection, agent_id: int) -> Agent | None:
    """The agent with this id who works here, inside a transaction."""
    return next(iter(_select_agents(connection, Agents.id == agent_id)), None)


def list_sip_accounts(database: Database) -> tuple[SipAccount, ...]:
    """Every SIP account, claimed or free, by desk number."""
    with database.read() as connection:
        columns = (SipAccounts.name, SipAccounts.password, Agents.name, SipAccounts.desk, BrowserPhones.account)
        rows = select(*columns).outerjoin(Agents).outerjoin(BrowserPhones, BrowserPhones.desk == SipAccounts.desk)
        rows = rows.order_by(SipAccounts.desk)
        return tuple(SipAccount(*row) for row in connection.execute(rows))


def remove_agent(database: Database, agent_id: int, *, password: str, at: datetime) -> SipAccount:
    """The account of an agent who leaves, free again under a new password, and a new name where names are random.

    The old phone can no longer use it. Raises NotFound.
    """
    with database.write(notify=True) as connection:
        return remove_agent_in(connection, agent_id, password, at)


def remove_agent_in(connection: Connection, agent_id: int, password: str, at: datetime) -> SipAccount:
    """Like `remove_agent`, inside a transaction. The user who was this agent keeps their account of the console."""
    leaving = update(Agents).where(Agents.id == agent_id, Agents.left_at.is_(None)).values(left_at=at)
    if not connection.execute(leaving).rowcount:
        raise NotFound(f"There is no agent {agent_id}.")
    end_pause_in(connection, agent_id, at)
    connection.execute(delete(Presences).where(Presences.agent_id == agent_id))
    connection.execute(update(Users).where(Users.agent_id == agent_id).values(agent_id=None))
    own = SipAccounts.claimed_by == agent_id
    name, desk = connection.execute(select(SipAccounts.name, SipAccounts.desk).where(own)).one()
    name = name if is_guessable(name) else random_account_name()  # `create_desks` renames those that are free
    connection.execute(update(SipAccounts).where(own).values(claimed_by=None, name=name, password=password))
    renew_account_in(connection, desk)
    return SipAccount(name, password, None, desk)


def add_agent_in(connection: Connection, new_agent: NewAgent, at: datetime) -> Agent:
    """Like `add_agents`, for one, inside a transaction that holds LOCK_NAME. Raises RecordsError, NoFreeAccount."""
    if not new_agent.name.strip():
        raise RecordsError("An agent needs a name; give one.")
    row = {
        "name": new_agent.name.strip(),
        "language": new_agent.language,
        "speaks": ",".join(new_agent.speaks),
        "rank": new_agent.rank,
        "outside_number": new_agent.outside_number,
        "in_browser": new_agent.in_browser,
        "added_at": at,
    }
    agent_id = connection.execute(insert(Agents).values(row).returning(Agents.id)).scalar_one()
    free = select(SipAccounts.name).where(SipAccounts.claimed_by.is_(None)).order_by(SipAccounts.desk).limit(1)
    claim = update(SipAccounts).where(SipAccounts.name == free.scalar_subquery()).values(claimed_by=agent_id)
    if not connection.execute(claim).rowcount:
        raise NoFreeAccount
    ready = {"agent_id": agent_id, "state": PresenceState.READY, "reason": "", "since": at, "by": SYSTEM}
    connection.execute(insert(Presences).values(**ready, version=1))
    return _select_agents(connection, Agents.id == agent_id)[0]


def _select_agents(connection: Connection, *which: ColumnElement[bool]) -> tuple[Agent, ...]:
    own = [column for column in Agents.__table__.c if column.name != "left_at"]
    account = (SipAccounts.name.label("sip_account"), SipAccounts.password, SipAccounts.desk, browser_account())
    rows: Select[*tuple[Any, ...]] = select(*own, *account)
    rows = rows.join(SipAccounts, SipAccounts.claimed_by == Agents.id).where(*which).order_by(SipAccounts.desk)
    return tuple(_to_agent(row) for row in connection.execute(rows))


def _to_agent(row: Row[*tuple[Any, ...]]) -> Agent:
    return Agent(**{**row._mapping, "speaks": tuple(row.speaks.split(","))})
