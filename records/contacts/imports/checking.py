"""Says of each row what would happen to it: which card it is about, or which earlier row of the file."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from records.contacts.imports.comparing import find_similar
from records.contacts.imports.matching import RowMatch, match_rows
from records.contacts.imports.rows import PAGE, ImportRow, RowOutcome, read_rows
from records.database.engine import Database
from routing.contact_files.import_rows import ContactRow, names_agree


class RowChecker:
    """Compares rows of one import, in their order; it knows those that are stored already."""

    def __init__(self, database: Database, import_id: int) -> None:
        self._database = database
        self._seen: dict[str, tuple[int, str]] = {}
        after = 0
        while True:
            with database.read() as connection:
                page = read_rows(connection, import_id, after=after, outcomes=tuple(RowOutcome), limit=PAGE)
            for each in page:
                self._remember(each.row)
            if len(page) < PAGE:
                return
            after = page[-1].row.number

    def check(self, rows: Sequence[ContactRow]) -> list[ImportRow]:
        """What would happen to each of these rows."""
        usable = [row for row in rows if not row.problem]
        with self._database.read() as connection:
            matches = {row.number: match for row, match in zip(usable, match_rows(connection, usable), strict=True)}
            return [self._outcome(connection, row, matches.get(row.number)) for row in rows]

    def _outcome(self, connection: Connection, row: ContactRow, match: RowMatch | None) -> ImportRow:
        if match is None:
            return ImportRow(row, RowOutcome.UNUSABLE)
        earlier = self._find_earlier(row)
        self._remember(row)
        if match.card:
            return ImportRow(row, RowOutcome.KNOWN, match.card.id, same_as=earlier)
        if match.fits_several:
            return ImportRow(row, RowOutcome.AMBIGUOUS, match.fits_several[0])
        if earlier is not None:
            return ImportRow(row, RowOutcome.REPEATED, same_as=earlier)
        if not (similar := find_similar(connection, row)):
            return ImportRow(row, RowOutcome.NEW)
        outcome = RowOutcome.KNOWN if similar.is_likely else RowOutcome.PERHAPS
        return ImportRow(row, outcome, similar.contact_id, score=similar.score)

    def _find_earlier(self, row: ContactRow) -> int | None:
        for mark in _marks(row):
            if (earlier := self._seen.get(mark)) and names_agree(earlier[1], row.name):
                return earlier[0]
        return None

    def _remember(self, row: ContactRow) -> None:
        for mark in _marks(row):
            self._seen.setdefault(mark, (row.number, row.name))


def _marks(row: ContactRow) -> Iterator[str]:
    yield row.digest()
    yield from row.numbers
    yield from (email.casefold() for email in row.emails)
