"""Makes a card, and changes what one says; of two people who change a card at once, the second is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records.actor import Actor
from records.contacts.card_history import record_card_change
from records.contacts.contact_cards import CHOSEN_FIELDS, Card, get_card
from records.contacts.duplicates.keys import index_duplicates
from records.contacts.lines import get_or_create_line
from records.contacts.merges import merged_card_ids, read_families, surviving_card
from records.contacts.search.index import index_contact
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import Contact, ContactEmail, ContactLine, ContactMerge
from records.webhooks.record_events import contact_changed, contacts_created
from routing.access.permissions import Permission
from routing.email_addresses import is_email_address

CHANGE_KIND, CREATE_KIND = "contact.change", "contact.create"
_TEXTS = ("name", "organisation", "language", "street", "postcode", "city")


@dataclass(frozen=True, slots=True)
class CardFields:
    """What staff write on a card. `language`: "" when it is not known; e-mail addresses in the order of the card."""

    name: str = ""
    organisation: str = ""
    language: str = ""
    emails: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""
    city: str = ""

    @classmethod
    def of(cls, card: Card) -> "CardFields":
        texts = {field: getattr(card, field) or "" for field in _TEXTS}
        return cls(emails=card.emails, **texts)


class CardChanged(RecordsError):
    """Somebody else changed the card meanwhile; `current` is what it says now."""

    def __init__(self, current: Card) -> None:
        super().__init__("Somebody else changed this card meanwhile; look at what it says now.")
        self.current = current


def create_card(database: Database, actor: Actor, wanted: CardFields, lines: Sequence[str], *, at: datetime) -> Card:
    """A new card of a person, with these lines (E.164), which others may have too.

    Raises RecordsError (an address that is none), Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    _check_emails(wanted)
    with database.write() as connection:
        new = insert(Contact).values(created_at=at).returning(Contact.id)
        contact_id = connection.execute(new).scalar_one()
        for line in dict.fromkeys(lines):
            line_id = get_or_create_line(connection, line, at)
            connection.execute(insert(ContactLine).values(contact_id=contact_id, line_id=line_id, since=at))
        _write(connection, get_card(connection, contact_id), wanted, at)
        contacts_created(connection, (contact_id,), at)
        values = _values(CardFields(), wanted) | {"numbers": ("", "\n".join(dict.fromkeys(lines)))}
        record_card_change(connection, actor, CREATE_KIND, contact_id, values, at=at)
        return get_card(connection, contact_id)


def change_card(
    database: Database, actor: Actor, contact_id: int, *, base: CardFields, wanted: CardFields, at: datetime
) -> Card:
    """The card as it is `wanted`; `base` is what the editor saw when they began.

    The change log says which fields were changed, and never what they say: that stands beside it.
    Raises CardChanged, RecordsError (an address that is none), NotFound, Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    _check_emails(wanted)
    with database.write() as connection:
        card = _lock_card(connection, contact_id)
        if CardFields.of(card) not in (base, wanted):
            raise CardChanged(card)
        _write(connection, card, wanted, at)
        if changed := _changed_fields(CardFields.of(card), wanted):
            _prefer_own_values(connection, card.id, changed)
            contact_changed(connection, card.id, changed, at)
            values = _values(CardFields.of(card), wanted)
            record_card_change(connection, actor, CHANGE_KIND, card.id, values, at=at)
        return get_card(connection, card.id)


def _lock_card(connection: Connection, contact_id: int) -> Card:
    """The card that `contact_id` is or is part of, which nobody else changes before the end of the transaction.

    Read after the lock: whoever had it may have changed or merged the card. Raises NotFound.
    """
    locked = None
    while (root := surviving_card(connection, contact_id)) != locked:
        connection.execute(select(Contact.id).where(Contact.id == root).with_for_update())
        locked = root
    return get_card(connection, root)


def _check_emails(wanted: CardFields) -> None:
    if wrong := [address for address in wanted.emails if not is_email_address(address)]:
        raise RecordsError(f"{wrong[0]} is not an e-mail address; write it as name@example.org.")


def _write(connection: Connection, card: Card, wanted: CardFields, at: datetime) -> None:
    """An absorbed card keeps its own name; what is written here stands before it."""
    values = {field: getattr(wanted, field) or None for field in _TEXTS}
    connection.execute(update(Contact).where(Contact.id == card.id).values(values))
    index_contact(connection, card.id)
    kept = {address.casefold() for address in wanted.emails}
    theirs = ContactEmail.contact_id.in_(merged_card_ids(card.id))
    connection.execute(delete(ContactEmail).where(theirs, ContactEmail.folded.not_in(kept)))
    known = {address.casefold() for address in card.emails}
    new = {address.casefold(): address for address in wanted.emails if address.casefold() not in known}
    rows = [{"contact_id": card.id, "address": each, "folded": folded, "since": at} for folded, each in new.items()]
    if rows:
        connection.execute(insert(ContactEmail), rows)
    index_duplicates(connection, card.id)


def _prefer_own_values(connection: Connection, contact_id: int, changed: Sequence[str]) -> None:
    """What is written on a card now stands before what a merge preferred."""
    fields = {field for field, columns in CHOSEN_FIELDS.items() if not {*columns}.isdisjoint(changed)}
    for merge in read_families(connection, (contact_id,)).merges:
        if merge.kept == contact_id and merge.preferred & fields:
            left = ",".join(sorted(merge.preferred - fields)) or None
            connection.execute(update(ContactMerge).where(ContactMerge.id == merge.id).values(preferred=left))


def _values(before: CardFields, after: CardFields) -> dict[str, tuple[str, str]]:
    """Each field before and after, as text."""

    def text(value: str | tuple[str, ...]) -> str:
        return value if isinstance(value, str) else "\n".join(value)

    return {name: (text(getattr(before, name)), text(getattr(after, name))) for name in CardFields.__slots__}


def _changed_fields(before: CardFields, after: CardFields) -> list[str]:
    return [name for name in CardFields.__slots__ if getattr(before, name) != getattr(after, name)]
