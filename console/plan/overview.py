"""The overview of the plan: everything that can be changed, each with its form, grouped as people think of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from console.plan.part_titles import list_titles
from console.plan.settings.place import TIMEZONES
from console.plan.settings.team import STRATEGIES
from routing.languages import LANGUAGE_NAMES
from routing.menus import list_menus_of_number
from routing.numbers import format_number
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from translations.web import gettext, ngettext
from web.language import current_language, translate


@dataclass(frozen=True, slots=True)
class OverviewEntry:
    """A link to a form; `state` is how it is set now, "" where the label says it all."""

    label: str
    url: str
    state: str = ""
    adds: bool = False


@dataclass(frozen=True, slots=True)
class OverviewGroup:
    title: str
    entries: tuple[OverviewEntry, ...]


def list_groups(plan: Plan) -> tuple[OverviewGroup, ...]:
    """Every form of the plan."""
    return (
        OverviewGroup(
            gettext("What callers hear"),
            (
                *_numbers(plan),
                *_menus(plan),
                *_announcements(plan),
                _languages(plan),
                _waiting(plan),
                _satisfaction(plan),
            ),
        ),
        OverviewGroup(gettext("When we are open"), tuple(_calendars(plan))),
        OverviewGroup(gettext("The team"), (_agents(), _team(plan), _pause_reasons(plan), _staff_line(plan))),
        OverviewGroup(gettext("When the team cannot answer"), (*_overflow(plan), _callbacks(plan))),
        OverviewGroup(gettext("Open requests"), (*_requests(plan),)),
        OverviewGroup(gettext("On your websites"), (*_websites(plan),)),
        OverviewGroup(gettext("Personal data"), (*_personal_data(plan),)),
    )


def _numbers(plan: Plan) -> Iterable[OverviewEntry]:
    for e164, title in list_titles(plan, PartKind.NUMBER).items():
        yield OverviewEntry(title, url_for("plan_edit.number", public=e164), gettext("greeting, menu, hours"))
    yield OverviewEntry(gettext("Add a number"), url_for("plan_edit.new_number"), adds=True)


def _menus(plan: Plan) -> Iterable[OverviewEntry]:
    heard = {name for number in plan.numbers for name in list_menus_of_number(plan, number)}
    for name, title in list_titles(plan, PartKind.MENU).items():
        keys = len(plan.menus[name].choices)
        state = ngettext("one key", "%(num)s keys", keys) if name in heard else gettext("not used")
        yield OverviewEntry(title, url_for("plan_edit.menu", name=name), state)
    yield OverviewEntry(gettext("Add a menu"), url_for("plan_edit.new_menu"), adds=True)


def _announcements(plan: Plan) -> Iterable[OverviewEntry]:
    for name, title in list_titles(plan, PartKind.ANNOUNCEMENT).items():
        state = gettext("message, %(seconds)s s at most", seconds=plan.announcements[name].max_seconds)
        yield OverviewEntry(title, url_for("plan_edit.announcement", name=name), state)
    yield OverviewEntry(gettext("Add a message"), url_for("plan_edit.new_announcement"), adds=True)


def _languages(plan: Plan) -> OverviewEntry:
    spoken = ", ".join(translate(LANGUAGE_NAMES[code]) for code in plan.languages)
    return OverviewEntry(gettext("Languages"), url_for("plan_edit.languages"), spoken)


def _calendars(plan: Plan) -> Iterable[OverviewEntry]:
    for name, title in list_titles(plan, PartKind.CALENDAR).items():
        numbers = [format_number(each.e164, plan.country) for each in plan.numbers if each.hours == name]
        state = gettext("for %(numbers)s", numbers=", ".join(numbers)) if numbers else gettext("not used")
        yield OverviewEntry(title, url_for("plan_edit.hours", name=name), state)
    yield OverviewEntry(gettext("Add opening hours"), url_for("plan_edit.new_hours"), adds=True)
    yield OverviewEntry(gettext("Clock and country"), url_for("plan_settings.place"), _clock(plan))


def _clock(plan: Plan) -> str:
    """The city of the plan's clock."""
    name = TIMEZONES.get(plan.timezone.key)
    return translate(name) if name else plan.timezone.key.rpartition("/")[2].replace("_", " ")


def _waiting(plan: Plan) -> OverviewEntry:
    state = gettext("their place in the queue every %(seconds)s s", seconds=plan.waiting.announce_every_s)
    return OverviewEntry(gettext("While callers wait"), url_for("plan_settings.waiting"), state)


