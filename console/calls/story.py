"""What happened in a call, in sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records.call_events import AwayReason, CallEvent, CallEventKind, Disposition
from records.calls.call_detail import CallDetail, CallRecord
from records.calls.call_notes import CallNote
from records.centres.outcomes import CentreOutcome
from routing.overrides import ALL_NUMBERS, Override, find_overrides
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.queue.centre_choice import tell_choice
from routing.queue.overflow_words import tell_reason
from routing.request_rules import DEFAULT_OUTCOMES
from translations.message import Message, OwnText, translatable

DISPOSITIONS: Mapping[Disposition, Message] = {
    Disposition.MESSAGE_HEARD: translatable("Heard the message"),
    Disposition.STAFF: translatable("Spoke with the team"),
    Disposition.OVERFLOW: translatable("Answered by the overflow centre"),
    Disposition.CALLBACK: translatable("Asked to be called back"),
    Disposition.VOICEMAIL: translatable("Left a voice message"),
    Disposition.GOODBYE: translatable("Ended the call with a key"),
    Disposition.ABANDONED: translatable("Hung up"),
    Disposition.REFUSED: translatable("Refused"),
    Disposition.CUT: translatable("Cut off"),
}
UNDER_WAY = translatable("Under way")

_DESTINATIONS = {
    "staff": translatable("The call was meant for the team."),  # whether it came there, the next events say
    "callback": translatable("The caller was offered a callback."),
    "voicemail": translatable("The caller was invited to leave a message."),
    "overflow": translatable("The caller was sent to the overflow centre."),
    "goodbye": translatable("The caller ended the call with a key."),
}
_SIMPLE: Mapping[CallEventKind, Message] = {
    CallEventKind.ANSWERED: translatable("The reception answered."),
    CallEventKind.GREETED: translatable("The greeting was heard."),
    CallEventKind.SILENCE: translatable("The caller pressed no key in time."),
    CallEventKind.CALLBACK_REQUESTED: translatable("The caller asked to be called back."),
    CallEventKind.QUEUE_ENTERED: translatable("The caller began to wait for the team."),
    CallEventKind.CONSULT_ANSWERED: translatable("The colleague answered; the caller heard music still."),
    CallEventKind.CONSULT_BACK: translatable("The agent came back to the caller alone."),
    CallEventKind.QUEUE_LEFT: translatable("The caller stopped waiting."),
    CallEventKind.QUEUE_WITHDRAWN: translatable("The caller was taken out of the queue."),
    CallEventKind.TRANSFER_RETURNED: translatable("Nobody there took the call; it came back."),
    CallEventKind.STAFF_RINGING: translatable("A telephone of the team rang."),
    CallEventKind.CHARGED: translatable("From here on the caller paid for the call."),
    CallEventKind.FALLBACK: translatable("Our software did not answer; the caller was sent straight to the team."),
    CallEventKind.SATISFACTION_ASKED: translatable("The caller was asked what they think of the call."),
    CallEventKind.CALLER_IS_NO_PERSON: translatable("The caller is a machine or a service, not a person."),
}

_AWAY: Mapping[str, Message] = {
    AwayReason.CLOSED: translatable("By its hours the number was closed, so nobody of the team was called."),
    AwayReason.CLOSED_BY_HAND: translatable("The number was closed by hand, so nobody of the team was called."),
    AwayReason.NOBODY: translatable("Nobody of the team took calls at that moment."),
}

_ANSWERS = (CallEventKind.STAFF_ANSWERED, CallEventKind.CENTRE_ANSWERED)


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """What happened, and when."""

    at: datetime
    sentence: Message


def tell_call(
    detail: CallDetail, plan: Plan | None, overrides: Iterable[Override] = (), agents: Mapping[str, str] | None = None
) -> tuple[StoryEntry, ...]:
    """The call from its beginning to its end. `plan` names the menus; None: they are not named.

    `overrides`: what was switched by hand when it began, to be told with it (`records.overrides.list_overrides_at`).
    `agents`: the names of agents by SIP account; who answered is named if they are there.
    """
    reported = [StoryEntry(each.at, _reported(each, plan)) for each in detail.outcomes]
    reported += [StoryEntry(each.at, tell_note(each)) for each in detail.notes]
    entries = (*_entries(detail, plan, overrides, agents or {}), *reported)
    return tuple(sorted(entries, key=lambda entry: entry.at)) if reported else entries


def _entries(
    detail: CallDetail, plan: Plan | None, overrides: Iterable[Override], agents: Mapping[str, str]
) -> Iterator[StoryEntry]:
    yield StoryEntry(detail.call.started_at, translatable("The call reached us."))
    for switched in _switched(detail.call, overrides):
        yield StoryEntry(detail.call.started_at, switched)
    answered = False
    for event in detail.events:
        answered = answered or event.kind in _ANSWERS
        if answered and event.kind is CallEventKind.QUEUE_LEFT:
            continue  # the answer has said it
        if sentence := tell_event(event, plan, agents):
            yield StoryEntry(event.at, sentence)
    if detail.call.ended_at:
        yield StoryEntry(detail.call.ended_at, translatable("The call ended."))


def _switched(call: CallRecord, overrides: Iterable[Override]) -> Iterator[Message]:
    found = find_overrides(overrides, call.public_number or ALL_NUMBERS, call.started_at)
    if closed := found.closed:
        yield translatable("%(name)s had closed the number by hand, whatever its hours.", name=closed.by)
    if opened := found.opened:
        yield translatable("%(name)s had opened the number by hand, whatever its hours.", name=opened.by)
    if overflow := found.overflow:
        yield translatable("%(name)s had switched calls for the team to the overflow centre.", name=overflow.by)


def tell_event(event: CallEvent, plan: Plan | None, agents: Mapping[str, str]) -> Message | None:
    """None for an event that says nothing that the others do not say."""
    if event.kind is CallEventKind.STAFF_ANSWERED and (name := agents.get(str(event.detail.get("phone")))):
        if "waited" not in event.detail:
            return translatable("%(name)s answered.", name=name)
        waited = _whole(event.detail.get("waited"))
        return translatable("%(name)s answered after %(seconds)s s of waiting.", name=name, seconds=waited)
    if event.kind is CallEventKind.WRITTEN_UP and (name := agents.get(str(event.detail.get("phone")))):
        said = _outcome(event.detail, plan)
        return translatable("%(name)s said what became of it: %(outcome)s.", name=name, outcome=said)
    if event.kind in _TOLD:
        return _TOLD[event.kind](event.detail, plan)
    return _SIMPLE.get(event.kind)


def _menu(detail: Mapping[str, Any], plan: Plan | None) -> Message:
    name = detail.get("menu")
    if plan is None or not isinstance(name, str) or name not in plan.menus:
        return translatable("The menu was heard.")
    return translatable("The menu “%(menu)s” was heard.", menu=find_title(plan, PartKind.MENU, name))


def _key(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The caller pressed %(key)s.", key=detail.get("key", "?"))


def _wrong_key(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The caller pressed %(key)s, which leads nowhere.", key=detail.get("key", "?"))


def _message_heard(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    if detail.get("whole"):
        return translatable("The message was heard to its end.")
    return translatable("The message was heard for %(seconds)s s.", seconds=_whole(detail.get("seconds")))


def _routed(detail: Mapping[str, Any], _plan: Plan | None) -> Message | None:
    return _DESTINATIONS.get(str(detail.get("destination")))


def _staff_away(detail: Mapping[str, Any], _plan: Plan | None) -> Message | None:
    return _AWAY.get(str(detail.get("because")))


def _overflow_decided(detail: Mapping[str, Any], _plan: Plan | None) -> Message | None:
    """None for a call that the rules left with the team."""
    if not detail.get("hand_over"):
        return None
    why = tell_reason(str(detail.get("because", "")))
    return translatable("The rules sent the call to the overflow centre. %(why)s", why=why)


def _staff_answered(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    if "waited" not in detail:
        return translatable("Somebody of the team took the call.")
    return translatable("The team answered after %(seconds)s s of waiting.", seconds=_whole(detail.get("waited")))


def _staff_no_answer(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The telephone rang for %(seconds)s s without an answer.", seconds=_whole(detail.get("rang")))


def _abandoned(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The caller hung up after %(seconds)s s of waiting.", seconds=_whole(detail.get("waited")))


def _centres_chosen(detail: Mapping[str, Any], plan: Plan | None) -> Message | None:
    return tell_choice(detail, lambda name: _centre({"centre": name}, plan))


def _centre_dialled(detail: Mapping[str, Any], plan: Plan | None) -> Message:
    return translatable(
        "The call went to the overflow centre “%(centre)s”, which knows it by the reference %(reference)s.",
        centre=_centre(detail, plan),
        reference=detail.get("reference", "?"),
    )


def _centre(detail: Mapping[str, Any], plan: Plan | None) -> Message | OwnText | str:
    return centre_title(str(detail.get("centre", "?")), plan)


def centre_title(name: str, plan: Plan | None) -> Message | OwnText | str:
    """The centre's title in the plan; its short name once the plan has it no more."""
    if plan is None or all(centre.name != name for centre in plan.overflow.centres):
        return name
    return find_title(plan, PartKind.CENTRE, name)


