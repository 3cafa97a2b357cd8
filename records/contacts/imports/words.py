"""What becomes of rows, and why, in words: for pages, reports and the command line."""

from collections.abc import Iterator, Mapping

from records.contacts.imports.imports import ImportProblem, ImportState
from records.contacts.imports.rows import UNDONE, KeptFor, ReportLine, RowOutcome
from routing.contact_files.fields import ContactField
from routing.contact_files.import_rows import MAX_EACH, MAX_NAME, ContactRow, Remark
from routing.contact_files.uploads import MAX_PEOPLE
from translations.message import Message, translatable

REPORT_TITLES = (
    *(translatable("Line"), translatable("Name"), translatable("Result"), translatable("Card")),
    translatable("Remarks"),
)
FIELDS: Mapping[ContactField, Message] = {
    ContactField.NOTHING: translatable("– leave out –"),
    ContactField.NAME: translatable("Name (first name and surname)"),
    ContactField.FIRST_NAME: translatable("First name"),
    ContactField.LAST_NAME: translatable("Surname"),
    ContactField.ORGANISATION: translatable("Organisation"),
    ContactField.NUMBER: translatable("Telephone number"),
    ContactField.EMAIL: translatable("E-mail address"),
    ContactField.STREET: translatable("Street"),
    ContactField.POSTCODE: translatable("Postcode"),
    ContactField.CITY: translatable("City"),
    ContactField.LANGUAGE: translatable("Language"),
}
STATES: Mapping[ImportState, Message] = {
    ImportState.ADDED: translatable("waiting for you to name the columns"),
    ImportState.CHECKING: translatable("is being checked"),
    ImportState.CHECKED: translatable("checked; nothing imported yet"),
    ImportState.IMPORTING: translatable("is being imported"),
    ImportState.STOPPED: translatable("stopped"),
    ImportState.DONE: translatable("imported"),
    ImportState.FAILED: translatable("cannot be imported"),
    ImportState.UNDOING: translatable("is being undone"),
    ImportState.UNDONE: translatable("undone"),
}
FAILURES: Mapping[str, Message] = {
    ImportProblem.FILE_GONE: translatable("The file is no longer there; upload it again."),
    ImportProblem.TOO_MANY: translatable("The file has more than %(count)s people; split it.", count=MAX_PEOPLE),
    ImportProblem.ERASED: translatable(
        "The data of a person were erased meanwhile, whom this file may name; it was deleted. Upload it again "
        "without that person."
    ),
}
OUTCOMES: Mapping[RowOutcome, Message] = {
    RowOutcome.NEW: translatable("New card"),
    RowOutcome.KNOWN: translatable("Has a card, which is completed"),
    RowOutcome.REPEATED: translatable("Same person as on an earlier line"),
    RowOutcome.PERHAPS: translatable("New card, which resembles another"),
    RowOutcome.CREATED: translatable("Card made"),
    RowOutcome.COMPLETED: translatable("Card completed"),
    RowOutcome.UNCHANGED: translatable("The card said everything already"),
    RowOutcome.REMOVED: translatable("Card removed again"),
    RowOutcome.TAKEN_BACK: translatable("What was added to the card is taken back"),
    RowOutcome.KEPT: translatable("Stays as it is"),
    RowOutcome.AMBIGUOUS: translatable("Fits several cards: left out"),
    RowOutcome.UNUSABLE: translatable("Cannot be used"),
}
_PROBLEMS: Mapping[str, Message] = {
    "nothing": translatable("There is no name, no organisation, no valid number and no valid address."),
    "quote": translatable(
        'A quotation mark opens a cell and is not closed, or stands inside one; write " twice there.'
    ),
    "too_long": translatable("The line is too long for one person."),
    "not_closed": translatable("The card has no end (END:VCARD)."),
    "unreadable": translatable("The card is damaged."),
}
_REASONS: Mapping[str, Message] = {
    KeptFor.CHANGED: translatable("It was changed since."),
    KeptFor.USED: translatable("The person was in touch since, or somebody wrote about them."),
    KeptFor.MERGED: translatable("The card was merged with another."),
    KeptFor.ELSEWHERE: translatable("Another import has the same person; undo that one first."),
    KeptFor.PARTLY: translatable("Some of it was changed or used since, and stays."),
    KeptFor.OLDER: translatable("It was imported by an earlier version, which did not write down what it added."),
}
_REMARKS: Mapping[str, Message] = {
    "number": translatable("“%(text)s” is no telephone number; it was left out."),
    "email": translatable("“%(text)s” is no e-mail address; it was left out."),
    "unreachable": translatable("No number and no address is left of this line: its card has the name alone."),
    "many": translatable("%(text)s numbers or addresses; the first %(most)s count."),
    "long": translatable("“%(text)s…” was cut after %(most)s characters."),
}


def explain(line: ReportLine) -> Iterator[Message]:
    """Why a row became what it became, and what of it was left out."""
    if line.outcome in UNDONE:
        if reason := _REASONS.get(line.row.problem):
            yield reason
    else:
        yield from _explain_problem(line.row)
    if line.outcome is RowOutcome.REPEATED and line.same_as:
        yield translatable("See line %(line)s.", line=line.same_as)
    if line.outcome is RowOutcome.AMBIGUOUS:
        yield translatable("Merge the cards if they are one person, then import the file again.")
    if line.score is not None and line.contact_id and line.outcome not in (RowOutcome.CREATED, *UNDONE):
        yield translatable("Likeness %(score)s of 100.", score=line.score)
    yield from map(_remark, line.row.remarks)


def explain_row(row: ContactRow) -> Iterator[Message]:
    """Why a row cannot be used, and what of it is left out."""
    yield from _explain_problem(row)
    yield from map(_remark, row.remarks)


def _explain_problem(row: ContactRow) -> Iterator[Message]:
    if row.problem:
        yield _PROBLEMS.get(row.problem, OUTCOMES[RowOutcome.UNUSABLE])


def _remark(remark: Remark) -> Message:
    most = MAX_NAME if remark.code == "long" else MAX_EACH
    known = _REMARKS.get(remark.code, _REMARKS["long"])
    return Message(known.text, {"text": remark.text, "most": most})
