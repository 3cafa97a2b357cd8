"""Transfers: an agent hands the caller with whom they talk over to a person, a level or the overflow centres.

Each is committed before Asterisk hears of it, and handed to Asterisk once. What became of it is told by the events of
the call (records/transfers/progress.py).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from records.calls.talks import find_current_talk
from records.database.engine import Database, acquire_lock
from records.errors import NotFound, RecordsError
from records.schema import SipAccount as SipAccounts
from records.schema import Transfer as Transfers
from records.transfers.receivers import count_free, list_receivers

EXPIRY = timedelta(seconds=10)
"""A transfer that was not handed to Asterisk by then does not happen any more: the talk goes on."""
MAX_NOTE = 1_000
LEVELS = (2, 3)
"""The levels to which callers are handed over."""


class TargetKind(StrEnum):
    PERSON = "person"
    LEVEL = "level"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Target:
    """To whom: one agent, the agents of a level, or the overflow centres of the plan. Never a number."""

    kind: TargetKind
    agent_id: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer; `from_account` is the SIP account of the agent who hands over, `to_account` that of the person.

    `speaks_first`: the agent speaks with the receiver before the caller does (records/transfers/consultations.py), and
    has asked for `step` at `step_asked_at`.
    """

    id: int
    call_ref: str
    from_agent_id: int
    from_account: str
    target: Target
    to_account: str
    note: str | None
    asked_at: datetime
    taken_at: datetime | None
    failed_at: datetime | None
    speaks_first: bool
    step: str | None
    step_asked_at: datetime | None


class NotTalking(RecordsError):
    """The agent talks with no caller, or the caller is being handed over already."""

    def __init__(self) -> None:
        super().__init__("You are not in a call that can be handed over.")


class NobodyFree(RecordsError):
    """Nobody there could take the call now; nothing was done, and the talk goes on."""

    def __init__(self) -> None:
        super().__init__("Nobody there can take the call now.")


def request_transfer(
    database: Database,
    agent_id: int,
    target: Target,
    *,
    note: str | None,
    at: datetime,
    speaks_first: bool = False,
) -> Transfer:
    """Asks for a transfer of the call in which the agent talks; committed when this returns.

    Raises NotTalking, NobodyFree, NotFound for an agent or level that does not exist, and for a centre with which
    somebody wants to speak first.
    """
    if speaks_first and target.kind is TargetKind.CENTRE:
        raise NotFound("A centre takes callers without speaking with the agent first.")
    account = find_account(database, agent_id)
    talk = find_current_talk(database, account, at)
    if talk is None:
        raise NotTalking
    _require_free(database, agent_id, target, talk.language, at)
    with database.write(notify=True) as connection:
        acquire_lock(connection, f"transfer {talk.ref}")
        pending = (Transfers.call_ref == talk.ref, Transfers.failed_at.is_(None), Transfers.asked_at > at - EXPIRY)
        if connection.scalar(select(Transfers.id).where(*pending, Transfers.taken_at.is_(None)).limit(1)):
            raise NotTalking
        values = {
            "call_ref": talk.ref,
            "from_agent_id": agent_id,
            "to_kind": target.kind,
            "to_agent_id": target.agent_id,
            "to_level": target.level,
            "note": (note or "").strip()[:MAX_NOTE] or None,
            "asked_at": at,
            "speaks_first": speaks_first,
        }
        new_id = connection.execute(insert(Transfers).values(values).returning(Transfers.id)).scalar_one()
        return _list(connection, Transfers.id == new_id)[0]


def claim_transfers(database: Database, *, at: datetime) -> tuple[Transfer, ...]:
    """The transfers to start now, each given once; committed when this returns."""
    due = (Transfers.taken_at.is_(None), Transfers.failed_at.is_(None), Transfers.asked_at > at - EXPIRY)
    with database.read() as connection:
        if connection.scalar(select(Transfers.id).where(*due).limit(1)) is None:
            return ()
    with database.write() as connection:
        taken = connection.scalars(update(Transfers).where(*due).values(taken_at=at).returning(Transfers.id)).all()
        return _list(connection, Transfers.id.in_(taken))


def fail_transfer(database: Database, transfer_id: int, *, at: datetime) -> None:
    """The talk was over, or Asterisk refused."""
    with database.write(notify=True) as connection:
        connection.execute(update(Transfers).where(Transfers.id == transfer_id).values(failed_at=at))


def find_started(database: Database, call_ref: str) -> Transfer | None:
    """The last transfer of the call that was handed to Asterisk."""
    with database.read() as connection:
        started = (Transfers.call_ref == call_ref) & Transfers.taken_at.is_not(None) & Transfers.failed_at.is_(None)
        found = _list(connection, started)
        return found[-1] if found else None


def list_recent(database: Database, since: datetime) -> tuple[Transfer, ...]:
    """The transfers that were asked for since then, oldest first."""
    with database.read() as connection:
        return _list(connection, Transfers.asked_at > since)


def _require_free(database: Database, agent_id: int, target: Target, language: str, at: datetime) -> None:
    receivers = list_receivers(database, at)
    if target.kind is TargetKind.PERSON:
        found = next((one for one in receivers if one.presence.agent_id == target.agent_id), None)
        if found is None or target.agent_id == agent_id:
            raise NotFound(f"There is no agent {target.agent_id} to whom the call could go.")
        if not found.is_free:
            raise NobodyFree
    elif target.kind is TargetKind.LEVEL:
        if target.level not in LEVELS:
            raise NotFound(f"There is no level {target.level}.")
        if not count_free(receivers, target.level, language, without=agent_id):
            raise NobodyFree


def find_account(database: Database, agent_id: int) -> str:
    """The SIP account of an agent. Raises NotFound."""
    with database.read() as connection:
        name = connection.scalar(select(SipAccounts.name).where(SipAccounts.claimed_by == agent_id))
    if name is None:
        raise NotFound(f"There is no agent {agent_id}.")
    return str(name)


def _list(connection: Connection, which: ColumnElement[bool]) -> tuple[Transfer, ...]:
    rows = connection.execute(select(*Transfers.__table__.c).where(which).order_by(Transfers.id)).all()
    ids = {each for row in rows for each in (row.from_agent_id, row.to_agent_id)}
    of = select(SipAccounts.claimed_by, SipAccounts.name).where(SipAccounts.claimed_by.in_(ids))
    accounts = {agent: name for agent, name in connection.execute(of)}
    return tuple(_transfer(row, accounts) for row in rows)


def _transfer(row: Row[*tuple[Any, ...]], accounts: dict[int | None, str]) -> Transfer:
    target = Target(TargetKind(row.to_kind), row.to_agent_id, row.to_level)
    values = {name: value for name, value in row._mapping.items() if not name.startswith("to_")}
    return Transfer(
        **values,
        from_account=accounts.get(row.from_agent_id, ""),
        to_account=accounts.get(row.to_agent_id, ""),
        target=target,
    )
