"""Adds to the search what calls have made. Calls write no row of it."""

from sqlalchemy import Connection, Select, func, insert, select, update

from records.contacts.search.index import index_contact, index_lines
from records.database.engine import Database
from records.schema import Contact, ContactKey, Line, NumberTail, SearchCursor

BATCH = 200
"""Rows in one transaction: calls under way wait for it."""
_OVERTAKEN = 1_000
"""So many ids are looked at again: of several writers (PostgreSQL), one may commit a lower id after a higher one."""
_LOOKED_AT = 5_000
"""New ids that one transaction looks at: few contacts have a name, and a table of a million is not read for them."""


def follow_calls(database: Database, most: int = 5 * BATCH) -> int:
    """Adds new lines and contacts to the search, about `most` of each at once; gives how many were added.

    Call it again until it gives 0. Names that staff write are added with the contact itself.
    """
    return _follow(database, Line, most) + _follow(database, Contact, most)


def _follow(database: Database, table: type[Line] | type[Contact], most: int) -> int:
    added = 0
    while added < most:
        with database.read() as connection:
            if _cursor(connection, table) >= _newest(connection, table):
                break
        with database.write(durable=False) as connection:
            newest, cursor = _newest(connection, table), _cursor(connection, table)
            until = min(newest, cursor + _LOOKED_AT)
            ids = connection.scalars(_unindexed(table, cursor - _OVERTAKEN, until)).all()
            if table is Line:
                rows = connection.execute(select(Line.id, Line.e164).where(Line.id.in_(ids)).order_by(Line.id))
                index_lines(connection, [(row.id, row.e164) for row in rows])
            else:
                for contact_id in ids:
                    index_contact(connection, contact_id)
            _move_cursor(connection, table, until if len(ids) < BATCH else ids[-1])
        added += len(ids)
    return added


def _unindexed(table: type[Line] | type[Contact], after: int, until: int) -> Select[int]:
    looked_at = (table.id > after) & (table.id <= until)
    if table is Line:
        known = select(NumberTail.line_id).where(NumberTail.line_id == Line.id).exists()
        return select(Line.id).where(looked_at, ~known).order_by(Line.id).limit(BATCH)
    keys = select(ContactKey.contact_id).where(ContactKey.contact_id == Contact.id).exists()
    named = Contact.name.is_not(None) | Contact.organisation.is_not(None)
    return select(Contact.id).where(looked_at, named, ~keys).order_by(Contact.id).limit(BATCH)


def _newest(connection: Connection, table: type[Line] | type[Contact]) -> int:
    return connection.scalar(select(func.max(table.id))) or 0


def _cursor(connection: Connection, table: type[Line] | type[Contact]) -> int:
    at = select(SearchCursor.last_id).where(SearchCursor.followed == table.__tablename__)
    return connection.scalar(at) or 0


def _move_cursor(connection: Connection, table: type[Line] | type[Contact], last_id: int) -> None:
    moved = update(SearchCursor).where(SearchCursor.followed == table.__tablename__).values(last_id=last_id)
    if not connection.execute(moved).rowcount:
        connection.execute(insert(SearchCursor).values(followed=table.__tablename__, last_id=last_id))
