"""Who calls, on the page of the agent whose telephone rings: before the answer, in the call and in the wrap-up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from console.calls import story
from console.calls.story import StoryEntry
from console.context import current_session, find_plan, get_context
from console.inbox.labels import KINDS, outcome_titles
from console.reception_state import list_current_presences
from records.call_events import CallEventKind
from records.callbacks.do_not_call import is_do_not_call
from records.calls.call_detail import CallDetail, get_call_detail
from records.calls.call_notes import SavedNote, get_note
from records.calls.talks import list_talks
from records.contacts import households
from records.contacts.contact_cards import Card, InteractionRecord, get_card_detail
from records.errors import NotFound
from records.requests.requests import Request, RequestKind
from records.staff.presence import Presence
from records.staff.wrapups import find_wrapup_end
from records.writeups.outcomes import find_outcome
from routing.access.permissions import Permission
from translations.message import Message, translatable

MAX_INTERACTIONS = 3
_OF_QUEUE = (CallEventKind.QUEUE_ENTERED, CallEventKind.QUEUE_LEFT, CallEventKind.STAFF_ANSWERED)


class Stage(StrEnum):
    """How far the call has come for this agent."""

    RINGING = "ringing"
    TALKING = "talking"
    WRAPUP = "wrapup"


STAGES: Mapping[Stage, Message] = {
    Stage.RINGING: translatable("Your telephone rings"),
    Stage.TALKING: translatable("You are talking"),
    Stage.WRAPUP: translatable("You have talked"),
}


@dataclass(frozen=True, slots=True)
class PopTexts:
    """The words that the card needs: of its stages, and of kinds of requests."""

    stages: Mapping[Stage, Message]
    kinds: Mapping[RequestKind, Message]

    def interaction(self, record: InteractionRecord) -> Message:
        """What kind of contact it was."""
        if record.channel == "note":
            return translatable("Note")
        if record.channel == "form":
            return self.kinds[RequestKind.INQUIRY]
        if record.channel in {*RequestKind}:
            return self.kinds[RequestKind(record.channel)]
        if record.disposition:
            return story.DISPOSITIONS[record.disposition]
        return translatable("Call")


POP_TEXTS = PopTexts(STAGES, KINDS)


@dataclass(frozen=True, slots=True)
class ScreenPop:
    """`people`: those of the number, the one who is on the call first. `path`: what the caller did, in sentences.

    `note`: what the agent has written. `outcomes`: those of the plan by name, of which `outcome` was chosen ("": none).
    `waiting_since`: when they first entered the queue. `interactions`: the last ones before this call, in any channel.
    """

    stage: Stage
    detail: CallDetail
    people: tuple[Card, ...]
    path: tuple[StoryEntry, ...]
    waiting_since: datetime
    interactions: tuple[InteractionRecord, ...]
    requests: tuple[Request, ...]
    is_do_not_call: bool
    note: SavedNote
    outcomes: Mapping[str, str]
    outcome: str


def build_pop() -> ScreenPop | None:
    """None unless the user is an agent who is rung, talks, or wraps up a call, and may see calls and contacts."""
    user, context = current_session().user, get_context()
    if user.agent_id is None or not (user.actor.may(Permission.SEE_CALLS) and user.actor.may(Permission.SEE_CONTACTS)):
        return None
    presence = next((one for one in list_current_presences() if one.agent_id == user.agent_id), None)
    if presence is None or presence.rung_for is None:
        return None
    try:
        detail = get_call_detail(context.database, presence.rung_for, actor=user.actor)
    except NotFound:  # a call that is not on record yet
        return None
    stage = _find_stage(detail, presence, context.clock())
    return _describe(stage, detail, presence) if stage else None


def _find_stage(detail: CallDetail, presence: Presence, now: datetime) -> Stage | None:
    """None: the caller hung up, or somebody else has them."""
    talks = list_talks(detail.events, detail.call.ended_at)
    is_mine = bool(talks) and talks[-1].phone == presence.sip_account
    if is_mine and talks[-1].ended_at is None:
        return Stage.TALKING
    if is_mine:
        return Stage.WRAPUP if find_wrapup_end(presence, now) else None
    # Asterisk's log, which is read twice a second, may not have told of the queue yet.
    queued = [event.kind for event in detail.events if event.kind in _OF_QUEUE]
    waits = detail.call.ended_at is None and queued[-1:] in ([], [CallEventKind.QUEUE_ENTERED])
    return Stage.RINGING if waits else None


def _describe(stage: Stage, detail: CallDetail, agent: Presence) -> ScreenPop:
    database, actor, call = get_context().database, current_session().user.actor, detail.call
    people = households.list_people(database, call.line) if call.line else ()
    first = [card for card in people if card.id == call.contact_id]
    interactions: tuple[InteractionRecord, ...] = ()
    requests: tuple[Request, ...] = ()
    if call.contact_id is not None:
        card = get_card_detail(database, call.contact_id, actor=actor, limit=MAX_INTERACTIONS + 1)
        before = [each for each in card.interactions if each.call_ref != call.ref]
        interactions, requests = tuple(before[:MAX_INTERACTIONS]), card.open_requests
    entries = story.tell_call(replace(detail, notes=()), find_plan())
    return ScreenPop(
        stage,
        detail,
        (*first, *(card for card in people if card not in first)),
        tuple(entries),
        next((event.at for event in detail.events if event.kind == CallEventKind.QUEUE_ENTERED), call.started_at),
        interactions,
        requests,
        bool(call.line) and is_do_not_call(database, call.line or ""),
        get_note(database, agent.agent_id, call.ref),
        outcome_titles(find_plan()),
        find_outcome(detail.events, agent.sip_account),
    )
