"""What would happen to a call, as sentences: whether we are open, what is heard, what each key does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from console.context import get_context
from console.plan.descriptions import describe_choice, describe_destinations, describe_menu_end, key_label
from console.plan.part_titles import title_text
from prompts.catalogue import all_prompts
from records import overrides
from records.messages import blackout_periods, message_versions
from records.trunks import has_trunks
from routing.local_times import ClockPass, LocalTimeError, clock_pass, to_instant
from routing.messages import OnAir
from routing.moments import is_plausible
from routing.numbers import format_number
from routing.overrides import ManualOverrides, find_overrides
from routing.plan.model import Plan, PublicNumber
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.queue.centre_choice import tell_left_out, tell_places
from routing.sentences import list_sentences
from routing.simulation import CallConditions, SimulatedCall, SimulatedKey, simulate_call
from translations.dates import moment
from translations.message import Message, OwnText, translatable
from translations.web import gettext
from web.language import current_language, translate

DATETIME_LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class CallQuery:
    """A call to simulate. `error` is set when the date and time that were asked for could not be read.

    `clock_pass` tells which of two times is meant that clocks show twice; None for any other time.
    """

    number: PublicNumber
    at: datetime
    error: Message | None = None
    clock_pass: ClockPass | None = None

    def format_at(self, plan: Plan) -> str:
        return self.at.astimezone(plan.timezone).strftime(DATETIME_LOCAL_FORMAT)


@dataclass(frozen=True, slots=True)
class CallDescription:
    """A simulated call as text.

    `survey` is what may be asked at the end, "" when nothing is.
    `heard` is what the caller hears until they press a key, in the language of the number; `keys` holds each key and
    what it does.
    """

    query: CallQuery
    opening: str
    heard: tuple[str, ...]
    keys: tuple[tuple[str, tuple[str, ...]], ...]
    end: str
    centres: str
    simulated_call: SimulatedCall
    survey: str


def parse_query(plan: Plan, values: Mapping[str, str]) -> CallQuery:
    """The call that the fields `number` and `at` ask for; by default the first number, now."""
    number = next((each for each in plan.numbers if each.e164 == values.get("number")), plan.numbers[0])
    now = get_context().clock()
    if not values.get("at"):
        return CallQuery(number, now)
    chosen = ClockPass.SECOND if values.get("at_pass") == ClockPass.SECOND else ClockPass.FIRST
    error = translatable("This is not a date and time; the answer below is for now.")
    try:
        local = datetime.strptime(values["at"][:16], DATETIME_LOCAL_FORMAT).replace(tzinfo=plan.timezone)
        if is_plausible(local):
            at = to_instant(local.replace(tzinfo=None), plan.timezone, chosen)
            return CallQuery(number, at, clock_pass=clock_pass(at, plan.timezone))
    except LocalTimeError as skipped:
        error = skipped.message
    except ValueError:
        pass
    return CallQuery(number, now, error)


def describe_call(plan: Plan, query: CallQuery) -> CallDescription:
    """Simulates a call under the plan, with the messages, blackout periods and overrides of the database."""
    database = get_context().database
    switched = find_overrides(overrides.list_overrides(database), query.number.e164, query.at)
    call = simulate_call(
        plan,
        query.number,
        query.at,
        CallConditions(
            overrides=switched,
            messages=[
                version
                for name in plan.announcements
                for version in message_versions.list_current_versions(database, name, query.at)
            ],
            blackout_periods=blackout_periods.list_blackout_periods(database),
            callbacks=has_trunks(database),
        ),
    )
    spoken = prompt_texts(plan)
    for override in switched.in_force:
        spoken |= override.sentences
    end = (
        describe_menu_end(plan.menus[query.number.menu])
        if call.answered
        else gettext("The call ends without being charged: the number is surcharged, and nobody could answer.")
    )
    return CallDescription(
        query,
        _describe_opening(plan, call, switched),
        heard=tuple(spoken[key][query.number.language] for key in call.prompts),
        keys=tuple(_describe_keys(plan, call.keys)),
        end=end,
        centres=_describe_centres(plan, call),
        simulated_call=call,
        survey=_describe_survey(plan, call),
    )


def _describe_survey(plan: Plan, call: SimulatedCall) -> str:
    if not call.questions:
        return ""
    return gettext(
        "Once whoever answered has hung up, %(share)s %% of the callers are asked: %(questions)s",
        share=plan.satisfaction.share_percent,
        questions=" ".join(f"“{question.text[call.number.language]}”" for question in call.questions),
    )


def _describe_centres(plan: Plan, call: SimulatedCall) -> str:
    """Which overflow centres take calls at that moment, and why others do not; "" without any in the plan."""

    def title(name: str) -> Message | OwnText:
        return find_title(plan, PartKind.CENTRE, name)

    if not plan.overflow.centres:
        return ""
    told = gettext("If it is to overflow: no centre takes calls at that hour.")
    if places := tell_places(call.centres.detail, title):
        told = gettext("If it overflows, the centres are: %(names)s.", names=", ".join(map(translate, places)))
    return " ".join([told, *map(translate, tell_left_out(call.centres.detail, title))])


def prompt_texts(plan: Plan) -> dict[str, Mapping[str, str]]:
    """The text of every prompt under this plan, by key, then language."""
    return {prompt.key: prompt.texts for prompt in all_prompts(list_sentences(plan))}


def _describe_opening(plan: Plan, call: SimulatedCall, switched: ManualOverrides) -> str:
    values = {
        "number": format_number(call.number.e164, plan.country),
        "when": moment(call.at, plan.timezone, current_language()),
        "hours": title_text(plan, PartKind.CALENDAR, call.number.hours),
    }
    if switched.opened:
        return gettext("%(when)s: %(number)s is open, as long as the opening by hand lasts.", **values)
    if call.is_open:
        return gettext("%(when)s: %(number)s is open (hours “%(hours)s”).", **values)
    if switched.closed:
        return gettext("%(when)s: %(number)s is closed, as long as the closure by hand lasts.", **values)
    return gettext("%(when)s: %(number)s is closed (hours “%(hours)s”).", **values)


def _describe_keys(
    plan: Plan, keys: Iterable[SimulatedKey], before: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each key and what it does; those of a submenu follow, with the keys that lead there before them: "5, 3"."""
    for key in keys:
        pressed = (*before, key_label(key.choice.key))
        yield ", ".join(pressed), _describe_key(plan, key)
        yield from _describe_keys(plan, key.below, pressed)


