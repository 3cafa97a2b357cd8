"""Keys with which servers of the organisation ask for callbacks: shown once, kept as a digest, taken back any time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from records.base import Base
from records.callback_refs import digest, new_secret
from records.errors import NotFound
from records.schema import SiteKey as Keys

PREFIX = "sk_"


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key of a site of the plan, for what its scopes allow; `label` tells people whose it is."""

    id: int
    site: str
    scopes: tuple[str, ...]
    label: str
    created_at: datetime
    revoked_at: datetime | None


def add(base: Base, site: str, *, scopes: Iterable[str], label: str, at: datetime) -> tuple[SiteKey, str]:
    """A new key, and the token to send with each request: nobody can read it again."""
    token, scopes = f"{PREFIX}{new_secret()}", tuple(scopes)
    row = {"site": site, "hash": digest(token), "scopes": " ".join(scopes), "label": label, "created_at": at}
    with base.write() as connection:
        key_id = connection.execute(insert(Keys).values(row).returning(Keys.id)).scalar_one()
    return SiteKey(key_id, site, scopes, label, at, None), token


def holder(base: Base, token: str) -> SiteKey | None:
    """The key that this token is of; None for one that is unknown or was revoked."""
    with base.read() as connection:
        row = connection.execute(_keys().where(Keys.hash == digest(token), Keys.revoked_at.is_(None))).one_or_none()
        return _key(row) if row else None


def all(base: Base) -> tuple[SiteKey, ...]:
    """Every key, revoked ones too, oldest first."""
    with base.read() as connection:
        return tuple(_key(row) for row in connection.execute(_keys().order_by(Keys.id)))


def revoke(base: Base, key_id: int, *, at: datetime) -> None:
    """From now on the key opens nothing. Revoking again changes nothing. Raises NotFound."""
    with base.write() as connection:
        connection.execute(update(Keys).where(Keys.id == key_id, Keys.revoked_at.is_(None)).values(revoked_at=at))
        if connection.scalar(select(Keys.id).where(Keys.id == key_id)) is None:
            raise NotFound(f"There is no key {key_id}; `standardiste key list` shows them.")


def _keys() -> Select[*tuple[Any, ...]]:
    return select(Keys.id, Keys.site, Keys.scopes, Keys.label, Keys.created_at, Keys.revoked_at)


def _key(row: Row[*tuple[Any, ...]]) -> SiteKey:
    return SiteKey(row.id, row.site, tuple(row.scopes.split()), row.label, row.created_at, row.revoked_at)
