"""Lines that had two spellings become one: overseas numbers under +33, and +508 508…, get their own country code.

Where both spellings have called, what belongs to the older one moves to the line of the right spelling. No contact is
lost: two contacts then share the line.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The prefixes as they were understood when this migration was written, by country code; the digits after +33.
_PREFIXES = {
    "590": "5987 9395 93974 93975 93976 93977 93978 93979 9475 9760 9761 9768",
    "596": "5989 93970 93971 93972 93973 9477 9766 9767",
    "594": "5988 9396 9476 97620 97621 97623 97624 97625 97626 97629 97634 97635 97636 97638 97639 9764 9765",
    "262": "2688 2689 9398 9399 9478 9479 97622 97627 97628 97630 97631 97632 97633 97637 9769",
    "508": "7084 7085",
}
_LINE = sa.table("line", sa.column("id"), sa.column("e164"))
_CONTACT_LINE = sa.table("contact_line", *map(sa.column, ("contact_id", "line_id", "until")))
_DO_NOT_CALL = sa.table("do_not_call", *map(sa.column, ("line_id", "withdrawn_at", "withdrawn_by")))
_REQUEST = sa.table("request", *map(sa.column, ("kind", "line_id", "closed_at")))
_AGENT = sa.table("agent", *map(sa.column, ("id", "outside_number")))


def upgrade() -> None:
    connection = op.get_bind()
    for code, prefixes in _PREFIXES.items():
        for prefix in prefixes.split():
            _move(connection, f"+33{prefix}", f"+{code}{prefix}", length=12)
    for written in ("+33508", "+508508"):
        _move(connection, written, "+508", length=len(written) + 6)


def downgrade() -> None:
    """Every line keeps its number: the older version reads it too."""


def _move(connection: sa.Connection, written: str, right: str, length: int) -> None:
    """Renames the lines and agents' numbers that begin with `written` and have `length` characters."""

    def found(table: sa.TableClause, column: sa.ColumnElement[str]) -> list[tuple[int, str]]:
        begins = column.like(f"{written}%") & (sa.func.length(column) == length)
        return [(row.id, row[1]) for row in connection.execute(sa.select(table.c.id, column).where(begins))]

    for line_id, e164 in found(_LINE, _LINE.c.e164):
        wanted = right + e164.removeprefix(written)
        other = connection.scalar(sa.select(_LINE.c.id).where(_LINE.c.e164 == wanted))
        if other is None:
            connection.execute(sa.update(_LINE).where(_LINE.c.id == line_id).values(e164=wanted))
        else:
            _merge(connection, line_id, other)
    for agent_id, number in found(_AGENT, _AGENT.c.outside_number):
        wanted = right + number.removeprefix(written)
        connection.execute(sa.update(_AGENT).where(_AGENT.c.id == agent_id).values(outside_number=wanted))


def _merge(connection: sa.Connection, line_id: int, into: int) -> None:
    """Moves what belongs to a line to another one. Lines that both have an open callback stay as they are."""
    both = (line_id, into)
    open_callbacks = sa.select(sa.func.count()).where(
        _REQUEST.c.line_id.in_(both), _REQUEST.c.kind == "callback", _REQUEST.c.closed_at.is_(None)
    )
    if (connection.scalar(open_callbacks) or 0) > 1:
        return
    _drop_second(connection, _CONTACT_LINE, _CONTACT_LINE.c.until, "contact_id", both)
    _drop_second(connection, _DO_NOT_CALL, _DO_NOT_CALL.c.withdrawn_at, None, both)
    for name in _tables_with_lines(connection):
        table = sa.table(name, sa.column("line_id"))
        connection.execute(sa.update(table).where(table.c.line_id == line_id).values(line_id=into))
    connection.execute(sa.delete(_LINE).where(_LINE.c.id == line_id))


def _tables_with_lines(connection: sa.Connection) -> list[str]:
    inspector = sa.inspect(connection)
    names = inspector.get_table_names()
    return [name for name in names if any(column["name"] == "line_id" for column in inspector.get_columns(name))]


def _drop_second(
    connection: sa.Connection,
    table: sa.TableClause,
    ended: sa.ColumnElement[object],
    by: str | None,
    both: tuple[int, int],
) -> None:
    """Deletes a row in force of the first line where the second line has the same; an index allows one only."""
    old, new = both
    key = table.c[by] if by else table.c.line_id
    same = sa.select(key).where(table.c.line_id == new, ended.is_(None))
    repeats = key.in_(same) if by else sa.exists(same)
    connection.execute(sa.delete(table).where(table.c.line_id == old, ended.is_(None), repeats))
