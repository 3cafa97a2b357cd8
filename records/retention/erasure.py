"""Erasure: takes one person out of the database at their request; counts and the do-not-call entry outlive it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from records import changes
from records.actor import Actor
from records.callbacks.do_not_call import keep_erased_in
from records.callbacks.transitions import Cause, lock_callbacks, transition_to
from records.contacts.contact_cards import get_card
from records.contacts.deletion import delete_contacts, delete_lines
from records.contacts.imports.forgetting import forget_words_in_imports
from records.contacts.merges import merged_card_ids, surviving_card
from records.database.engine import Database
from records.errors import RecordsError
from records.requests.requests import mark_closed
from records.requests.visibility import visible_to_all
from records.retention.anonymization import (
    anonymize_calls,
    anonymize_requests,
    anonymize_surveys,
    delete_voicemails,
    in_batches,
)
from records.retention.view_names import forget_in_views
from records.schema import (
    Call,
    Callback,
    Change,
    ChangeValue,
    Consent,
    Contact,
    ContactEmail,
    ContactLine,
    DoNotCall,
    IdempotencyKey,
    Inquiry,
    Interaction,
    Line,
    OutboxEvent,
    Request,
    SatisfactionSurvey,
    Voicemail,
)
from records.webhooks.record_events import contact_erased
from routing.callbacks.states import CallbackState

CHANGE_KIND = "contact.erase"
OUTCOME = "erased"
_IN_PROGRESS = (CallbackState.IN_LINE, CallbackState.VISITOR_RINGING, CallbackState.TALKING)
_CANCELLABLE = (CallbackState.QUEUED, CallbackState.MISSED, CallbackState.EXPIRED)


class PersonIsConnected(RecordsError):
    """A call with this person is under way."""


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that refers to one person: their cards, and `lines` that nobody else has.

    `shared_lines` are also on other people's cards, and stay there. `names`, `numbers` (E.164) and `emails` identify
    the person, also those that their cards said before.
    """

    contact_id: int
    cards: tuple[int, ...]
    lines: tuple[int, ...]
    shared_lines: tuple[int, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    emails: tuple[str, ...]
    calls: tuple[str, ...]
    requests: tuple[int, ...]
    voicemail_files: tuple[str, ...]
    surveys: tuple[int, ...] = ()
    words_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased: how many rows of each kind, without the mediator's; `person` is as they were before."""

    person: Person
    counts: dict[str, object]


def find_person(connection: Connection, contact_id: int) -> Person:
    """What refers to the person of this card. Raises NotFound."""
    card = get_card(connection, contact_id)
    cards = tuple(connection.scalars(merged_card_ids(surviving_card(connection, contact_id))))
    tied = select(ContactLine.line_id).where(ContactLine.contact_id.in_(cards)).distinct()
    lines = connection.scalars(tied).all()
    others = select(ContactLine.line_id).where(ContactLine.line_id.in_(lines), ContactLine.contact_id.not_in(cards))
    shared = set(connection.scalars(others))
    own = tuple(line for line in lines if line not in shared)
    theirs = Interaction.contact_id.in_(cards)
    called = select(Interaction.call_ref).where(theirs, Interaction.call_ref.is_not(None))
    found = connection.scalars(called.union(select(Call.ref).where(Call.line_id.in_(own))))
    refs = [ref for ref in found if ref]
    requested = Request.contact_id.in_(cards) | Request.line_id.in_(own)
    ids = {*connection.scalars(select(Request.id).where(requested))}
    for some in (refs[first : first + 500] for first in range(0, len(refs), 500)):
        ids |= {*connection.scalars(select(Request.id).where(Request.call_ref.in_(some)))}
    names = [
        *connection.scalars(select(Contact.name).where(Contact.id.in_(cards))),
        *connection.scalars(select(Callback.name).where(Callback.request_id.in_(ids))),
        *connection.scalars(select(Inquiry.name).where(Inquiry.request_id.in_(ids))),
        *_said_before(connection, cards, "name"),
    ]
    emails = [
        *connection.scalars(select(ContactEmail.address).where(ContactEmail.contact_id.in_(cards))),
        *connection.scalars(select(Inquiry.email).where(Inquiry.request_id.in_(ids))),
        *_said_before(connection, cards, "emails"),
    ]
    return Person(
        card.id,
        cards,
        own,
        tuple(shared),
        tuple(sorted({name for name in names if name})),
        tuple(connection.scalars(select(Line.e164).where(Line.id.in_(lines)).order_by(Line.e164))),
        tuple(sorted({address for address in emails if address})),
        tuple(refs),
        tuple(sorted(ids)),
        _voicemail_files(connection, refs),
        *_find_surveys(connection, refs, [*ids]),
    )


def _said_before(connection: Connection, cards: Sequence[int], field: str) -> Iterator[str]:
    """What the cards said in this field before and after each change."""
    changed = select(ChangeValue.before, ChangeValue.after)
    for values in connection.execute(changed.where(ChangeValue.contact_id.in_(cards), ChangeValue.field == field)):
        for value in values:
            yield from value.splitlines()


def erase_contact(
    database: Database,
    actor: Actor,
    contact_id: int,
    *,
    at: datetime,
    before: Callable[[Connection, Person], None] = lambda connection, person: None,
    after: Callable[[Connection, Person], None] = lambda connection, person: None,
) -> Erasure:
    """Erases the person, committed when this returns. The files of `person` remain to be deleted by the caller.

    Callbacks that wait are cancelled, other open requests closed. `before` is called when nothing of them is erased
    yet, `after` when everything is, both in the same transaction. Raises NotFound, PersonIsConnected, and whatever
    these two raise.
    """
    with database.write(notify=True) as connection:
        person = find_person(connection, contact_id)
        _require_nobody_talks(connection, person)
        before(connection, person)
        _close_requests(connection, person, actor, at)
        kept = sum(keep_erased_in(connection, line, at) for line in person.lines)
        events = _erase_events(connection, person)
        requests, voicemails = _count_shown(connection, person)
        _erase_rows(connection, person)
        counts: dict[str, object] = {
            "contacts": len(person.cards),
            "lines": len(person.lines),
            "calls": len(person.calls),
            "requests": requests,
            "voicemails": voicemails,
            "events": events,
            "do_not_call": kept,
        }
        contact_erased(connection, person.cards, at)
        after(connection, person)
        changes.record(connection, actor, CHANGE_KIND, str(contact_id), after=counts, at=at)
    return Erasure(person, counts)


def erased_at(connection: Connection, contact_id: int) -> datetime | None:
    """When the person of this card was erased; None for a card that was not, or that there never was."""
    erasures = select(func.max(Change.at)).where(Change.kind == CHANGE_KIND, Change.subject == str(contact_id))
    return connection.scalar(erasures)


def record_export(
    database: Database, actor: Actor, contact_id: int, counts: dict[str, object], *, at: datetime
) -> None:
    """Writes down in the change log that a person's data were exported, without the data."""
    with database.write() as connection:
        changes.record(connection, actor, "contact.export", str(contact_id), after=counts, at=at)


def _require_nobody_talks(connection: Connection, person: Person) -> None:
    for refs in (person.calls[first : first + 500] for first in range(0, len(person.calls), 500)):
        if connection.scalar(select(Call.ref).where(Call.ref.in_(refs), Call.ended_at.is_(None)).limit(1)):
            raise PersonIsConnected("A call of this person is under way; erase them when it has ended.")
    under_way = Callback.request_id.in_(person.requests) & Callback.state.in_(_IN_PROGRESS)
    if connection.scalar(select(Callback.ref).where(under_way).limit(1)):
        raise PersonIsConnected("This person is being called back; erase them when the call has ended.")


def _close_requests(connection: Connection, person: Person, actor: Actor, at: datetime) -> None:
    waiting = Callback.request_id.in_(person.requests) & Request.closed_at.is_(None)
    for callback in lock_callbacks(connection, waiting):
        after = CallbackState.CANCELLED if callback.state in _CANCELLABLE else CallbackState.TREATED
        transition_to(connection, callback, after, Cause(actor.name, at, outcome=OUTCOME))
    mark_closed(connection, Request.id.in_(person.requests), by=actor.name, outcome=OUTCOME, at=at, note=None)


def _count_shown(connection: Connection, person: Person) -> tuple[int, int]:
    """Requests and voicemails, without the mediator's: the change log is read by others."""
    requests = select(func.count()).select_from(Request).where(Request.id.in_(person.requests), visible_to_all())
    voicemails = requests.join(Voicemail, Voicemail.request_id == Request.id)
    return connection.scalar(requests) or 0, connection.scalar(voicemails) or 0


def _erase_events(connection: Connection, person: Person) -> int:
    """Events keep everything but the number; those on their way to programs are then sent without it."""
    number = OutboxEvent.data["number"].as_string()
    rows = connection.execute(
        select(OutboxEvent.id, OutboxEvent.data).where(number.in_(_numbers_of(connection, person)))
    ).all()
    for row in rows:
        unnumbered = {**row.data, "number": None}
        connection.execute(update(OutboxEvent).where(OutboxEvent.id == row.id).values(data=unnumbered))
    return len(rows)


def _erase_rows(connection: Connection, person: Person) -> None:
    called = select(Callback.ref).where(Callback.request_id.in_(person.requests))
    wrote = select(Inquiry.ref).where(Inquiry.request_id.in_(person.requests))
    references = connection.scalars(called.union(wrote)).all()
    answer = IdempotencyKey.response["ref"].as_string()
    connection.execute(delete(IdempotencyKey).where(answer.in_(references)))
    delete_voicemails(connection, person.calls)
    anonymize_surveys(connection, person.surveys)
    anonymize_calls(connection, person.calls)
    anonymize_requests(connection, person.requests)
    unnamed = {"contact_id": None, "summary": None}
    connection.execute(update(Interaction).where(Interaction.contact_id.in_(person.cards)).values(unnamed))
    theirs = Consent.contact_id.in_(person.cards) | Consent.line_id.in_(person.lines)
    connection.execute(delete(Consent).where(theirs))
    forget_words_in_imports(connection, [*person.names, *person.numbers, *person.emails])
    forget_in_views(connection, person.names, person.numbers, person.emails)
    delete_contacts(connection, person.cards)
    connection.execute(delete(DoNotCall).where(DoNotCall.line_id.in_(person.lines)))
    delete_lines(connection, person.lines)


def _numbers_of(connection: Connection, person: Person) -> Sequence[str]:
    return connection.scalars(select(Line.e164).where(Line.id.in_(person.lines))).all()


def _voicemail_files(connection: Connection, refs: Sequence[str]) -> tuple[str, ...]:
    files: list[str] = []
    for some in (refs[first : first + 500] for first in range(0, len(refs), 500)):
        files += connection.scalars(select(Voicemail.file).where(Voicemail.call_ref.in_(some)))
    return tuple(files)


def _find_surveys(
    connection: Connection, refs: Sequence[str], requests: Sequence[int]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The surveys of these calls and requests, and the names of their recordings."""
    found: dict[int, str | None] = {}
    columns = select(SatisfactionSurvey.id, SatisfactionSurvey.words_file)
    for some in in_batches(refs):
        found |= {
            row.id: row.words_file for row in connection.execute(columns.where(SatisfactionSurvey.call_ref.in_(some)))
        }
    for ids in in_batches(requests):
        of_requests = SatisfactionSurvey.request_id.in_(ids)
        found |= {row.id: row.words_file for row in connection.execute(columns.where(of_requests))}
    return tuple(sorted(found)), tuple(name for name in found.values() if name)
