"""The state of the reception in words: open or closed now, and until when; with the counts that each page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from console.context import get_context
from console.request_cache import once_per_page
from records import overrides
from records.calls import statistics
from records.calls.talks import find_current_talk
from records.staff import presence
from records.staff.presence import Presence, PresenceState
from routing.overrides import ManualOverrides, Override, find_overrides
from routing.plan.model import Plan, PublicNumber
from translations.dates import near_day, short_day, time_of_day
from translations.message import Message, translatable, translatable_plural
from web.language import current_language


@dataclass(frozen=True, slots=True)
class Strip:
    """What the strip shows: a headline and its tone (good, warn, closed), counts, and the presence of the user."""

    headline: Message
    tone: str
    waiting: int
    ready: int
    presence: Presence | None
    talks: bool = False


@once_per_page
def list_current_overrides() -> tuple[Override, ...]:
    """What is switched by hand, as `records.overrides.list_overrides` has it."""
    return overrides.list_overrides(get_context().database)


@once_per_page
def list_current_presences() -> tuple[Presence, ...]:
    """The presence of every agent, by desk number."""
    return presence.list_presences(get_context().database)


def build_strip(agent_id: int | None) -> Strip | None:
    """The strip for a user who is this agent, or none; None where the application has no plan.

    A few short queries, none of which grows with the number of calls that have ended. `talks`: whether the agent is in
    a call with a caller.
    """
    context = get_context()
    if context.audio_services is None:
        return None
    now, database = context.clock(), context.database
    switched = list_current_overrides()
    headline, tone = _describe(get_number_states(context.audio_services.plan(), switched, now), now)
    presences = list_current_presences()
    mine = next((one for one in presences if one.agent_id == agent_id), None)
    return Strip(
        headline,
        tone,
        statistics.count_waiting_calls(database, now),
        sum(one.state is PresenceState.READY for one in presences),
        mine,
        mine is not None and find_current_talk(database, mine.sip_account, now) is not None,
    )


def format_until(at: datetime, now: datetime) -> str:
    """An instant to come as briefly as it is clear: "18 h", "demain 9 h", "lundi 4, 9 h"."""
    tz, language = get_context().timezone(), current_language()
    local = at.astimezone(tz)
    clock = time_of_day(local.hour * 60 + local.minute, language)
    if at.astimezone(tz).date() == now.astimezone(tz).date():
        return clock
    near = near_day(at, now, tz, language)
    return f"{near} {clock}" if near else f"{short_day(at, tz, language)}, {clock}"


class NumberTone(StrEnum):
    """What a number is at the moment; the values are classes of console.css."""

    OPEN = "good"
    OVERFLOW = "warn"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NumberState:
    """A public number at an instant: what it is, until when (None: not known), and what is switched by hand."""

    number: PublicNumber
    tone: NumberTone
    until: datetime | None
    overrides: ManualOverrides


_HEADLINES: Mapping[NumberTone, tuple[Message, Message]] = {
    NumberTone.OPEN: (translatable("Open"), translatable("Open until %(when)s")),
    NumberTone.OVERFLOW: (translatable("Overflow"), translatable("Overflow until %(when)s")),
    NumberTone.CLOSED: (translatable("Closed"), translatable("Closed until %(when)s")),
}
"""Without and with a known end."""


def get_number_states(plan: Plan, switched: Iterable[Override], now: datetime) -> tuple[NumberState, ...]:
    """Each public number of the plan at `now`."""
    switched = tuple(switched)
    return tuple(_number_state(plan, number, switched, now) for number in plan.numbers)


def describe_number(state: NumberState, now: datetime) -> Message:
    """What the page says of a number, such as "Open until 6 pm"."""
    without, with_end = _HEADLINES[state.tone]
    return replace(with_end, values={"when": format_until(state.until, now)}) if state.until else without


def _number_state(plan: Plan, number: PublicNumber, switched: tuple[Override, ...], now: datetime) -> NumberState:
    found, calendar = find_overrides(switched, number.e164, now), plan.get_calendar(number)
    if found.overflow and plan.overflow.centres:
        return NumberState(number, NumberTone.OVERFLOW, found.overflow.ends_at, found)
    if found.closed:
        ends_at = found.closed.ends_at
        return NumberState(number, NumberTone.CLOSED, calendar.next_opening(ends_at) if ends_at else None, found)
    if found.opened:
        ends_at = found.opened.ends_at
        is_open_then = ends_at is not None and calendar.is_open(ends_at)
        until = calendar.next_closing(ends_at) if ends_at and is_open_then else ends_at
        return NumberState(number, NumberTone.OPEN, until, found)
    if calendar.is_open(now):
        return NumberState(number, NumberTone.OPEN, calendar.next_closing(now), found)
    return NumberState(number, NumberTone.CLOSED, calendar.next_opening(now), found)


def _describe(states: Sequence[NumberState], now: datetime) -> tuple[Message, str]:
    """One headline for all numbers."""
    tones = {state.tone for state in states}
    if len(tones) == 1:
        alike = {state.until for state in states}
        return describe_number(replace(states[0], until=alike.pop() if len(alike) == 1 else None), now), states[0].tone
    open_ones = sum(state.tone is NumberTone.OPEN for state in states)
    text = translatable_plural(
        "%(count)s number of %(all)s open", "%(count)s numbers of %(all)s open", open_ones, all=len(states)
    )
    return text, NumberTone.OPEN if open_ones else NumberTone.OVERFLOW
