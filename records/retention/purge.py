"""The purge: deletes what identifies people and is older than the plan's retention, and writes down what it did.

Its counts, which others read, leave out the mediator's requests, with their voicemails and what histories say of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from records import changes
from records.actor import Actor
from records.contacts.deletion import delete_contacts, delete_lines, has_data, is_line_used
from records.database.engine import Database
from records.requests.requests import REPORTED_KINDS, RequestKind
from records.requests.visibility import is_shown_interaction, is_shown_survey, visible_to_all
from records.retention.anonymization import (
    BATCH,
    anonymize_calls,
    anonymize_requests,
    anonymize_surveys,
    delete_voicemails,
)
from records.satisfaction.asking import forget_old_askings_in
from records.schema import (
    Call,
    Callback,
    CallWriteup,
    Change,
    ChangeValue,
    Consent,
    Contact,
    ContactMerge,
    Handoff,
    HandoffOutcome,
    Inquiry,
    Interaction,
    Line,
    Request,
    RequestEntry,
    SatisfactionSurvey,
    Transfer,
    Voicemail,
)
from routing.access.permissions import Role
from routing.retention import RetentionRules

CHANGE_KIND = "retention.purge"
PURGER = "standardiste"


@dataclass(slots=True)
class PurgeReport:
    """How many of each were purged. `kept_open`: too old, but not resolved.

    `voicemail_files` and `words_files` are to be deleted.
    """

    calls: int = 0
    requests: int = 0
    voicemails: int = 0
    interactions: int = 0
    consents: int = 0
    contacts: int = 0
    lines: int = 0
    change_values: int = 0
    kept_open: int = 0
    files: int = 0
    surveys: int = 0
    voicemail_files: list[str] = field(default_factory=list)
    words_files: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, object]:
        """For the change log and for people."""
        names = (
            "calls",
            "requests",
            "voicemails",
            "interactions",
            "consents",
            "contacts",
            "lines",
            "files",
            "change_values",
            "surveys",
        )
        return {name: getattr(self, name) for name in (*names, "kept_open")}


def purge(database: Database, rules: RetentionRules, *, at: datetime, dry_run: bool = False) -> PurgeReport:
    """Purges in small transactions, so that no call waits. Repeating it changes nothing.

    `dry_run`: only counts, and counts what only becomes unused by the purge itself as 0.
    """
    report = PurgeReport()
    since = {purpose: rules.kept_since(purpose, at) for purpose in ("reception", "voicemail", "callback")}
    of_handoff = (Handoff.call_ref == Call.ref) & (HandoffOutcome.handoff_id == Handoff.id)
    noted = exists().where(of_handoff, HandoffOutcome.note.is_not(None))
    handed_over = exists().where(Transfer.call_ref == Call.ref, Transfer.note.is_not(None))
    written_up = exists().where(CallWriteup.call_ref == Call.ref, CallWriteup.note.is_not(None))
    identified = Call.line_id.is_not(None) | noted | handed_over | written_up
    old_calls = Call.ended_at.is_not(None) & (Call.started_at < since["reception"]) & identified
    of_call = (Request.call_ref == Call.ref) & Request.closed_at.is_(None)
    for refs in _batches(database, select(Call.ref).where(old_calls, ~exists().where(of_call)), dry_run):
        report.calls += len(refs)
        if not dry_run:
            _write(database, anonymize_calls, refs)
    _purge_voicemails(database, since["voicemail"], report, dry_run)
    _purge_requests(database, since, report, dry_run)
    _purge_surveys(database, rules.kept_since("satisfaction", at), report, dry_run)
    _purge_interactions(database, rules, at, report, dry_run)
    _purge_consents(database, rules, at, report, dry_run)
    _purge_change_values(database, since["reception"], report, dry_run)
    if not dry_run:
        with database.write() as connection:
            forget_old_askings_in(connection, at)
        _purge_contacts(database, since["reception"], report)
        _purge_lines(database, since["reception"], report)
    report.kept_open = count_kept_open(database, rules, at)
    return report


def record_purge(database: Database, report: PurgeReport, *, at: datetime) -> None:
    """Writes down in the change log what was purged, and when."""
    with database.write() as connection:
        actor = Actor(None, Role.ADMINISTRATOR, PURGER)
        changes.record(connection, actor, CHANGE_KIND, "", after=report.counts(), at=at)


def last_purge(database: Database) -> datetime | None:
    """When data were last purged."""
    with database.read() as connection:
        return connection.scalar(select(func.max(Change.at)).where(Change.kind == CHANGE_KIND))


def list_voicemail_files(database: Database) -> frozenset[str]:
    """The names of the files of all voicemails."""
    with database.read() as connection:
        return frozenset(connection.scalars(select(Voicemail.file)))


def list_words_files(database: Database) -> frozenset[str]:
    """The names of the recordings of all surveys."""
    with database.read() as connection:
        names = connection.scalars(select(SatisfactionSurvey.words_file))
        return frozenset(name for name in names if name)


def count_kept_open(database: Database, rules: RetentionRules, at: datetime) -> int:
    """The requests that are older than their retention and that nobody has resolved; without the mediator's."""
    with database.read() as connection:
        return sum(
            connection.scalar(
                select(func.count()).where(
                    visible_to_all(),
                    Request.kind == kind,
                    Request.closed_at.is_(None),
                    Request.created_at < rules.kept_since(purpose, at),
                )
            )
            or 0
            for kind, purpose in (
                (RequestKind.MISSED, "reception"),
                (RequestKind.VOICEMAIL, "voicemail"),
                (RequestKind.CALLBACK, "callback"),
                (RequestKind.INQUIRY, "callback"),
                *((kind, "callback") for kind in REPORTED_KINDS),
            )
        )


