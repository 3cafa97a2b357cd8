"""What Asterisk knows of telephones and trunks: written by the switch process, read by pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from records.database.engine import Database
from records.schema import EndpointState as Rows
from routing.trunk_states import REACHABLE

WATCHED = "*"
"""The name of a state that is always written: while it is there, an endpoint without a state is not registered."""
RENEW_AFTER = timedelta(seconds=40)
"""Each commit has every process look for what has changed."""
STALE_AFTER = timedelta(seconds=60)
"""Without news for so long nobody knows: the switch process does not run, or has lost Asterisk."""


@dataclass(frozen=True, slots=True)
class EndpointState:
    """`contact` and `registration` in Asterisk's words, "" for what it does not know (routing/trunk_states.py)."""

    contact: str
    registration: str = ""
    checked_at: datetime | None = None

    @property
    def is_reachable(self) -> bool:
        return self.contact == REACHABLE


def save_endpoint_states(database: Database, states: Mapping[str, EndpointState], *, at: datetime) -> None:
    """Replaces all states; writes only what has changed, or is older than RENEW_AFTER."""
    states = {**states, WATCHED: EndpointState("")}
    with database.read() as connection:
        stored = {row.name: row for row in connection.execute(select(*Rows.__table__.c))}
    changed = {
        name: {"contact": now.contact[:16], "registration": now.registration[:16], "checked_at": at}
        | ({"reached_at": at} if now.is_reachable else {})
        for name, now in states.items()
        if name not in stored
        or (stored[name].contact, stored[name].registration) != (now.contact[:16], now.registration[:16])
        or at - stored[name].checked_at > RENEW_AFTER
    }
    gone = stored.keys() - states.keys()
    if not changed and not gone:
        return
    with database.write(durable=False) as connection:
        connection.execute(delete(Rows).where(Rows.name.in_(gone)))
        for name, values in changed.items():
            if not connection.execute(update(Rows).where(Rows.name == name).values(values)).rowcount:
                connection.execute(insert(Rows).values(name=name, **values))


def list_endpoint_states(database: Database, *, at: datetime) -> Mapping[str, EndpointState]:
    """The states by SIP account or name of the trunk; those that are too old to be believed are left out."""
    with database.read() as connection:
        rows = connection.execute(select(*Rows.__table__.c).where(Rows.checked_at > at - STALE_AFTER))
        return {row.name: EndpointState(row.contact, row.registration, row.checked_at) for row in rows}


def find_ever_reached(database: Database, names: Collection[str]) -> frozenset[str]:
    """Of these SIP accounts or trunks, those that have been reached at some time."""
    with database.read() as connection:
        reached = select(Rows.name).where(Rows.name.in_(names), Rows.reached_at.is_not(None))
        return frozenset(connection.execute(reached).scalars())
