"""All rows about one person, for an export."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, not_, select

from records.requests.visibility import is_shown_interaction, is_shown_survey, visible_to_all
from records.retention.erasure import Person
from records.schema import (
    Call,
    Callback,
    CallbackAttempt,
    CallbackTransition,
    CallEvent,
    CallWriteup,
    CentreCardView,
    ChangeValue,
    Consent,
    Contact,
    ContactEmail,
    ContactImportRow,
    ContactLine,
    ContactMerge,
    DoNotCall,
    DuplicateProposal,
    Handoff,
    HandoffOutcome,
    Inquiry,
    Interaction,
    Line,
    OutboxEvent,
    OutgoingMail,
    Request,
    RequestEntry,
    SatisfactionAnswer,
    SatisfactionSurvey,
    Transfer,
    Voicemail,
    WaitingOrder,
)
from routing.request_rules import MEDIATION_LEVEL

_SECRET = ("secret_hash", "mail_secret_hash")


def collect(connection: Connection, person: Person) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The rows by kind, each as its columns; secrets, and what is the mediator's alone, are left out."""
    lines = (*person.lines, *person.shared_lines)
    tied = select(ContactLine.line_id).where(ContactLine.contact_id.in_(person.cards))

    rows = partial(_read_rows, connection)
    shown = connection.scalars(select(Request.id).where(Request.id.in_(person.requests), visible_to_all())).all()
    number = OutboxEvent.data["number"].as_string()
    # Of a call that left something to the mediator, what the centre wrote is for the mediator too.
    sealed = select(Request.call_ref).where(Request.call_ref.is_not(None), not_(visible_to_all()))
    handed_over = select(Handoff.id).where(Handoff.call_ref.in_(person.calls), Handoff.call_ref.not_in(sealed))
    own_numbers = select(Line.e164).where(Line.id.in_(person.lines))
    return {
        "contacts": rows(Contact, Contact.id.in_(person.cards)),
        "emails": rows(ContactEmail, ContactEmail.contact_id.in_(person.cards)),
        "imports": rows(ContactImportRow, ContactImportRow.contact_id.in_(person.cards)),
        "lines": rows(Line, Line.id.in_(tied)),
        "calls": rows(Call, Call.ref.in_(person.calls)),
        "call_events": rows(CallEvent, CallEvent.call_ref.in_(person.calls)),
        "call_notes": rows(CallWriteup, CallWriteup.call_ref.in_(person.calls) & CallWriteup.call_ref.not_in(sealed)),
        "transfers": rows(
            Transfer, Transfer.call_ref.in_(person.calls) & (Transfer.to_level.is_distinct_from(MEDIATION_LEVEL))
        ),
        "waiting_orders": rows(WaitingOrder, WaitingOrder.call_ref.in_(person.calls)),
        "handoffs": rows(Handoff, Handoff.call_ref.in_(person.calls)),
        "centre_outcomes": rows(HandoffOutcome, HandoffOutcome.handoff_id.in_(handed_over)),
        "centre_card_views": rows(CentreCardView, CentreCardView.handoff_id.in_(handed_over)),
        "interactions": rows(Interaction, Interaction.contact_id.in_(person.cards) & is_shown_interaction(None)),
        "requests": rows(Request, Request.id.in_(shown)),
        "request_entries": rows(RequestEntry, RequestEntry.request_id.in_(shown)),
        "callbacks": rows(Callback, Callback.request_id.in_(shown)),
        "inquiries": rows(Inquiry, Inquiry.request_id.in_(shown)),
        "callback_attempts": rows(CallbackAttempt, CallbackAttempt.request_id.in_(shown)),
        "callback_transitions": rows(CallbackTransition, CallbackTransition.request_id.in_(shown)),
        "mails": rows(OutgoingMail, OutgoingMail.request_id.in_(shown)),
        "consents": rows(Consent, Consent.contact_id.in_(person.cards) | Consent.line_id.in_(person.lines)),
        "card_changes": rows(ChangeValue, ChangeValue.contact_id.in_(person.cards)),
        "do_not_call": rows(DoNotCall, DoNotCall.line_id.in_(lines)),
        "voicemails": rows(Voicemail, Voicemail.request_id.in_(shown)),
        "satisfaction_surveys": rows(SatisfactionSurvey, SatisfactionSurvey.id.in_(_shown_surveys(person))),
        "satisfaction_answers": rows(SatisfactionAnswer, SatisfactionAnswer.survey_id.in_(_shown_surveys(person))),
        "possible_duplicates": rows(
            DuplicateProposal,
            DuplicateProposal.first_id.in_(person.cards) | DuplicateProposal.second_id.in_(person.cards),
        ),
        "merges": rows(
            ContactMerge, ContactMerge.kept_id.in_(person.cards) | ContactMerge.absorbed_id.in_(person.cards)
        ),
        "events": rows(OutboxEvent, number.in_(own_numbers)),
    }


def _read_rows(connection: Connection, model: Any, which: ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
    table: Table = model.__table__
    columns = [column for column in table.c if column.name not in _SECRET]
    return [dict(row) for row in connection.execute(select(*columns).where(which)).mappings()]


def _shown_surveys(person: Person) -> Select[int]:
    return select(SatisfactionSurvey.id).where(SatisfactionSurvey.id.in_(person.surveys), is_shown_survey())
