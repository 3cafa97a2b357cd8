"""The switch: open, closed, overflow and callbacks paused, by hand, for all numbers or for one, until an end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.context import current_actor, get_context
from console.reception_state import NumberState, NumberTone, format_until
from console.services import AudioServices
from console.today.forms import CHOSEN, SwitchForm, build_form
from prompts import switching
from prompts.switching import SwitchRequest, SwitchServices
from routing.numbers import format_number
from routing.overrides import ALL_NUMBERS, Override, OverrideName, round_end
from routing.plan.model import Plan
from translations.message import Message, translatable
from web.language import translate

UNTIL_REVOKED, HOUR, NEXT_OPENING = "revoked", "hour", "opening"
ENDS = (NEXT_OPENING, HOUR, CHOSEN, UNTIL_REVOKED)
FORCED_OPEN_ENDS = (HOUR, CHOSEN)
"""Who opens by hand says until when: nobody should be called at night because somebody forgot."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be switched: its title, what it does, and the words of its buttons."""

    name: OverrideName
    title: Message
    about: Message
    button: Message
    usual_words: Message


LEVERS = (
    Lever(
        OverrideName.CLOSED,
        translatable("Close now"),
        translatable(
            "The next caller hears that you are closed. Callers who wait are told, and can leave their number."
        ),
        translatable("Close now"),
        translatable("Left empty, callers hear the usual sentence: “Our reception is closed at the moment.”"),
    ),
    Lever(
        OverrideName.OPEN,
        translatable("Open now"),
        translatable("The next caller reaches the team, whatever the opening hours say."),
        translatable("Open now"),
        translatable("Left empty, nothing is said besides the greeting."),
    ),
    Lever(
        OverrideName.OVERFLOW,
        translatable("Send calls to the overflow centre"),
        translatable("Whoever asks for a person is put through to the overflow centre."),
        translatable("Send calls to the centre"),
        translatable("Left empty, nothing is said besides the greeting."),
    ),
    Lever(
        OverrideName.CALLBACKS,
        translatable("Pause callbacks"),
        translatable("Nobody is called back meanwhile. Requests are still accepted, and their time does not run out."),
        translatable("Pause callbacks"),
        translatable("Left empty, nothing is said besides the greeting."),
    ),
)


def make_form(plan: Plan, name: OverrideName, now: datetime, *, is_posted: bool) -> SwitchForm:
    """The form of a lever, with what can be chosen now."""
    ends = {HOUR: round_end(now + timedelta(hours=1)), NEXT_OPENING: find_next_opening(plan, now)}
    kinds = FORCED_OPEN_ENDS if name is OverrideName.OPEN else ENDS
    known = [kind for kind in kinds if kind != NEXT_OPENING or ends[kind]]
    numbers = [(each.e164, format_number(each.e164, plan.country)) for each in plan.numbers]
    form = build_form(
        plan.languages,
        [(ALL_NUMBERS, translate(translatable("All numbers"))), *numbers],
        [(kind, _describe_end(kind, ends.get(kind), now)) for kind in known],
        is_posted=is_posted,
    )
    form.ends = ends
    return form


def switch_on(services: AudioServices, name: OverrideName, form: SwitchForm, now: datetime) -> Override:
    """Speaks the words, then puts the override in force. Raises Forbidden, VoiceError, AudioToolError."""
    wanted = SwitchRequest(name, form.number.data, form.ends_at, form.note.data or "", form.texts)
    tools = SwitchServices(get_context().database, services.sounds, services.voice)
    return switching.switch_on(tools, services.plan(), current_actor(), wanted, at=now)


def find_next_opening(plan: Plan, now: datetime) -> datetime | None:
    """The first opening of a later day, of any number; None when nothing opens any more."""
    openings = []
    for calendar in plan.calendars.values():
        tomorrow = calendar.start_of_day(calendar.local_date(now) + timedelta(days=1))
        openings.append(calendar.next_opening(tomorrow))
    return min(filter(None, openings), default=None)


def list_levers(plan: Plan, numbers: Iterable[NumberState], posted: OverrideName | None = None) -> Iterator[Lever]:
    """The levers that change something: no overflow without a centre, no opening of what is open.

    `posted`: the lever whose form was refused; it is shown with what was typed, even if it changes nothing any more.
    """
    is_some_closed = any(state.tone is NumberTone.CLOSED for state in numbers)
    useful = {OverrideName.OVERFLOW: bool(plan.overflow.centres), OverrideName.OPEN: is_some_closed}
    return (lever for lever in LEVERS if lever.name is posted or useful.get(lever.name, True))


def _describe_end(kind: str, at: datetime | None, now: datetime) -> str:
    match kind:
        case "hour":
            return translate(translatable("For an hour, until %(when)s"), when=format_until(at or now, now))
        case "opening":
            return translate(translatable("Until the next opening, %(when)s"), when=format_until(at or now, now))
        case "chosen":
            return translate(translatable("Until a day and a time"))
        case _:
            return translate(translatable("Until somebody switches it back"))
