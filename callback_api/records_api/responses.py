"""The JSON of calls, contacts and requests."""

from datetime import datetime
from typing import Any

from pydantic import Field

from callback_api.api.responses import ApiResponse
from records.call_events import CallEvent, Disposition
from records.calls.call_detail import CallDetail, CallRecord
from records.contacts.contact_cards import Card
from records.requests.requests import Request, RequestKind


class CallResponse(ApiResponse):
    """A call of somebody to the organisation."""

    reference: str
    started_at: datetime
    ended_at: datetime | None = Field(description="null while the call lasts.")
    number_called: str | None = Field(description="Our number (E.164).")
    caller: str | None = Field(description="E.164; null for a number that is withheld or unknown.")
    withheld: bool
    contact: int | None = Field(description="The caller's card: /v1/contacts/{id}.")
    language: str = Field(description="In which the caller was served.")
    outcome: Disposition | None = Field(description="null while the call lasts. More values may be added.")


class CallEventResponse(ApiResponse):
    """What happened in a call. Kinds and members of `detail` may be added."""

    at: datetime
    kind: str
    detail: dict[str, Any]


class OutcomeResponse(ApiResponse):
    """What the centre said became of a call."""

    reference: str = Field(description="The reference that the centre got with the call.")
    outcome: str
    note: str | None = Field(description="null also once the caller is no longer known to us.")
    reported_at: datetime
    corrects: str | None = Field(description="The outcome that this one has replaced.")


class CentreOutcomeResponse(ApiResponse):
    """What an overflow centre said became of the call."""

    at: datetime
    centre: str
    outcome: str
    note: str | None


class CallNoteResponse(ApiResponse):
    """What an agent wrote of the call."""

    at: datetime
    by: str
    text: str


class CallDetailResponse(CallResponse):
    """A call with what happened in it."""

    events: list[CallEventResponse]
    centre_outcomes: list[CentreOutcomeResponse] = Field(
        description="What overflow centres said became of it, in order: the last one of a centre counts."
    )
    staff_outcome: str | None = Field(
        description="What the agent said became of it: the name of an outcome of the plan; null: nothing yet."
    )
    notes: list[CallNoteResponse] = Field(description="What agents wrote of it; empty once it is anonymous.")
    voicemail_seconds: float | None = Field(description="How long the caller's voice message is; null: there is none.")


class CallsResponse(ApiResponse):
    """Calls, newest first."""

    calls: list[CallResponse]
    next: str | None = Field(description="The `cursor` of the next page; null: this is the last one.")


class ContactResponse(ApiResponse):
    """The card of a person."""

    id: int
    name: str | None
    organisation: str | None
    language: str | None
    numbers: list[str] = Field(description="E.164.")
    emails: list[str]
    street: str | None
    postcode: str | None
    city: str | None
    created_at: datetime
    last_interaction_at: datetime | None


class ContactsResponse(ApiResponse):
    """Cards: what a search found, best first; all of them by their numbers otherwise."""

    contacts: list[ContactResponse]
    next: str | None = Field(description="The `cursor` of the next page; null: there is none.")


class PlacedCallbackResponse(ApiResponse):
    """A callback to the person of a card, which waits in the line of callbacks."""

    reference: str


class RequestResponse(ApiResponse):
    """Something that waits, or waited, for the team."""

    id: int
    kind: RequestKind = Field(description="More values may be added.")
    created_at: datetime
    due_at: datetime | None
    closed_at: datetime | None = Field(description="null while it is open.")
    outcome: str | None = Field(description="What became of it: the name of an outcome of the plan, or other words.")
    subject: str | None
    topic: str | None = Field(description="The name of a topic of the plan.")
    level: int = Field(description="1 or 2.")
    joined_to: int | None = Field(description="The request with which it is treated.")
    number: str | None = Field(description="E.164; null for a number that is withheld or unknown.")
    contact: int | None = Field(description="The person's card: /v1/contacts/{id}.")
    call: str | None = Field(description="The call that it came from: /v1/calls/{ref}.")


class RequestsResponse(ApiResponse):
    """Requests by their numbers, the first ones first."""

    requests: list[RequestResponse]
    next: str | None = Field(description="The `cursor` of the next page; null: there is none.")


def build_request(each: Request) -> RequestResponse:
    return RequestResponse(
        id=each.id,
        kind=each.kind,
        created_at=each.created_at,
        due_at=each.due_at,
        closed_at=each.closed_at,
        outcome=each.outcome,
        subject=each.subject,
        topic=each.topic,
        level=each.level,
        joined_to=each.joined_to,
        number=each.line,
        contact=each.contact_id,
        call=each.call_ref,
    )


def build_call(call: CallRecord) -> CallResponse:
    return CallResponse(**_call_members(call))


def build_call_detail(detail: CallDetail) -> CallDetailResponse:
    return CallDetailResponse(
        **_call_members(detail.call),
        events=[_event(each) for each in detail.events],
        centre_outcomes=[
            CentreOutcomeResponse(at=each.at, centre=each.centre, outcome=each.outcome, note=each.note)
            for each in detail.outcomes
        ],
        staff_outcome=detail.staff_outcome,
        notes=[CallNoteResponse(at=each.at, by=each.by, text=each.text) for each in detail.notes],
        voicemail_seconds=detail.voicemail.seconds if detail.voicemail else None,
    )


def build_contact(card: Card) -> ContactResponse:
    return ContactResponse(
        id=card.id,
        name=card.name,
        organisation=card.organisation,
        language=card.language,
        numbers=list(card.lines),
        emails=list(card.emails),
        street=card.street,
        postcode=card.postcode,
        city=card.city,
        created_at=card.created_at,
        last_interaction_at=card.last_interaction_at,
    )


def _call_members(call: CallRecord) -> dict[str, Any]:
    return {
        "reference": call.ref,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "number_called": call.public_number,
        "caller": call.line,
        "withheld": call.withheld,
        "contact": call.contact_id,
        "language": call.language,
        "outcome": call.disposition,
    }


def _event(event: CallEvent) -> CallEventResponse:
    return CallEventResponse(at=event.at, kind=event.kind, detail=event.detail)