def _describe_key(plan: Plan, key: SimulatedKey) -> tuple[str, ...]:
    """What a key does, then what follows."""
    action = describe_choice(plan, key.choice)
    if not key.is_offered:
        unknown = gettext("Not offered: there is no trunk to call back by. Whoever presses it hears the menu again.")
        return (action, unknown)
    if key.message is not None:
        return (action, _describe_message(key.message))
    if not key.destinations_when_staffed:
        return (action,)
    staffed, unstaffed = (
        describe_destinations(destinations)
        for destinations in (key.destinations_when_staffed, key.destinations_when_unstaffed)
    )
    if staffed == unstaffed:
        return (action, gettext("At that moment: %(ways)s.", ways=staffed))
    return (
        action,
        gettext("If the team is there: %(ways)s.", ways=staffed),
        gettext("If nobody is at work: %(ways)s.", ways=unstaffed),
    )


def _describe_message(message: OnAir) -> str:
    version = message.version
    if version is None:
        return gettext("No message will be valid: the caller hears that there is none.")
    values = {
        "name": version.published_by,
        "when": moment(version.valid_from, get_context().timezone(), current_language()),
        "text": version.text or gettext("(no transcript)"),
    }
    if message.stale:
        return gettext(
            "As there is no newer one, the message by %(name)s of %(when)s, past its end: “%(text)s”", **values
        )
    return gettext("The message by %(name)s, on air since %(when)s: “%(text)s”", **values)