def _satisfaction(plan: Plan) -> OverviewEntry:
    rules = plan.satisfaction
    questions = ngettext("one question", "%(num)s questions", len(rules.questions))
    state = gettext("%(questions)s for %(share)s %% of the calls", questions=questions, share=rules.share_percent)
    return OverviewEntry(
        gettext("Satisfaction"),
        url_for("plan_settings.satisfaction"),
        state if rules.is_on else gettext("nobody is asked"),
    )


def _agents() -> OverviewEntry:
    return OverviewEntry(
        gettext("Agents"), url_for("agents.list_agents"), gettext("who answers, with rank and languages")
    )


def _team(plan: Plan) -> OverviewEntry:
    state = gettext(
        "%(who)s; each telephone rings for %(ring)s s, callers wait for %(wait)s s at most",
        who=translate(STRATEGIES[plan.staff.strategy]),
        ring=plan.staff.ring_s,
        wait=plan.staff.max_wait_s,
    )
    return OverviewEntry(gettext("How calls reach the team"), url_for("plan_settings.team"), state)


def _pause_reasons(plan: Plan) -> OverviewEntry:
    names = ", ".join(title.in_language(current_language()) for title in plan.staff.pause_titles.values())
    state = names or gettext("none: a break has no reason")
    return OverviewEntry(gettext("Reasons for a break"), url_for("plan_settings.pause_reasons"), state)


def _staff_line(plan: Plan) -> OverviewEntry:
    state = format_number(plan.staff_line, plan.country) if plan.staff_line else gettext("no number of its own")
    return OverviewEntry(gettext("Recording by telephone"), url_for("plan_settings.staff_line"), state)


def _overflow(plan: Plan) -> Iterable[OverviewEntry]:
    titles, rules = list_titles(plan, PartKind.CENTRE), len(plan.overflow.rules)
    centres = ", ".join(titles.values()) or gettext("none: no call leaves the team")
    yield OverviewEntry(gettext("Overflow centres"), url_for("plan_settings.overflow"), centres)
    state = ngettext("one rule", "%(num)s rules", rules) if rules else gettext("no rule")
    yield OverviewEntry(gettext("When calls overflow"), url_for("plan_settings.overflow_rules"), state)
    state = gettext("with which a centre says what became of its calls")
    yield OverviewEntry(gettext("Keys of programs"), url_for("plan_keys.list_keys"), state)


def _callbacks(plan: Plan) -> OverviewEntry:
    tries = ngettext("one try", "%(num)s tries", plan.callbacks.attempts)
    state = gettext("%(tries)s, slots of %(minutes)s minutes", tries=tries, minutes=plan.callbacks.slot_min)
    return OverviewEntry(gettext("Callbacks"), url_for("plan_settings.callbacks"), state)


def _requests(plan: Plan) -> Iterable[OverviewEntry]:
    topics = len(plan.requests.topics)
    state = ngettext("one topic", "%(num)s topics", topics) if topics else gettext("no topic")
    yield OverviewEntry(gettext("Topics of requests"), url_for("plan_settings.requests"), state)
    outcomes = len(plan.requests.outcome_titles)
    state = ngettext("one to choose from", "%(num)s to choose from", outcomes)
    yield OverviewEntry(gettext("What can become of a request"), url_for("plan_settings.request_outcomes"), state)


def _websites(plan: Plan) -> Iterable[OverviewEntry]:
    names = ", ".join(list_titles(plan, PartKind.SITE).values())
    yield OverviewEntry(gettext("Websites with the callback button"), url_for("plan_sites.sites"), names)
    limits = plan.callbacks.limits
    state = gettext("%(calls)s callbacks a day for one number", calls=limits.number_day)
    yield OverviewEntry(gettext("Limits against abuse"), url_for("plan_settings.callback_limits"), state)


def _personal_data(plan: Plan) -> Iterable[OverviewEntry]:
    known = plan.organisation.can_be_written_to
    state = gettext("visitors learn whom to write to") if known else gettext("visitors do not learn whom to write to")
    yield OverviewEntry(gettext("Organisation and personal data"), url_for("plan_settings.organisation"), state)
    kept = gettext("calls for %(days)s days", days=plan.retention.reception)
    yield OverviewEntry(gettext("How long data are kept"), url_for("plan_settings.retention"), kept)