def _reported(told: CentreOutcome, plan: Plan | None) -> Message:
    values: dict[str, Any] = {"centre": centre_title(told.centre, plan), "outcome": outcome_title(told, plan)}
    if told.note is None:
        return translatable("The overflow centre “%(centre)s” reported: %(outcome)s.", **values)
    return translatable("The overflow centre “%(centre)s” reported: %(outcome)s. “%(note)s”", note=told.note, **values)


def outcome_title(told: CentreOutcome, plan: Plan | None) -> Message | OwnText:
    """The outcome as the plan words it; its name once the plan has it no more."""
    return _outcome({"outcome": told.outcome}, plan)


def tell_note(note: CallNote) -> Message:
    """What an agent has written of the call."""
    return translatable("%(name)s wrote: “%(note)s”", name=note.by, note=note.text)


def _written_up(detail: Mapping[str, Any], plan: Plan | None) -> Message:
    return translatable("What became of it: %(outcome)s.", outcome=_outcome(detail, plan))


def _outcome(detail: Mapping[str, Any], plan: Plan | None) -> Message | OwnText:
    titles = plan.requests.outcome_titles if plan else DEFAULT_OUTCOMES
    said = str(detail.get("outcome", ""))
    return titles.get(said) or OwnText({"": said})


def _centre_answered(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The overflow centre answered.")


def _centre_failed(detail: Mapping[str, Any], plan: Plan | None) -> Message:
    named = {"centre": _centre(detail, plan)}
    match detail.get("reason"):
        case "full":
            return translatable("The overflow centre “%(centre)s” had as many calls as it takes at once.", **named)
        case "paused":
            return translatable(
                "The overflow centre “%(centre)s” was passed over for a minute: it had failed three times in a row.",
                **named,
            )
        case "no_contract":
            return translatable(
                "The overflow centre “%(centre)s” was passed over: it was not within the days of its contract.", **named
            )
    return translatable("The overflow centre “%(centre)s” did not answer.", **named)


def _transferred(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    match detail.get("to"):
        case "level":
            return translatable("The caller was handed over to level %(level)s.", level=detail.get("target", "?"))
        case "centre":
            return translatable("The caller was handed over to the overflow centre.")
    return translatable("The caller was handed over to a colleague.")


def _consulted(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    if detail.get("to") == "level":
        level = detail.get("target", "?")
        return translatable("The agent spoke with level %(level)s first; the caller heard music.", level=level)
    return translatable("The agent spoke with a colleague first; the caller heard music.")


def _voicemail(detail: Mapping[str, Any], _plan: Plan | None) -> Message:
    return translatable("The caller left a message of %(seconds)s s.", seconds=_whole(detail.get("seconds")))


def _whole(seconds: object) -> int:
    return round(seconds) if isinstance(seconds, int | float) else 0


_TOLD: Mapping[CallEventKind, Callable[[Mapping[str, Any], Plan | None], Message | None]] = {
    CallEventKind.WRITTEN_UP: _written_up,
    CallEventKind.MENU_PLAYED: _menu,
    CallEventKind.KEY: _key,
    CallEventKind.WRONG_KEY: _wrong_key,
    CallEventKind.MESSAGE_HEARD: _message_heard,
    CallEventKind.ROUTED: _routed,
    CallEventKind.STAFF_AWAY: _staff_away,
    CallEventKind.OVERFLOW_DECIDED: _overflow_decided,
    CallEventKind.STAFF_ANSWERED: _staff_answered,
    CallEventKind.STAFF_NO_ANSWER: _staff_no_answer,
    CallEventKind.TRANSFERRED: _transferred,
    CallEventKind.CONSULTED: _consulted,
    CallEventKind.QUEUE_ABANDONED: _abandoned,
    CallEventKind.CENTRES_CHOSEN: _centres_chosen,
    CallEventKind.CENTRE_DIALLED: _centre_dialled,
    CallEventKind.CENTRE_ANSWERED: _centre_answered,
    CallEventKind.CENTRE_FAILED: _centre_failed,
    CallEventKind.VOICEMAIL_LEFT: _voicemail,
}
UNTOLD = {CallEventKind.STAFF_LEFT, CallEventKind.MESSAGE_STARTED, CallEventKind.PAID_WAIT, CallEventKind.HUNG_UP}
"""Kinds that say nothing to a reader that the others do not say."""
