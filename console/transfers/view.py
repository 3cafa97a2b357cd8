"""What an agent sees of transfers: to whom the caller can go, and the news in the strip."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.context import find_plan, get_context
from console.reception_state import list_current_presences
from records.calls.talks import CurrentTalk, find_current_talk
from records.staff.presence import Presence
from records.transfers.consultations import POSSIBLE, Stage, Step, find_consultation
from records.transfers.progress import Progress, TransferNews, list_news
from records.transfers.receivers import ReceiverState, count_free, list_receivers
from records.transfers.transfers import LEVELS, Target, TargetKind
from translations.message import Message, translatable

STATES: Mapping[ReceiverState, Message] = {
    ReceiverState.FREE: translatable("can take the call"),
    ReceiverState.TALKING: translatable("is in a call"),
    ReceiverState.WRAPUP: translatable("is wrapping up a call"),
    ReceiverState.PAUSED: translatable("is on a break"),
    ReceiverState.OUT: translatable("is away"),
    ReceiverState.NO_TELEPHONE: translatable("has no telephone connected"),
}
LEVEL_TITLES: Mapping[int, Message] = {
    2: translatable("Level 2: the specialists"),
    3: translatable("Level 3: the mediator"),
}
CENTRE_TITLE = translatable("The overflow centre")
NOBODY = translatable("nobody can take the call")
SOMEBODY = translatable("somebody can take the call")
UNKNOWN = translatable("takes the call if it has a line free")


@dataclass(frozen=True, slots=True)
class Choice:
    """One destination. `value`: what the form sends; `state`: whether somebody can take the call now."""

    value: str
    title: Message | str
    state: Message
    is_free: bool


def find_talk(agent_id: int | None) -> tuple[Presence | None, CurrentTalk | None]:
    """The agent, and the call in which they talk with a caller now."""
    agent = next((one for one in list_current_presences() if one.agent_id == agent_id), None)
    context = get_context()
    talk = find_current_talk(context.database, agent.sip_account, context.clock()) if agent else None
    return agent, talk


def list_choices(agent: Presence, talk: CurrentTalk) -> tuple[Choice, ...]:
    """Levels, the centre, and people; of those the ones who can take the call first."""
    context, plan = get_context(), find_plan()
    receivers = list_receivers(context.database, context.clock())
    free = {level: count_free(receivers, level, talk.language, without=agent.agent_id) for level in LEVELS}
    levels = [
        Choice(f"level-{level}", LEVEL_TITLES[level], SOMEBODY if free[level] else NOBODY, free[level] > 0)
        for level in LEVELS
    ]
    centre = [Choice("centre", CENTRE_TITLE, UNKNOWN, True)] if plan and plan.overflow.centres else []
    people = [
        Choice(f"person-{one.presence.agent_id}", one.presence.name, STATES[one.state], one.is_free)
        for one in sorted(receivers, key=lambda one: not one.is_free)
        if one.presence.agent_id != agent.agent_id
    ]
    return (*levels, *centre, *people)


def read_target(value: str) -> Target | None:
    """The destination that a form names; None for anything else."""
    kind, _, number = value.partition("-")
    if value == TargetKind.CENTRE:
        return Target(TargetKind.CENTRE)
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    if kind == TargetKind.PERSON:
        return Target(TargetKind.PERSON, agent_id=int(number))
    return Target(TargetKind.LEVEL, level=int(number)) if kind == TargetKind.LEVEL else None


STEPS: Mapping[Step, Message] = {
    Step.LEAVE: translatable("Leave them with the caller"),
    Step.JOIN: translatable("Speak all three"),
    Step.BACK: translatable("Back to the caller alone"),
}


@dataclass(frozen=True, slots=True)
class ShownConsultation:
    """What goes on with the colleague with whom the agent speaks first, and what can come next: value and label."""

    sentence: Message
    steps: tuple[tuple[str, Message], ...]


def describe_consultation(agent: Presence | None) -> ShownConsultation | None:
    """None when the agent speaks with nobody about a caller."""
    context = get_context()
    found = find_consultation(context.database, agent.agent_id, context.clock()) if agent else None
    if found is None:
        return None
    name = next((one.name for one in list_current_presences() if one.sip_account == found.phone), "?")
    match found.stage:
        case Stage.SPEAKING:
            sentence = translatable("You speak with %(name)s. The caller hears music.", name=name)
        case Stage.TOGETHER:
            sentence = translatable("You, %(name)s and the caller speak together.", name=name)
        case _:
            sentence = translatable("Your colleague's telephone rings. The caller hears music.")
    steps = tuple((str(step), label) for step, label in STEPS.items() if step in POSSIBLE[found.stage])
    return ShownConsultation(sentence, steps)


@dataclass(frozen=True, slots=True)
class ShownNews:
    """One sentence of the strip, with the note for whoever gets the call, and the reference of the call."""

    sentence: Message
    note: str | None
    ref: str
    tone: str


def list_shown_news(agent: Presence | None) -> tuple[ShownNews, ...]:
    """What the strip tells an agent of the transfers that concern them."""
    if agent is None:
        return ()
    context = get_context()
    names: dict[int | None, str] = {one.agent_id: one.name for one in list_current_presences()}
    return tuple(_shown(news, names) for news in list_news(context.database, agent, context.clock()))


def _shown(news: TransferNews, names: Mapping[int | None, str]) -> ShownNews:
    transfer = news.transfer
    if news.is_own:
        return ShownNews(_own(news, names), None, transfer.call_ref, "warn" if news.progress in _BAD else "good")
    name = names.get(transfer.from_agent_id, "?")
    if news.progress is Progress.UNDER_WAY and transfer.speaks_first:
        sentence = translatable("%(name)s wants to speak with you about a caller first.", name=name)
    elif news.progress is Progress.TAKEN:
        sentence = translatable("%(name)s has handed this caller over to you.", name=name)
    elif transfer.target.kind is TargetKind.LEVEL:
        sentence = translatable("%(name)s is handing a caller over to your level.", name=name)
    else:
        sentence = translatable("%(name)s is handing a caller over to you.", name=name)
    return ShownNews(sentence, transfer.note, transfer.call_ref, "good")


_BAD = (Progress.RETURNED, Progress.FAILED)


def _own(news: TransferNews, names: Mapping[int | None, str]) -> Message:
    target = news.transfer.target
    level, name = target.level, names.get(target.agent_id, "?")
    match news.progress, target.kind:
        case Progress.FAILED, _:
            return translatable("The caller was not handed over: the call had ended.")
        case Progress.BACK, _:
            return translatable("Your caller is with you again.")
        case Progress.UNDER_WAY, _ if news.transfer.speaks_first:
            return translatable("Your caller hears music while you speak with a colleague.")
        case Progress.RETURNED, _:
            return translatable("Nobody took your caller; they come back to you, or first in line.")
        case Progress.TAKEN, _:
            return translatable("Your caller was taken.")
        case _, TargetKind.PERSON:
            return translatable("Your caller is on the way to %(name)s.", name=name)
        case _, TargetKind.LEVEL:
            return translatable("Your caller is on the way to level %(level)s.", level=level)
    return translatable("Your caller is on the way to the overflow centre.")
