"""API keys of web sites that request callbacks: shown once, stored as a hash, revocable at any time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from records.database.engine import Database
from records.errors import NotFound
from records.schema import SiteKey as SiteKeys
from records.secrets import generate_secret, hash_secret

PREFIX = "sk_"


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key of a site of the plan, valid for its scopes; `label` tells people whose it is."""

    id: int
    site: str
    scopes: tuple[str, ...]
    label: str
    created_at: datetime
    revoked_at: datetime | None


def create_site_key(
    database: Database, site: str, *, scopes: Iterable[str], label: str, at: datetime
) -> tuple[SiteKey, str]:
    """A new key, and the token to send with each request; the token cannot be read again."""
    token, scopes = f"{PREFIX}{generate_secret()}", tuple(scopes)
    row = {"site": site, "hash": hash_secret(token), "scopes": " ".join(scopes), "label": label, "created_at": at}
    with database.write() as connection:
        key_id = connection.execute(insert(SiteKeys).values(row).returning(SiteKeys.id)).scalar_one()
    return SiteKey(key_id, site, scopes, label, at, None), token


def find_site_key(database: Database, token: str) -> SiteKey | None:
    """The key of this token; None for an unknown or revoked one."""
    with database.read() as connection:
        row = connection.execute(
            _keys().where(SiteKeys.hash == hash_secret(token), SiteKeys.revoked_at.is_(None))
        ).one_or_none()
        return _key(row) if row else None


def list_site_keys(database: Database) -> tuple[SiteKey, ...]:
    """Every key, including revoked ones, oldest first."""
    with database.read() as connection:
        return tuple(_key(row) for row in connection.execute(_keys().order_by(SiteKeys.id)))


def revoke_site_key(database: Database, key_id: int, *, at: datetime) -> None:
    """The key is no longer accepted. Revoking it again changes nothing. Raises NotFound."""
    with database.write() as connection:
        connection.execute(
            update(SiteKeys).where(SiteKeys.id == key_id, SiteKeys.revoked_at.is_(None)).values(revoked_at=at)
        )
        if connection.scalar(select(SiteKeys.id).where(SiteKeys.id == key_id)) is None:
            raise NotFound(f"There is no key {key_id}; `standardiste key list` shows them.")


def _keys() -> Select[*tuple[Any, ...]]:
    return select(SiteKeys.id, SiteKeys.site, SiteKeys.scopes, SiteKeys.label, SiteKeys.created_at, SiteKeys.revoked_at)


def _key(row: Row[*tuple[Any, ...]]) -> SiteKey:
    return SiteKey(row.id, row.site, tuple(row.scopes.split()), row.label, row.created_at, row.revoked_at)
