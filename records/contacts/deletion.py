"""Deletes cards and lines that nothing refers to any more, with what finds them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists
from sqlalchemy.orm import InstrumentedAttribute

from records.contacts.duplicates.keys import forget_duplicates
from records.contacts.imports.forgetting import forget_contacts_in_imports
from records.contacts.search.index import forget_contacts, forget_lines
from records.schema import (
    Call,
    ChangeValue,
    Consent,
    Contact,
    ContactEmail,
    ContactLine,
    ContactMerge,
    DoNotCall,
    Interaction,
    Line,
    Request,
)


def delete_contacts(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes cards that no interaction, request or consent refers to any more, with what changes of them said."""
    merged = ContactMerge.kept_id.in_(ids) | ContactMerge.absorbed_id.in_(ids)
    connection.execute(delete(ContactMerge).where(merged))
    connection.execute(delete(ChangeValue).where(ChangeValue.contact_id.in_(ids)))
    connection.execute(delete(ContactLine).where(ContactLine.contact_id.in_(ids)))
    connection.execute(delete(ContactEmail).where(ContactEmail.contact_id.in_(ids)))
    forget_contacts(connection, ids)
    forget_duplicates(connection, ids)
    forget_contacts_in_imports(connection, ids)
    connection.execute(delete(Contact).where(Contact.id.in_(ids)))


def delete_lines(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes lines that no row refers to any more."""
    forget_lines(connection, ids)
    connection.execute(delete(Line).where(Line.id.in_(ids)))


def is_line_used() -> ColumnElement[bool]:
    """An SQL expression: whether any row refers to the line."""
    return (
        exists().where(ContactLine.line_id == Line.id)
        | exists().where(Call.line_id == Line.id)
        | exists().where(Request.line_id == Line.id)
        | exists().where(Consent.line_id == Line.id)
        | exists().where(DoNotCall.line_id == Line.id)
    )


def has_data(contact_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """An SQL expression: whether an interaction, a request or a consent refers to the contact."""
    return (
        exists().where(Interaction.contact_id == contact_id)
        | exists().where(Request.contact_id == contact_id)
        | exists().where(Consent.contact_id == contact_id)
    )
