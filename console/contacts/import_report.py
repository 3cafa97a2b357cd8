"""The report of an import, line by line, as a file."""

from collections.abc import Iterator, Sequence

from console.context import get_context
from records.contacts.imports.rows import ReportLine, RowOutcome, read_report
from records.contacts.imports.words import OUTCOMES, explain
from web.language import translate


def report_rows(import_id: int, outcomes: Sequence[RowOutcome] = tuple(RowOutcome)) -> Iterator[list[str]]:
    """The cells of each line, in the order of REPORT_TITLES."""
    for line in read_report(get_context().database, import_id, outcomes):
        remarks = " ".join(translate(message) for message in explain(line))
        card = get_context().external_url("contacts.show", contact_id=line.contact_id) if has_card(line) else ""
        yield [str(line.number), line.name, translate(OUTCOMES[line.outcome]), card, remarks]


def has_card(line: ReportLine) -> bool:
    """Whether the line leads to a card, its own or one that it resembles."""
    return line.contact_id is not None
