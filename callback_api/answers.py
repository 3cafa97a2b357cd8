"""What is answered, as JSON."""

from datetime import datetime
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

from callback_api.door import Door
from callback_api.sites import free_slots, soonest
from records.callback_links import CallbackView
from records.callback_wish import Accepted
from routing import callback_slots
from routing.callback_states import Shown
from routing.numbers import displayed

_as_written = lru_cache(maxsize=100)(displayed)  # for numbers of ours, of which there are few


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SlotAnswer(Answer):
    """Half-open: a callback begins in it."""

    start: datetime
    end: datetime


class SoonAnswer(Answer):
    from_: datetime = Field(alias="from", description="When it may begin: now, or when the house opens next.")


class SlotsAnswer(Answer):
    """What can be chosen at this moment."""

    soon: SoonAnswer = Field(description="As soon as possible.")
    slots: list[SlotAnswer]
    timezone: str = Field(description="In which the slots are meant to be shown (IANA).")


class CallbackAnswer(Answer):
    """Where a callback stands."""

    reference: str = Field(description="To be told to people; it opens nothing without the link's key.")
    status: Shown
    slot: SlotAnswer | None = Field(description="null: as soon as possible.")
    not_before: datetime
    calls_from: str = Field(description="The number that will call (E.164).")
    calls_from_shown: str = Field(description="The same, as people write it.")
    can_cancel: bool
    can_move: bool


class AcceptedAnswer(Answer):
    """A callback that is promised, and kept."""

    reference: str
    status: Shown
    slot: SlotAnswer | None = Field(description="null: as soon as possible.")
    not_before: datetime
    calls_from: str = Field(description="The number that will call (E.164).")
    calls_from_shown: str = Field(description="The same, as people write it.")
    follow: str = Field(description="The visitor's own page: to follow, move or cancel. Who has it can do so.")
    expires_at: datetime = Field(description="Until when it is tried.")


def accepted_answer(door: Door, accepted: Accepted, public_number: str) -> AcceptedAnswer:
    return AcceptedAnswer(
        reference=accepted.ref,
        status=accepted.state_shown,
        slot=_slot(accepted.slot),
        not_before=accepted.not_before,
        calls_from=public_number,
        calls_from_shown=_as_written(public_number, door.plan().country),
        follow=door.follow_url(accepted.ref, accepted.secret),
        expires_at=accepted.expires_at,
    )


def callback_answer(door: Door, view: CallbackView) -> CallbackAnswer:
    return CallbackAnswer(
        reference=view.ref,
        status=view.shown,
        slot=_slot(view.slot),
        not_before=view.not_before,
        calls_from=view.public_number,
        calls_from_shown=_as_written(view.public_number, door.plan().country),
        can_cancel=view.can_cancel,
        can_move=view.can_move,
    )


def slots_answer(door: Door, public_number: str) -> SlotsAnswer:
    return SlotsAnswer(
        soon=SoonAnswer.model_validate({"from": soonest(door, public_number)}),
        slots=[SlotAnswer(start=slot.start, end=slot.end) for slot in free_slots(door, public_number)],
        timezone=door.plan().timezone.key,
    )


def _slot(slot: callback_slots.Slot | None) -> SlotAnswer | None:
    return SlotAnswer(start=slot.start, end=slot.end) if slot else None
