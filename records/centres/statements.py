"""Invoices and hours that overflow centres have sent, month by month; a new file takes the place of the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select

from records import changes
from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.schema import CentreStatement as Statements
from records.schema import CentreStatementLine as Lines
from routing.access.permissions import Permission
from routing.centres.statements import StatementKind, StatementLine, sum_hours

_LOCK = "centre_statements"


@dataclass(frozen=True, slots=True)
class Statement:
    """One file. `lines` are in its order."""

    file_name: str
    imported_at: datetime
    imported_by: str
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class NewStatement:
    """The lines that `centre` has sent for the month, and the name of their file."""

    centre: str
    month: date
    kind: StatementKind
    lines: Sequence[StatementLine]
    file_name: str


def import_statement(database: Database, actor: Actor, new: NewStatement, *, at: datetime) -> None:
    """Keeps the statement in place of an earlier one of its kind and month. Raises Forbidden."""
    actor.require(Permission.CHECK_COSTS)
    with database.write() as connection:
        acquire_lock(connection, _LOCK)
        _delete(connection, new.centre, new.month, new.kind)
        row = {"centre": new.centre, "month": new.month, "kind": new.kind, "file_name": new.file_name}
        kept = insert(Statements).values(**row, imported_at=at, imported_by=actor.name).returning(Statements.id)
        statement_id = connection.execute(kept).scalar_one()
        connection.execute(insert(Lines), [_row(statement_id, line) for line in new.lines])
        after = {"month": f"{new.month:%m/%Y}", "file": new.file_name}
        changes.record(connection, actor, "centre.import", new.centre, after=after, at=at)


def find_statement(database: Database, centre: str, month: date, kind: StatementKind) -> Statement | None:
    """What the centre has sent for this month; None when nothing was imported."""
    with database.read() as connection:
        which = (Statements.centre == centre, Statements.month == month, Statements.kind == kind)
        found = connection.execute(select(Statements.__table__).where(*which)).one_or_none()
        if found is None:
            return None
        rows = connection.execute(select(Lines.__table__).where(Lines.statement_id == found.id).order_by(Lines.line))
        lines = tuple(
            StatementLine(
                row.line, row.reference or "", _decimal(row.seconds), _decimal(row.amount), row.day, _decimal(row.hours)
            )
            for row in rows
        )
        return Statement(found.file_name, found.imported_at, found.imported_by, lines)


def list_hours(database: Database, centre: str, months: Sequence[date]) -> Mapping[date, Mapping[date, Decimal]]:
    """The hours by day of those of these months for which the centre has sent any."""
    found = {month: find_statement(database, centre, month, StatementKind.HOURS) for month in months}
    return {month: sum_hours(statement.lines) for month, statement in found.items() if statement}


def record_export(database: Database, actor: Actor, centre: str, *, at: datetime) -> None:
    """Notes in the change log that the costs were exported to a file. Raises Forbidden."""
    actor.require(Permission.CHECK_COSTS)
    with database.write() as connection:
        changes.record(connection, actor, "centre.export", centre, at=at)


def _delete(connection: Connection, centre: str, month: date, kind: StatementKind) -> None:
    which = (Statements.centre == centre, Statements.month == month, Statements.kind == kind)
    earlier = select(Statements.id).where(*which)
    connection.execute(delete(Lines).where(Lines.statement_id.in_(earlier)))
    connection.execute(delete(Statements).where(*which))


def _row(statement_id: int, line: StatementLine) -> dict[str, object]:
    decimals = {"seconds": line.seconds, "amount": line.amount, "hours": line.hours}
    texts = {name: None if value is None else str(value) for name, value in decimals.items()}
    return {
        "statement_id": statement_id,
        "line": line.line,
        "reference": line.reference or None,
        "day": line.day,
        **texts,
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
