"""The same answer to whoever sends the same thing again under the same key (the Idempotency-Key of HTTP)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from records.base import Base
from records.errors import RecordsError
from records.schema import Idempotency as Rows

KEPT = timedelta(days=1)
"""An answer holds the secret of its link, and is kept only while somebody may still ask again."""


_KNOWN = select(Rows.body_hash, Rows.answer).where(Rows.site == bindparam("site"), Rows.key == bindparam("key"))
_NEW = insert(Rows)


class OtherBody(RecordsError):
    """The key was used before, for something else."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`key`: the client's own, one for each thing that it wants; `body_hash`: 64 hexadecimal digits of what it sent."""

    key: str
    body_hash: str


def answered(connection: Connection, site: str, asked: Idempotency) -> dict[str, Any] | None:
    """What was answered to this key before; None: it is new, and to be answered with `remember`.

    Of several who ask at once only one may come here at a time (records/base.py: take_turn).
    Raises OtherBody.
    """
    if (known := connection.execute(_KNOWN, {"site": site, "key": asked.key}).one_or_none()) is None:
        return None
    if known.body_hash != asked.body_hash:
        raise OtherBody("This idempotency key was used for another request; take a new key for each.")
    return dict(known.answer)


def remember(connection: Connection, site: str, asked: Idempotency, answer: dict[str, Any], at: datetime) -> None:
    """Keeps the answer to a new key; plain JSON values."""
    row = {"site": site, "key": asked.key, "body_hash": asked.body_hash, "answer": answer, "created_at": at}
    connection.execute(_NEW, row)


def purge(base: Base, *, at: datetime) -> None:
    """Forgets answers that nobody asks for again."""
    with base.write(durable=False) as connection:
        connection.execute(delete(Rows).where(Rows.created_at < at - KEPT))
