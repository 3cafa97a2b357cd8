"""The consistency of requests and callbacks: each is open or closed, and all rows agree."""

from collections.abc import Iterator

from evidence import query

CLOSED_STATES = "('answered', 'cancelled', 'treated', 'unrung')"
TRANSITIONS = "FROM callback_transition AS transition WHERE transition.request_id = callback.request_id"
INCONSISTENCIES = {
    "a request is both closed and open": "FROM request WHERE (closed_at IS NULL) <> (outcome IS NULL)",
    "a request for a callback has none, or a callback has no such request": (
        "FROM request LEFT JOIN callback ON request_id = request.id"
        " WHERE (kind = 'callback') <> (request_id IS NOT NULL)"
    ),
    "a callback has not exactly one first transition": (
        f'FROM callback WHERE (SELECT count(*) {TRANSITIONS} AND "before" IS NULL) <> 1'
    ),
    "a callback is not in the state of its last transition": (
        f"FROM callback WHERE state <> coalesce((SELECT \"after\" {TRANSITIONS} ORDER BY id DESC LIMIT 1), '')"
    ),
    "a callback is closed and its request is open, or the other way round": (
        "FROM callback JOIN request ON request.id = request_id"
        f" WHERE (closed_at IS NOT NULL) <> (state IN {CLOSED_STATES})"
    ),
}


def find_inconsistencies(database: str) -> Iterator[str]:
    """A sentence for each kind of inconsistency in the database at this URL."""
    for sentence, rows in INCONSISTENCIES.items():
        [(times,)] = query(database, f"SELECT count(*) {rows}")
        if times:
            yield f"{sentence}, {times} times"
