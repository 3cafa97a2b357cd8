"""The steps of the first run. What is done is seen in the plan, the messages, the telephones and the calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import url_for

from console.context import get_context
from console.first_steps import labels
from console.plan.hours_descriptions import describe_week
from console.plan.part_titles import title_text
from records import first_steps, trial_calls
from records.actor import SYSTEM
from records.database.engine import Database
from records.endpoint_states import find_ever_reached
from records.first_steps import StepMark
from records.messages import message_versions
from records.staff.agents import Agent, list_agents
from routing.hours.opening_hours import ALWAYS_OPEN
from routing.numbers import format_number
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from translations.catalogues import choose_text
from translations.message import Message
from translations.web import gettext
from web.language import translate

EXAMPLE_NUMBER = "+33199000000"
"""The number of the plan that comes with the software."""


class StepName(StrEnum):
    """In their order."""

    ORGANISATION = "organisation"
    MESSAGE = "message"
    HOURS = "hours"
    PHONE = "phone"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a step: `state` is how it is now, `url` the form that changes it, "" for none.

    `button` is the label of the link there. A step is done without its optional tasks.
    """

    label: Message
    is_done: bool
    state: str
    url: str
    button: Message
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`place` counts from 2: the account is the first step. `open_words` say what stays open without it."""

    name: StepName
    place: int
    title: Message
    lead: Message
    open_words: Message
    tasks: tuple[Task, ...]
    mark: StepMark

    @property
    def is_done(self) -> bool:
        """Whether it is true, or somebody has said that it is right as it was at the beginning."""
        if self.mark.put_away and self.name in labels.SETTLED:
            return True
        return all(task.is_done for task in self.tasks if not task.is_optional)

    @property
    def is_open(self) -> bool:
        """Whether it is on the list of what is open."""
        return not self.is_done and not self.mark.put_away

    @property
    def next_task(self) -> Task | None:
        """The task to do now."""
        return next((task for task in self.tasks if not task.is_done and not task.is_optional), None)


def list_steps(plan: Plan) -> tuple[Step, ...]:
    """All steps under this plan, in order."""
    database = get_context().database
    marks = first_steps.list_marks(database)
    tasks = {
        StepName.ORGANISATION: _organisation(plan),
        StepName.MESSAGE: _message(plan, database),
        StepName.HOURS: _hours(plan),
        StepName.PHONE: _phone(database),
        StepName.CALL: _call(database),
    }
    return tuple(
        Step(
            name,
            place,
            labels.TITLES[name],
            labels.LEADS[name],
            labels.OPEN_WORDS[name],
            tuple(tasks[name]),
            marks.get(name, StepMark()),
        )
        for place, name in enumerate(StepName, 2)
    )


def find_resumed(steps: Sequence[Step]) -> Step | None:
    """The step at which somebody goes on: the first open one that nobody put off; None when there is none."""
    return next((step for step in steps if step.is_open and not step.mark.later), None)


def first_agent(database: Database) -> Agent | None:
    """The agent whose telephone the step is about: one that was reached, or else the newest."""
    agents = [agent for agent in list_agents(database) if not agent.outside_number]
    reached = find_ever_reached(database, [agent.sip_account for agent in agents])
    return next((agent for agent in agents if agent.sip_account in reached), agents[-1] if agents else None)


def has_reached_phone() -> bool:
    """Whether the telephone of an agent has ever registered."""
    database = get_context().database
    return bool(find_ever_reached(database, [agent.sip_account for agent in list_agents(database)]))


def _organisation(plan: Plan) -> Iterator[Task]:
    name = choose_text(plan.organisation.name, plan.languages[0]) if plan.organisation.name else ""
    yield Task(
        labels.NAME,
        bool(name),
        name or translate(labels.NO_NAME),
        url_for("plan_settings.organisation"),
        labels.TO_NAME,
    )
    first = plan.numbers[0]
    is_own = any(number.e164 != EXAMPLE_NUMBER for number in plan.numbers)
    number = format_number(first.e164, plan.country)
    state = (
        number
        if is_own
        else gettext("%(number)s is an example: good for trying, not reached by the public.", number=number)
    )
    yield Task(labels.NUMBER, is_own, state, url_for("plan_edit.number", public=first.e164), labels.TO_NUMBER)


def _message(plan: Plan, database: Database) -> Iterator[Task]:
    newest = [each for name in plan.announcements for each in message_versions.list_newest_versions(database, name, 1)]
    published = any(version.published_by != SYSTEM for version in newest)  # else it is that of the installation
    state = labels.MESSAGE_THERE if published else labels.NO_MESSAGE
    announcement = next(iter(plan.announcements), "")
    link = url_for("message.show", announcement=announcement)
    yield Task(labels.MESSAGE, published or not announcement, translate(state), link, labels.TO_MESSAGE)
    chosen = labels.VOICE_CHOSEN if plan.voices else labels.NO_VOICE
    yield Task(labels.VOICE, bool(plan.voices), translate(chosen), url_for("voices.show"), labels.TO_VOICE, True)


def _hours(plan: Plan) -> Iterator[Task]:
    name = plan.numbers[0].hours
    hours = plan.hours[name]
    state = " ".join(describe_week(hours))
    title = title_text(plan, PartKind.CALENDAR, name)
    state = gettext("%(title)s – %(week)s", title=title, week=state)
    yield Task(labels.HOURS, hours != ALWAYS_OPEN, state, url_for("plan_edit.hours", name=name), labels.TO_HOURS)


def _phone(database: Database) -> Iterator[Task]:
    agents, agent = list_agents(database), first_agent(database)
    names = ", ".join(each.name for each in agents[:3])
    link = url_for("agents.list_agents") if agents else url_for("agents.add")
    yield Task(labels.AGENT, bool(agents), names or translate(labels.NO_AGENT), link, labels.TO_AGENT)
    if agent is None:
        # Calls that reach everybody outside need no telephone here.
        first = "" if agents else translate(labels.FIRST_AGENT)
        yield Task(labels.PHONE, bool(agents), first, "", labels.TO_PHONE)
        return
    reached = agent.sip_account in find_ever_reached(database, [agent.sip_account])
    state = labels.PHONE_THERE if reached else labels.NO_PHONE
    link = url_for("agents_phones.show", agent_id=agent.id)
    yield Task(labels.PHONE, reached, translate(state), link, labels.TO_PHONE)


def _call(database: Database) -> Iterator[Task]:
    passed = trial_calls.has_passed(database)
    state = labels.CALL_PASSED if passed else labels.NO_CALL
    yield Task(labels.CALL, passed, translate(state), "", labels.TO_CALL)