def _purge_voicemails(database: Database, since: datetime, report: PurgeReport, dry_run: bool) -> None:
    old = select(Voicemail.call_ref).join(Request, Request.id == Voicemail.request_id)
    old = old.where(Voicemail.left_at < since, Request.closed_at.is_not(None))
    shown = exists().where(Request.id == Voicemail.request_id, visible_to_all())
    for refs in _batches(database, old, dry_run):
        report.voicemails += _count(database, Voicemail.call_ref, refs, shown)
        if not dry_run:
            with database.write() as connection:
                files = delete_voicemails(connection, refs)
            report.voicemail_files += files


def _purge_requests(database: Database, since: dict[str, datetime], report: PurgeReport, dry_run: bool) -> None:
    """Closed requests; callbacks and what people wrote count from their end."""
    identified = Request.line_id.is_not(None) | Request.contact_id.is_not(None) | Request.note.is_not(None)
    has_voice = exists().where(Voicemail.request_id == Request.id)
    written = Request.subject.is_not(None) | exists().where(
        RequestEntry.request_id == Request.id, RequestEntry.note.is_not(None)
    )
    named = exists().where(Callback.request_id == Request.id, Callback.name.is_not(None) | Callback.topic.is_not(None))
    text = exists().where(Inquiry.request_id == Request.id, Inquiry.text.is_not(None))
    callback = Request.kind.in_((RequestKind.CALLBACK, RequestKind.INQUIRY, *REPORTED_KINDS))
    old = (callback & (Request.closed_at < since["callback"])) | (
        ~callback & (Request.created_at < since["reception"]) & Request.closed_at.is_not(None) & ~has_voice
    )
    for ids in _batches(database, select(Request.id).where(old, identified | named | written | text), dry_run):
        report.requests += _count(database, Request.id, ids, visible_to_all())
        if not dry_run:
            _write(database, anonymize_requests, ids)


def _purge_surveys(database: Database, since: datetime, report: PurgeReport, dry_run: bool) -> None:
    linked = SatisfactionSurvey.call_ref.is_not(None) | SatisfactionSurvey.request_id.is_not(None)
    old = select(SatisfactionSurvey.id).where(SatisfactionSurvey.asked_at < since, linked)
    for ids in _batches(database, old, dry_run):
        report.surveys += _count(database, SatisfactionSurvey.id, ids, is_shown_survey())
        if not dry_run:
            with database.write() as connection:
                files = anonymize_surveys(connection, ids)
            report.words_files += files


