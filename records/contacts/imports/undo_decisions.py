"""What the undoing of an import would do to each of its rows: nothing that has changed since is touched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from records.contacts.imports.additions import TEXTS, Additions, digest_value
from records.contacts.imports.imports import ImportState
from records.contacts.imports.rows import DONE, KeptFor, RowOutcome
from records.schema import (
    Call,
    Consent,
    Contact,
    ContactEmail,
    ContactImport,
    ContactLine,
    ContactMerge,
    DoNotCall,
    Interaction,
    Line,
    Request,
)
from records.schema import ContactImportRow as Rows


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row that was imported, and what it has added to its card; None when that was not written down."""

    number: int
    outcome: RowOutcome
    contact_id: int | None
    additions: Additions | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row; of a card that stays, the fields, ties and addresses (ids) that it loses.

    `outcome` is that of before for a row that has added nothing.
    """

    row: WrittenRow
    outcome: RowOutcome
    reason: str = ""
    texts: tuple[str, ...] = ()
    ties: tuple[int, ...] = ()
    emails: tuple[int, ...] = ()


@dataclass(slots=True)
class _CardNow:
    """What a card says itself, without what it absorbed, as digests; with the ids of ties and addresses."""

    texts: dict[str, str] = field(default_factory=dict)
    ties: list[tuple[int, str, datetime, int, bool]] = field(default_factory=list)
    """Of each tie: its id, the number, since when, the line, and whether it stands."""
    emails: list[tuple[int, str, datetime]] = field(default_factory=list)


def read_written(connection: Connection, import_id: int, *, after: int, limit: int) -> list[WrittenRow]:
    """The next rows of an import that have written something, or may have."""
    written = Rows.outcome.in_((RowOutcome.CREATED, RowOutcome.COMPLETED)) | (
        (Rows.outcome == RowOutcome.UNCHANGED) & Rows.added.is_not(None)
    )
    query = select(Rows.number, Rows.outcome, Rows.contact_id, Rows.added)
    query = query.where(Rows.import_id == import_id, Rows.number > after, written).order_by(Rows.number).limit(limit)
    return [
        WrittenRow(
            row.number, RowOutcome(row.outcome), row.contact_id, Additions.from_text(row.added) if row.added else None
        )
        for row in connection.execute(query)
    ]


def decide(connection: Connection, import_id: int, rows: Sequence[WrittenRow]) -> list[Decision]:
    """What becomes of these rows, and of all others of the import that are about the same cards."""
    ids = sorted({row.contact_id for row in rows if row.contact_id is not None})
    about = _rows_about(connection, import_id, ids)
    made = {row.contact_id for row in about if row.outcome is RowOutcome.CREATED}
    cards, reasons = _read_cards(connection, ids), _find_reasons(connection, import_id, about)
    used = _lines_used(connection, [tie for card in cards.values() for tie in card.ties])
    decisions = []
    for contact_id in ids:
        theirs = [row for row in about if row.contact_id == contact_id]
        if contact_id in made:
            decisions += _decide_made(theirs, cards[contact_id], reasons.get(contact_id, ""))
        else:
            decisions += [_decide_completed(row, cards[contact_id], used) for row in theirs]
    gone = [Decision(row, RowOutcome.REMOVED) for row in rows if row.contact_id is None]  # its card went meanwhile
    return [*decisions, *gone]


def _decide_made(rows: Sequence[WrittenRow], card: _CardNow, reason: str) -> list[Decision]:
    """A card that the import has made goes with all that the import has written on it, or stays as a whole."""
    known = [row.additions for row in rows if row.additions]
    if len(known) < len(rows):
        reason = KeptFor.OLDER
    elif not reason:
        texts = {name: digest for each in known for name, digest in each.texts.items()}
        numbers = {number for each in known for number in each.numbers}
        emails = {email for each in known for email in each.emails}
        ties = {number for _, number, _, _, stands in card.ties if stands}
        is_same = texts == card.texts and numbers == ties and emails == {email for _, email, _ in card.emails}
        reason = "" if is_same and len(ties) == len(card.ties) else KeptFor.CHANGED
    outcome = RowOutcome.KEPT if reason else RowOutcome.REMOVED
    return [Decision(row, row.outcome if row.outcome is RowOutcome.UNCHANGED else outcome, reason) for row in rows]


def _decide_completed(row: WrittenRow, card: _CardNow, used: Mapping[int, datetime]) -> Decision:
    """Of a card that was there before, what the row has added goes where it still stands."""
    added = row.additions
    if added is None:
        return Decision(row, RowOutcome.KEPT, KeptFor.OLDER)
    texts = tuple(name for name, digest in added.texts.items() if card.texts.get(name) == digest)
    ties = tuple(
        tie_id
        for tie_id, number, since, line_id, stands in card.ties
        if number in added.numbers and since == added.at and stands and used.get(line_id, since) <= added.at
    )
    emails = tuple(each for each, email, since in card.emails if email in added.emails and since == added.at)
    wanted = len(added.texts) + len(added.numbers) + len(added.emails)
    found = len(texts) + len(ties) + len(emails)
    if not wanted:
        return Decision(row, row.outcome)
    if not found:
        return Decision(row, RowOutcome.KEPT, KeptFor.CHANGED)
    return Decision(row, RowOutcome.TAKEN_BACK, KeptFor.PARTLY if found < wanted else "", texts, ties, emails)


def _rows_about(connection: Connection, import_id: int, ids: Collection[int]) -> list[WrittenRow]:
    """The rows of the import that are about these cards and are not undone yet."""
    if not ids:
        return []
    query = select(Rows.number, Rows.outcome, Rows.contact_id, Rows.added).where(
        Rows.contact_id.in_(ids), Rows.import_id == import_id, Rows.outcome.in_(DONE)
    )
    return [
        WrittenRow(
            row.number, RowOutcome(row.outcome), row.contact_id, Additions.from_text(row.added) if row.added else None
        )
        for row in connection.execute(query.order_by(Rows.number))
    ]


def _read_cards(connection: Connection, ids: Collection[int]) -> dict[int, _CardNow]:
    cards = {contact_id: _CardNow() for contact_id in ids}
    if not cards:
        return cards
    columns = [getattr(Contact, name) for name in TEXTS]
    for row in connection.execute(select(Contact.id, *columns).where(Contact.id.in_(ids))):
        said = {name: getattr(row, name) for name in TEXTS}
        cards[row.id].texts = {name: digest_value(connection, name, text) for name, text in said.items() if text}
    ties = select(ContactLine.id, ContactLine.contact_id, ContactLine.line_id, ContactLine.since, ContactLine.until)
    ties = ties.add_columns(Line.e164).join(Line, Line.id == ContactLine.line_id)
    for row in connection.execute(ties.where(ContactLine.contact_id.in_(ids))):
        number = digest_value(connection, "number", row.e164)
        cards[row.contact_id].ties.append((row.id, number, row.since, row.line_id, row.until is None))
    emails = select(ContactEmail.id, ContactEmail.contact_id, ContactEmail.folded, ContactEmail.since)
    for row in connection.execute(emails.where(ContactEmail.contact_id.in_(ids))):
        cards[row.contact_id].emails.append((row.id, digest_value(connection, "email", row.folded), row.since))
    return cards


def _find_reasons(connection: Connection, import_id: int, rows: Sequence[WrittenRow]) -> dict[int, str]:
    """Why cards that the import has made stay, apart from what they say."""
    made = {row.contact_id: row.additions for row in rows if row.outcome is RowOutcome.CREATED and row.contact_id}
    ids = sorted(made)
    if not ids:
        return {}
    reasons: dict[int, str] = {}
    others = select(Rows.contact_id).join(ContactImport, ContactImport.id == Rows.import_id)
    others = others.where(Rows.contact_id.in_(ids), Rows.import_id != import_id, Rows.outcome.in_(DONE))
    elsewhere = others.where(ContactImport.state.not_in((ImportState.UNDOING, ImportState.UNDONE)))
    _give(reasons, connection.scalars(elsewhere), KeptFor.ELSEWHERE)
    for table in (Interaction, Request, Consent):
        _give(reasons, connection.scalars(select(table.contact_id).where(table.contact_id.in_(ids))), KeptFor.USED)
    opposed = select(ContactLine.contact_id, func.max(DoNotCall.at).label("at"))
    opposed = opposed.join(DoNotCall, DoNotCall.line_id == ContactLine.line_id).where(ContactLine.contact_id.in_(ids))
    for row in connection.execute(opposed.group_by(ContactLine.contact_id)):
        if (additions := made[row.contact_id]) and row.at >= additions.at:
            reasons[row.contact_id] = KeptFor.USED
    merges = select(ContactMerge.kept_id, ContactMerge.absorbed_id)
    merges = merges.where(or_(ContactMerge.kept_id.in_(ids), ContactMerge.absorbed_id.in_(ids)))
    _give(reasons, (each for row in connection.execute(merges) for each in row), KeptFor.MERGED)
    return reasons


def _give(reasons: dict[int, str], ids: Iterable[int | None], reason: KeptFor) -> None:
    reasons.update(dict.fromkeys((each for each in ids if each is not None), reason))


def _lines_used(connection: Connection, ties: Sequence[tuple[int, str, datetime, int, bool]]) -> dict[int, datetime]:
    """When each of these lines was last in a call or a request."""
    ids = sorted({line_id for _, _, _, line_id, _ in ties})
    used: dict[int, datetime] = {}
    if not ids:
        return used
    for line, at in ((Call.line_id, Call.started_at), (Request.line_id, Request.created_at)):
        for line_id, latest in connection.execute(select(line, func.max(at)).where(line.in_(ids)).group_by(line)):
            if line_id is not None:
                used[line_id] = max(latest, used.get(line_id, latest))
    return used
