"""The JSON responses of the API."""

from datetime import datetime
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

from callback_api.context import AppContext
from callback_api.sites import earliest_callback, list_free_slots
from records.callbacks.callback_request import AcceptedCallback
from records.callbacks.visitor_actions import VisitorView
from records.inquiries.acceptance import AcceptedInquiry
from records.inquiries.answers import InquiryView
from routing.callbacks import time_slots
from routing.callbacks.states import VisitorStatus
from routing.numbers import format_number

_format_number = lru_cache(maxsize=100)(format_number)  # for the few numbers of the organisation


class ApiResponse(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SlotResponse(ApiResponse):
    """A callback starts in this interval; its end is excluded."""

    start: datetime
    end: datetime


class AsSoonAsPossible(ApiResponse):
    from_: datetime | None = Field(
        alias="from",
        description="When it may begin: now, or at the next opening. null: not known, for callbacks are interrupted.",
    )


class SlotsResponse(ApiResponse):
    """The times that can be chosen now."""

    soon: AsSoonAsPossible | None = Field(description="As soon as possible. null: no callback can be asked for.")
    slots: list[SlotResponse]
    timezone: str = Field(description="The time zone in which to show the slots (IANA).")


class CallbackResponse(ApiResponse):
    """The state of a callback."""

    reference: str = Field(
        description="For people to name the callback; it gives no access without the key of the link."
    )
    status: VisitorStatus
    slot: SlotResponse | None = Field(description="null: as soon as possible.")
    not_before: datetime
    calls_from: str = Field(description="The number that will call (E.164).")
    calls_from_shown: str = Field(description="The same, as people write it.")
    can_cancel: bool
    can_move: bool


class AcceptedCallbackResponse(ApiResponse):
    """A callback that was accepted and stored."""

    reference: str
    status: VisitorStatus
    slot: SlotResponse | None = Field(description="null: as soon as possible.")
    not_before: datetime
    calls_from: str = Field(description="The number that will call (E.164).")
    calls_from_shown: str = Field(description="The same, as people write it.")
    follow: str = Field(
        description="The visitor's own page to follow, move or cancel the callback. Anybody who has the link can do so."
    )
    expires_at: datetime = Field(description="When we stop trying to call.")


class AcceptedInquiryResponse(ApiResponse):
    """A message that was written and stored."""

    reference: str
    follow: str = Field(description="The visitor's own page, with the answer. Anybody who has the link can read it.")


class AnswerResponse(ApiResponse):
    """An answer of the organisation, as plain text."""

    at: datetime
    text: str


class InquiryResponse(ApiResponse):
    """A message that was written, and its answers, the first one first."""

    reference: str
    written_at: datetime
    text: str
    answers: list[AnswerResponse]
    open: bool = Field(description="false: the request is closed; a call may have answered it.")


def build_accepted_inquiry_response(context: AppContext, accepted: AcceptedInquiry) -> AcceptedInquiryResponse:
    return AcceptedInquiryResponse(
        reference=accepted.ref, follow=context.inquiry_page_url(accepted.ref, accepted.secret)
    )


def build_inquiry_response(view: InquiryView) -> InquiryResponse:
    return InquiryResponse(
        reference=view.ref,
        written_at=view.written_at,
        text=view.text,
        answers=[AnswerResponse(at=each.at, text=each.text) for each in view.answers],
        open=view.is_open,
    )


def build_accepted_response(
    context: AppContext, accepted: AcceptedCallback, public_number: str
) -> AcceptedCallbackResponse:
    return AcceptedCallbackResponse(
        reference=accepted.ref,
        status=accepted.visitor_status,
        slot=_slot_response(accepted.time_slot),
        not_before=accepted.not_before,
        calls_from=public_number,
        calls_from_shown=_format_number(public_number, context.plan().country),
        follow=context.status_page_url(accepted.ref, accepted.secret),
        expires_at=accepted.expires_at,
    )


def build_callback_response(context: AppContext, view: VisitorView) -> CallbackResponse:
    return CallbackResponse(
        reference=view.ref,
        status=view.visitor_status,
        slot=_slot_response(view.time_slot),
        not_before=view.resumes_at or view.not_before,
        calls_from=view.public_number,
        calls_from_shown=_format_number(view.public_number, context.plan().country),
        can_cancel=view.can_cancel,
        can_move=view.can_reschedule,
    )


def build_slots_response(context: AppContext, public_number: str) -> SlotsResponse:
    return SlotsResponse(
        soon=_soon_response(context, public_number),
        slots=[SlotResponse(start=slot.start, end=slot.end) for slot in list_free_slots(context, public_number)],
        timezone=context.plan().timezone.key,
    )


def _soon_response(context: AppContext, public_number: str) -> AsSoonAsPossible | None:
    if not context.has_outbound_trunk:
        return None
    return AsSoonAsPossible.model_validate({"from": earliest_callback(context, public_number)})


def _slot_response(slot: time_slots.TimeSlot | None) -> SlotResponse | None:
    return SlotResponse(start=slot.start, end=slot.end) if slot else None