def _purge_interactions(
    database: Database, rules: RetentionRules, at: datetime, report: PurgeReport, dry_run: bool
) -> None:
    for purpose in ("reception", "callback", "campaigning", "satisfaction"):
        old = (Interaction.purpose == purpose) & (Interaction.at < rules.kept_since(purpose, at))
        open_ = exists().where(Request.call_ref == Interaction.call_ref, Request.closed_at.is_(None))
        identified = Interaction.contact_id.is_not(None) | Interaction.summary.is_not(None)
        for ids in _batches(database, select(Interaction.id).where(old, identified, ~open_), dry_run):
            report.interactions += _count(database, Interaction.id, ids, is_shown_interaction(None))
            if not dry_run:
                _write(database, _anonymize_interactions, ids)


def _purge_consents(
    database: Database, rules: RetentionRules, at: datetime, report: PurgeReport, dry_run: bool
) -> None:
    for purpose in ("reception", "callback", "campaigning", "satisfaction"):
        old = (Consent.purpose == purpose) & (Consent.given_at < rules.kept_since(purpose, at))
        for ids in _batches(database, select(Consent.id).where(old), dry_run):
            report.consents += len(ids)
            if not dry_run:
                _write(database, _delete_consents, ids)


def _purge_change_values(database: Database, since: datetime, report: PurgeReport, dry_run: bool) -> None:
    """What cards said before and after changes of long ago; the changes stay."""
    old = select(ChangeValue.change_number).join(Change, Change.number == ChangeValue.change_number)
    for numbers in _batches(database, old.where(Change.at < since).distinct(), dry_run):
        report.change_values += len(numbers)
        if not dry_run:
            _write(database, _delete_change_values, numbers)


def _purge_contacts(database: Database, since: datetime, report: PurgeReport) -> None:
    """Cards that no data refers to any more, each with the cards it was merged with."""
    unused = (Contact.created_at < since) & ~has_data(Contact.id)
    other = ContactMerge.undone_at.is_(None) & (
        ((ContactMerge.kept_id == Contact.id) & has_data(ContactMerge.absorbed_id))
        | ((ContactMerge.absorbed_id == Contact.id) & has_data(ContactMerge.kept_id))
    )
    for ids in _batches(database, select(Contact.id).where(unused, ~exists().where(other)), False):
        report.contacts += len(ids)
        _write(database, delete_contacts, ids)


def _purge_lines(database: Database, since: datetime, report: PurgeReport) -> None:
    for ids in _batches(database, select(Line.id).where(Line.created_at < since, ~is_line_used()), False):
        report.lines += len(ids)
        _write(database, delete_lines, ids)


def _batches(database: Database, rows: Select[Any], counting: bool) -> Iterator[Sequence[Any]]:
    """The ids that `rows` selects, in batches. They are purged between two batches, unless they are only counted."""
    while True:
        with database.read() as connection:
            ids = connection.scalars(rows if counting else rows.limit(BATCH)).all()
        if ids:
            yield ids
        if counting or len(ids) < BATCH:
            return


def _count(database: Database, column: Any, values: Sequence[Any], shown: ColumnElement[bool]) -> int:
    """How many of these rows, found by `column`, are `shown`; in parts, because an SQL statement takes only so many."""
    parts = (values[first : first + BATCH] for first in range(0, len(values), BATCH))
    with database.read() as connection:
        return sum(connection.scalar(select(func.count(column)).where(column.in_(part), shown)) or 0 for part in parts)


def _anonymize_interactions(connection: Connection, ids: Sequence[int]) -> None:
    unnamed = {"contact_id": None, "summary": None}
    connection.execute(update(Interaction).where(Interaction.id.in_(ids)).values(unnamed))


def _delete_consents(connection: Connection, ids: Sequence[int]) -> None:
    connection.execute(delete(Consent).where(Consent.id.in_(ids)))


def _delete_change_values(connection: Connection, numbers: Sequence[int]) -> None:
    connection.execute(delete(ChangeValue).where(ChangeValue.change_number.in_(numbers)))


def _write(database: Database, action: Callable[[Connection, Sequence[Any]], None], ids: Sequence[Any]) -> None:
    with database.write() as connection:
        action(connection, ids)
