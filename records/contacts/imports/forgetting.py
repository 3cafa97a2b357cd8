"""Takes people out of the rows and names of imports."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, or_, update

from records.contacts.imports.imports import ImportProblem, ImportState
from records.schema import ContactImport as Imports
from records.schema import ContactImportRow as Rows
from records.schema import ContactOrigin


def forget_contacts_in_imports(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes what imports know of contacts that are about to be deleted."""
    connection.execute(delete(ContactOrigin).where(ContactOrigin.contact_id.in_(ids)))
    connection.execute(delete(Rows).where(Rows.contact_id.in_(ids)))


def forget_words_in_imports(connection: Connection, words: Sequence[str]) -> int:
    """Deletes the rows that hold one of these names, numbers (E.164) or addresses; gives how many.

    A file that nobody has let us read yet cannot be searched: its import fails, and the caller deletes it.
    """
    failed = {"state": ImportState.FAILED, "problem": ImportProblem.ERASED, "file_name": ""}
    unread = Imports.state.in_((ImportState.ADDED, ImportState.CHECKING))
    connection.execute(update(Imports).where(unread).values(failed))
    if not words:
        return 0
    named = or_(*(Imports.file_name.contains(word, autoescape=True) for word in words))
    connection.execute(update(Imports).where(named).values(file_name=""))
    said = or_(*(Rows.said.contains(word, autoescape=True) for word in words))
    return connection.execute(delete(Rows).where(said)).rowcount
