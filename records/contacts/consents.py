"""The consents of a person: to what, by which text, when and how given, and since when they no longer hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from records import changes
from records.actor import Actor
from records.contacts.contact_cards import get_card
from records.contacts.merges import merged_card_ids
from records.database.engine import Database
from records.errors import NotFound
from records.schema import Consent, Line
from records.webhooks.record_events import contact_changed
from routing.access.permissions import Permission

CONSENT_PURPOSES = ("callback", "campaigning", "satisfaction")
"""To what people consent; answering their calls needs no consent."""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A consent, by the code of its `purpose`.

    `text_version` names the text that the person read, `source` where ("web:www"); the law asks for both.
    GDPR, article 7 (1): https://eur-lex.europa.eu/eli/reg/2016/679/oj
    """

    purpose: str
    text_version: str
    source: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A consent to one of CONSENT_PURPOSES, as GivenConsent has it."""

    purpose: str
    text_version: str
    source: str


def add_consent(database: Database, actor: Actor, contact_id: int, given: NewConsent, *, at: datetime) -> None:
    """A consent that the person of this card gave. Raises NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        card = get_card(connection, contact_id)
        row = {"purpose": given.purpose, "text_version": given.text_version, "source": given.source}
        connection.execute(insert(Consent).values(**row, contact_id=card.id, given_at=at))
        contact_changed(connection, card.id, ("consent",), at)
        changes.record(connection, actor, "consent.add", str(card.id), after={"purpose": given.purpose}, at=at)


def withdraw_consents(database: Database, actor: Actor, contact_id: int, purpose: str, *, at: datetime) -> None:
    """The consents to this purpose, on the card or for its numbers, hold no longer; they stay on record.

    Raises NotFound, also without such a consent; Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        card = get_card(connection, contact_id)
        theirs = _of_person(card.id, card.lines) & (Consent.purpose == purpose) & Consent.withdrawn_at.is_(None)
        withdrawn = update(Consent).where(theirs).values(withdrawn_at=at).returning(Consent.id)
        if not connection.scalars(withdrawn).all():  # SQLite counts no rows of an update that begins with WITH
            raise NotFound(f"Card {contact_id} has no consent of this kind.")
        contact_changed(connection, card.id, ("consent",), at)
        changes.record(connection, actor, "consent.withdraw", str(card.id), after={"purpose": purpose}, at=at)


def list_consents(connection: Connection, contact_id: int, lines: Sequence[str]) -> tuple[ConsentRecord, ...]:
    """The consents given on this card or for its numbers (E.164), newest first."""
    columns = (Consent.text_version, Consent.source, Consent.given_at, Consent.withdrawn_at)
    rows = select(Consent.purpose, *columns).where(_of_person(contact_id, lines))
    found = connection.execute(rows.order_by(Consent.given_at.desc(), Consent.id.desc()))
    return tuple(ConsentRecord(*row) for row in found)


def _of_person(contact_id: int, lines: Sequence[str]) -> ColumnElement[bool]:
    for_line = Consent.line_id.in_(select(Line.id).where(Line.e164.in_(lines)))
    return or_(Consent.contact_id.in_(merged_card_ids(contact_id)), for_line)
