"""Idempotency keys: a request that is sent again under its key gets the same response (HTTP Idempotency-Key)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from records.database.engine import Database
from records.errors import RecordsError
from records.schema import IdempotencyKey as Responses

RETENTION = timedelta(days=1)
"""A response holds the secret of its link, so it is kept only as long as a client may repeat the request."""


_KNOWN = select(Responses.body_hash, Responses.response).where(
    Responses.site == bindparam("site"), Responses.key == bindparam("key")
)
_NEW = insert(Responses)


class IdempotencyKeyReused(RecordsError):
    """The key was used before, for another request."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`key`: the client's own, one for each request; `body_hash`: a hash of the body, 64 hexadecimal digits."""

    key: str
    body_hash: str


def find_response(connection: Connection, site: str, idempotency_key: IdempotencyKey) -> dict[str, Any] | None:
    """The earlier response to this key; None for a new key, whose response must be stored with `store_response`.

    Hold a lock while doing both (records/database/engine.py: acquire_lock). Raises IdempotencyKeyReused.
    """
    if (stored := connection.execute(_KNOWN, {"site": site, "key": idempotency_key.key}).one_or_none()) is None:
        return None
    if stored.body_hash != idempotency_key.body_hash:
        raise IdempotencyKeyReused("This idempotency key was used for another request; take a new key for each.")
    return dict(stored.response)


def store_response(
    connection: Connection, site: str, idempotency_key: IdempotencyKey, response: dict[str, Any], at: datetime
) -> None:
    """Stores the response to a new key, as plain JSON values."""
    row = {
        "site": site,
        "key": idempotency_key.key,
        "body_hash": idempotency_key.body_hash,
        "response": response,
        "created_at": at,
    }
    connection.execute(_NEW, row)


def purge_responses(database: Database, *, at: datetime) -> None:
    """Deletes responses that no client asks for any more."""
    with database.write(durable=False) as connection:
        connection.execute(delete(Responses).where(Responses.created_at < at - RETENTION))
