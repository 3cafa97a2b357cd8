"""The test call of the first steps: what the caller may do, and the story of the last one as it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.calls import story
from console.calls.story import StoryEntry
from console.context import current_actor, get_context
from console.drafts.targets import prompts_by_key
from console.first_steps import labels
from console.first_steps.steps import has_reached_phone
from records import trial_calls
from records.calls import call_detail
from records.calls.call_detail import CallDetail
from records.errors import NotFound
from records.staff.agents import list_agents
from records.trial_calls import TrialCall, TrialResult
from routing.destinations import Destination
from routing.menus import get_menu
from routing.numbers import format_number
from routing.plan.model import MenuChoice, Plan, PublicNumber
from translations.catalogues import choose_text
from translations.typography import quoted
from translations.web import gettext
from web.language import translate

SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class TrialChoice:
    """What the caller may do: `value` is that of the form, a number and a key."""

    value: str
    label: str
    number: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """The last test call: its result in words, its story, and what the caller's telephone recognized."""

    trial: TrialCall
    result: str
    tone: str
    is_mine: bool
    ref: str | None
    entries: tuple[StoryEntry, ...]
    heard: tuple[str, ...]


def list_choices(plan: Plan) -> tuple[TrialChoice, ...]:
    """What the caller may do, for each number of the plan; only what bothers nobody outside."""
    has_phone = any(agent.outside_number for agent in list_agents(get_context().database)) or has_reached_phone()
    return tuple(choice for number in plan.numbers for choice in _choices_of(plan, number, has_phone=has_phone))


def find_choice(plan: Plan, value: str) -> tuple[str, str] | None:
    """The number (E.164) and the key of a choice; None for one that is not offered."""
    if value not in {choice.value for choice in list_choices(plan)}:
        return None
    number, _, key = value.partition(SEPARATOR)
    return number, key


def build_view(plan: Plan) -> TrialView | None:
    """None when no test call was ever asked for."""
    context = get_context()
    trial = trial_calls.find_last_trial(context.database, at=context.clock())
    if trial is None:
        return None
    ref = trial_calls.find_trial_ref(context.database, trial)
    detail = _find_detail(ref)
    good, running = trial.result is TrialResult.DONE, trial.is_running
    return TrialView(
        trial,
        translate(labels.RESULTS[trial.result]),
        "good" if good else "running" if running else "warn",
        trial.asked_by == current_actor().user_id,
        ref if detail else None,
        story.tell_call(detail, plan) if detail else (),
        tuple(_name_prompts(trial, plan)),
    )


def _choices_of(plan: Plan, number: PublicNumber, *, has_phone: bool) -> Iterator[TrialChoice]:
    called = format_number(number.e164, plan.country)
    yield TrialChoice(f"{number.e164}{SEPARATOR}", translate(labels.LISTEN_ONLY), called)
    seen: set[object] = set()
    for choice in get_menu(plan, number.menu, is_submenu=False).choices:
        leads_to = choice.announcement or choice.destination
        if leads_to in seen or not (choice.announcement or choice.destination is Destination.STAFF):
            continue
        seen.add(leads_to)
        yield TrialChoice(f"{number.e164}{SEPARATOR}{choice.key}", _describe(choice, has_phone=has_phone), called)


def _describe(choice: MenuChoice, *, has_phone: bool) -> str:
    if choice.announcement:
        return gettext("Press %(key)s: hear the message, then hang up", key=choice.key)
    if has_phone:
        return gettext("Press %(key)s: reach the team; your telephone rings", key=choice.key)
    return gettext("Press %(key)s: ask for the team, although no telephone is connected yet", key=choice.key)


def _find_detail(ref: str | None) -> CallDetail | None:
    if ref is None:
        return None
    try:
        return call_detail.get_call_detail(get_context().database, ref)
    except NotFound:
        return None


def _name_prompts(trial: TrialCall, plan: Plan) -> Iterator[str]:
    """The sentences that were recognized, in order, each once in a row."""
    number = next((each for each in plan.numbers if each.e164 == trial.number), plan.numbers[0])
    prompts, before = prompts_by_key(), ""
    for key in trial.heard:
        if key != before:
            before = key
            if key.startswith("message-"):
                yield translate(labels.MESSAGE_OF_CALL)
            elif (prompt := prompts.get(key)) and (text := choose_text(prompt.texts, number.language)):
                yield quoted(text, number.language)
