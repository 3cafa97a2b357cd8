"""Requests as rows of the inbox: with the person, who has it, the voicemail, and what was written."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from records.calls.voicemails import Voicemail
from records.contacts.contact_cards import Card, list_cards
from records.contacts.merges import surviving_cards
from records.requests.entries import EntryKind
from records.requests.requests import Request, list_requests
from records.schema import Call
from records.schema import Callback as Callbacks
from records.schema import Inquiry as Inquiries
from records.schema import Request as Requests
from records.schema import RequestEntry as Entries
from records.schema import User as Users
from records.schema import Voicemail as Voicemails
from routing.callbacks.states import CallbackState

MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class InquiryText:
    """What a visitor wrote; `email` is where they are told of the answer, if they gave one."""

    text: str
    email: str | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One request. `name` and `organisation` are the contact's; `callback_state` is that of a callback.

    `public_number`: the number of ours that was called, or that calls back. `email`: where the person can be written
    to. `words`: what they wrote, of an inquiry, a letter, a visit.
    """

    request: Request
    name: str | None
    organisation: str | None
    owner_id: int | None
    owner: str | None
    voicemail: Voicemail | None
    callback_state: CallbackState | None
    topic: str | None
    public_number: str | None
    language: str | None
    inquiry: InquiryText | None = None
    email: str | None = None
    words: str | None = None


def list_rows(connection: Connection, which: ColumnElement[bool]) -> tuple[InboxRow, ...]:
    """The requests that `which` selects, oldest first, at most MAX_ROWS; it asks nobody who they are."""
    ids = connection.scalars(
        select(Requests.id).where(which).order_by(Requests.created_at, Requests.id).limit(MAX_ROWS)
    )
    requests = list_requests(connection, Requests.id.in_(ids.all()))
    details = _details(connection, requests)
    root_of = surviving_cards(connection, [each.contact_id for each in requests if each.contact_id])
    cards = {card.id: card for card in list_cards(connection, root_of.values())}
    return tuple(
        _row(each, cards.get(root_of[each.contact_id]) if each.contact_id else None, details[each.id])
        for each in requests
    )


@dataclass(frozen=True, slots=True)
class _Detail:
    owner_id: int | None
    owner: str | None
    voicemail: Voicemail | None
    state: str | None
    topic: str | None
    callback_name: str | None
    called: str | None
    calls_from: str | None
    language: str | None
    inquiry_name: str | None
    email: str | None
    text: str | None
    opened: str | None


def _row(request: Request, card: Card | None, found: _Detail) -> InboxRow:
    return InboxRow(
        request,
        (card.name if card else None) or found.callback_name or found.inquiry_name,
        card.organisation if card else None,
        found.owner_id,
        found.owner,
        found.voicemail,
        CallbackState(found.state) if found.state else None,
        found.topic,
        found.called or found.calls_from,
        found.language or (card.language if card else None),
        InquiryText(found.text, found.email) if found.text is not None else None,
        found.email or next(iter(card.emails if card else ()), None),
        found.text or found.opened,
    )


def _details(connection: Connection, requests: tuple[Request, ...]) -> Mapping[int, _Detail]:
    query = (
        select(
            *(Requests.id, Requests.owner_id, Users.name.label("owner")),
            *(Voicemails.call_ref, Voicemails.file, Voicemails.seconds, Voicemails.left_at),
            *(Callbacks.state, Callbacks.topic, Callbacks.name.label("callback_name")),
            Call.public_number.label("called"),
            func.coalesce(Callbacks.public_number, Inquiries.public_number).label("calls_from"),
            func.coalesce(Callbacks.language, Inquiries.language, Call.language).label("language"),
            *(Inquiries.name.label("inquiry_name"), Inquiries.email, Inquiries.text, Entries.note.label("opened")),
        )
        .outerjoin(Users, Users.id == Requests.owner_id)
        .outerjoin(Voicemails, Voicemails.request_id == Requests.id)
        .outerjoin(Callbacks, Callbacks.request_id == Requests.id)
        .outerjoin(Inquiries, Inquiries.request_id == Requests.id)
        .outerjoin(Call, Call.ref == Requests.call_ref)
        .outerjoin(Entries, (Entries.request_id == Requests.id) & (Entries.kind == EntryKind.OPENED))
        .where(Requests.id.in_([each.id for each in requests]))
    )
    details = {}
    for row in connection.execute(query).mappings():
        fields = dict(row)
        request_id = fields.pop("id")
        recording = {name: fields.pop(name) for name in ("call_ref", "file", "seconds", "left_at")}
        left = Voicemail(**recording, request_id=request_id) if recording["call_ref"] else None
        details[request_id] = _Detail(voicemail=left, **fields)
    return details
