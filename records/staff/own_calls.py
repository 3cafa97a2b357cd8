"""The call for which an agent was rung last: kept beside the presence, so that their open page shows who calls."""

from datetime import datetime

from sqlalchemy import ScalarSelect, select, update

from records.database.engine import Database
from records.schema import Presence as Presences
from records.schema import SipAccount as SipAccounts


def begin_ring(database: Database, sip_account: str, ref: str, at: datetime) -> None:
    """The telephone of this agent rings for the call."""
    with database.write(durable=False) as connection:
        rung = update(Presences).where(Presences.agent_id == _agent(sip_account))
        connection.execute(rung.values(rung_for=ref, rung_at=at))


def end_ring(database: Database, sip_account: str, ref: str) -> None:
    """They have not answered. One who is rung for another call meanwhile stays so."""
    with database.write(durable=False) as connection:
        rung = update(Presences).where(Presences.agent_id == _agent(sip_account), Presences.rung_for == ref)
        connection.execute(rung.values(rung_for=None, rung_at=None))


def _agent(sip_account: str) -> ScalarSelect[int | None]:
    return select(SipAccounts.claimed_by).where(SipAccounts.name == sip_account).scalar_subquery()
