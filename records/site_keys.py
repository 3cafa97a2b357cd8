"""API keys of web sites, of programs and of overflow centres: shown once, stored as a hash, revocable at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.schema import SiteKey as SiteKeys
from records.secrets import generate_secret, hash_secret

PREFIX = "sk_"
CREATE_SCOPE = "callbacks:create"
"""The scope that a server's key needs to ask for callbacks."""
CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE = "calls:read", "contacts:read", "requests:read"
"""The scopes that a program of the organisation needs to read calls, cards, and requests."""
CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE = "contacts:write", "requests:write"
CALLBACKS_WRITE_SCOPE = "callbacks:write"
"""What a program needs to change cards, to handle requests, and to have somebody of a card called back."""
OUTCOMES_SCOPE = "outcomes:write"
"""What an overflow centre needs to say what became of its calls; such a key is bound to that one centre."""
NO_SITE = ""
"""The site of a key that asks for no callbacks."""


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key of a site of the plan, valid for its scopes; `label` tells people whose it is.

    `centre`: the overflow centre to which it is bound, if it is a centre's.
    """

    id: int
    site: str
    scopes: tuple[str, ...]
    label: str
    created_at: datetime
    revoked_at: datetime | None
    centre: str | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made, as SiteKey has it."""

    site: str
    scopes: Sequence[str]
    label: str
    centre: str | None = None


def create_site_key(
    database: Database, new: NewKey, *, at: datetime, actor: Actor | None = None
) -> tuple[SiteKey, str]:
    """A new key, and the token to send with each request; the token cannot be read again.

    The change log names `actor`, if there is one.
    """
    token, scopes = f"{PREFIX}{generate_secret()}", tuple(new.scopes)
    row = {
        "site": new.site,
        "hash": hash_secret(token),
        "scopes": " ".join(scopes),
        "label": new.label,
        "created_at": at,
        "centre": new.centre,
    }
    with database.write() as connection:
        key_id = connection.execute(insert(SiteKeys).values(row).returning(SiteKeys.id)).scalar_one()
        if actor is not None:
            kind, subject = _name_in_log(new.centre, new.site, new.label)
            changes.record(connection, actor, f"{kind}.added", subject, after={"label": new.label}, at=at)
    return SiteKey(key_id, new.site, scopes, new.label, at, None, new.centre), token


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


def revoke_site_key(database: Database, key_id: int, *, at: datetime, actor: Actor | None = None) -> None:
    """The key is no longer accepted. Revoking it again changes nothing. Raises NotFound."""
    with database.write() as connection:
        revoked = connection.execute(
            update(SiteKeys).where(SiteKeys.id == key_id, SiteKeys.revoked_at.is_(None)).values(revoked_at=at)
        ).rowcount
        key = connection.execute(_keys().where(SiteKeys.id == key_id)).one_or_none()
        if key is None:
            raise NotFound(f"There is no key {key_id}; `standardiste key list` shows them.")
        if revoked and actor is not None:
            kind, subject = _name_in_log(key.centre, key.site, key.label)
            changes.record(connection, actor, f"{kind}.revoked", subject, before={"label": key.label}, at=at)


def _name_in_log(centre: str | None, site: str, label: str) -> tuple[str, str]:
    """The beginning of the kinds of change that are about such a key, and the subject."""
    if centre:
        return "centre_key", centre
    return ("tool_key", label) if site == NO_SITE else ("site_key", site)


def _keys() -> Select[*tuple[Any, ...]]:
    return select(
        *(SiteKeys.id, SiteKeys.site, SiteKeys.scopes, SiteKeys.label),
        *(SiteKeys.created_at, SiteKeys.revoked_at, SiteKeys.centre),
    )


def _key(row: Row[*tuple[Any, ...]]) -> SiteKey:
    scopes = tuple(row.scopes.split())
    return SiteKey(row.id, row.site, scopes, row.label, row.created_at, row.revoked_at, row.centre)
