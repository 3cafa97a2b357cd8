"""Contacts as `routing.duplicates` compares them: each with what was merged into it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from records.contacts.merges import Families, read_families
from records.requests.visibility import visible_to_all
from records.schema import Callback, Contact, ContactEmail, ContactLine, Line, Request
from routing.duplicates import Address, Person

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CONTACTS = select(
    Contact.id, Contact.name, Contact.organisation, Contact.street, Contact.postcode, Contact.city
).where(Contact.id.in_(_IDS))
_LINES = select(ContactLine.contact_id, Line.e164).join(Line)
_LINES = _LINES.where(ContactLine.contact_id.in_(_IDS), ContactLine.until.is_(None)).order_by(ContactLine.id)
_EMAILS = select(ContactEmail.contact_id, ContactEmail.address)
_EMAILS = _EMAILS.where(ContactEmail.contact_id.in_(_IDS)).order_by(ContactEmail.id)
_GIVEN = select(Request.contact_id, Callback.name).join(Callback, Callback.request_id == Request.id)
_GIVEN = _GIVEN.where(Request.contact_id.in_(_IDS), Callback.name.is_not(None), visible_to_all())
_GIVEN = _GIVEN.order_by(Request.id.desc())


def read_people(connection: Connection, ids: Iterable[int]) -> dict[int, Person]:
    """These contacts, none of them merged into another; those that do not exist are left out."""
    return _read(connection, read_families(connection, ids))


def read_own(connection: Connection, contact_id: int) -> Person:
    """What stands on this card itself, without what was merged into it; nothing for a card that does not exist."""
    people = _read(connection, Families({contact_id: contact_id}, ()))
    return people.get(contact_id, Person())


def _read(connection: Connection, families: Families) -> dict[int, Person]:
    parameters = {"ids": families.ids}
    found: dict[int, dict[str, dict[Any, None]]] = {}

    def add(contact_id: int, field: str, value: object) -> None:
        if value and (person := found.get(families.root_of[contact_id])) is not None:
            person.setdefault(field, {})[value] = None

    rows = connection.execute(_CONTACTS, parameters).all()
    for row in sorted(rows, key=lambda row: (row.id != families.root_of[row.id], row.id)):
        found.setdefault(families.root_of[row.id], {})
        add(row.id, "names", row.name)
        add(row.id, "organisations", row.organisation)
        if row.street or row.postcode or row.city:
            add(row.id, "addresses", Address(row.street or "", row.postcode or "", row.city or ""))
    for contact_id, e164 in connection.execute(_LINES, parameters):
        add(contact_id, "lines", e164)
    for contact_id, address in connection.execute(_EMAILS, parameters):
        add(contact_id, "emails", address)
    _add_given_names(connection, families, found)
    return {contact_id: _person(fields) for contact_id, fields in found.items()}


def _add_given_names(connection: Connection, families: Families, found: dict[int, dict[str, dict[Any, None]]]) -> None:
    """A card without a name has the one that was given with the latest request for a callback; never the mediator's."""
    unnamed = [each for each in families.ids if not found.get(families.root_of[each], {}).get("names")]
    if not unnamed:
        return
    for contact_id, name in connection.execute(_GIVEN, {"ids": unnamed}):
        assert contact_id is not None
        names = found.get(families.root_of[contact_id], {}).setdefault("names", {})
        if not names:
            names[name] = None


def _person(fields: dict[str, dict[Any, None]]) -> Person:
    return Person(
        names=tuple(fields.get("names", ())),
        lines=tuple(fields.get("lines", ())),
        emails=tuple(fields.get("emails", ())),
        organisation=next(iter(fields.get("organisations", ())), ""),
        addresses=tuple(fields.get("addresses", ())),
    )
