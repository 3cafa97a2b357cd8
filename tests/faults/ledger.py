"""Requests and callbacks as a book-keeper reads them: what came in is done or open, and each row says the same."""

from collections.abc import Iterator

from witnesses import query

NOTHING_LEFT = "('answered', 'cancelled', 'treated', 'unrung')"
MOVES = "FROM callback_move AS move WHERE move.request_id = callback.request_id"
WRONG = {
    "a request is both done and open": "FROM request WHERE (closed_at IS NULL) <> (outcome IS NULL)",
    "a request for a callback has none, or a callback has no such request": (
        "FROM request LEFT JOIN callback ON request_id = request.id"
        " WHERE (kind = 'callback') <> (request_id IS NOT NULL)"
    ),
    "a callback came in not once": f'FROM callback WHERE (SELECT count(*) {MOVES} AND "before" IS NULL) <> 1',
    "a callback is not where its last move led": (
        f"FROM callback WHERE state <> coalesce((SELECT \"after\" {MOVES} ORDER BY id DESC LIMIT 1), '')"
    ),
    "a callback is closed and its request is open, or the other way round": (
        "FROM callback JOIN request ON request.id = request_id"
        f" WHERE (closed_at IS NOT NULL) <> (state IN {NOTHING_LEFT})"
    ),
}


def unbalanced(base: str) -> Iterator[str]:
    """A sentence for each kind of thing that is wrong in the base at this URL."""
    for sentence, rows in WRONG.items():
        [(times,)] = query(base, f"SELECT count(*) {rows}")
        if times:
            yield f"{sentence}, {times} times"
