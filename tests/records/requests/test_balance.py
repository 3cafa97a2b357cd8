"""The balance of requests: it counts what was received, done and open, however requests are joined."""

from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import insert

from records.actor import Actor
from records.database.engine import Database
from records.requests.balance import Balance, count_balance
from records.schema import Request
from routing.access.permissions import Role

ROOTS = {None: None, "open": 1, "closed": 2}
"""The request that another one is joined to, by its state."""


def closed_by_anne(at: datetime) -> dict[str, object]:
    return {"closed_at": at, "closed_by": "Anne", "outcome": "answered"}


def add_requests_of_every_kind(database: Database, now: datetime) -> list[dict[str, object]]:
    """Open and closed ones of each level, alone and joined to an open or a closed one, of today and of last week."""
    still_open: dict[str, object] = dict.fromkeys(closed_by_anne(now))
    rows = [
        {"level": level, "created_at": now - timedelta(days=days), "joined_to": ROOTS[root]} | state
        for state, level, root, days in product((still_open, closed_by_anne(now)), (1, 2, 3), ROOTS, (0, 7))
    ]
    roots = [{"level": 1, "created_at": now, "joined_to": None} | each for each in (still_open, closed_by_anne(now))]
    with database.write() as connection:
        connection.execute(insert(Request), [{"kind": "missed"} | row for row in (*roots, *rows)])
    return [*roots, *rows]


def is_alone(row: dict[str, object]) -> bool:
    return row["joined_to"] is None or (row["joined_to"] == ROOTS["closed"] and row["closed_at"] is None)


def test_requests_that_are_joined_count_as_one_and_the_mediators_for_the_mediator_alone(
    database: Database, noon: datetime
) -> None:
    rows = add_requests_of_every_kind(database, noon)
    for role, highest in ((Role.STAFF, 2), (Role.MEDIATOR, 3)):
        counted = [
            row["closed_at"] is not None
            for row in rows
            if row["created_at"] == noon and row["level"] <= highest and is_alone(row)
        ]
        done = sum(counted)
        balance = count_balance(database, Actor(1, role, "Basile"), noon - timedelta(days=1))
        assert balance == Balance(len(counted), done, len(counted) - done)
