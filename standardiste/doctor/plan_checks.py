"""The checks of `doctor` for the plan: what a valid plan promises and this organisation cannot keep, or never uses."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from records.actor import command_line_actor
from records.check_result import CheckResult
from records.staff import agents
from records.trunks import has_trunks
from records.users import phone_pins, users
from routing.access.permissions import Permission
from routing.approval import Approval
from routing.languages import LANGUAGE_NAMES
from routing.numbers import dialling_prefixes, format_number
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from standardiste.doctor.centre_checks import check_overflow
from standardiste.doctor.plan_findings import NEVER_OPEN_FOR, Check, Team, advice, list_heard_menus
from standardiste.doctor.request_checks import check_requests
from standardiste.doctor.satisfaction_checks import check_satisfaction
from standardiste.doctor.staff_checks import check_staff
from standardiste.installation import Installation
from translations.message import Message, OwnText, translatable

LEAST_MUSIC_S = 15
"""Announcements in the queue that are closer together leave callers no rest."""

REMOVE = translatable("Remove it in the console (Call plan), or let something lead to it.")


def checks(installation: Installation) -> Iterator[CheckResult]:
    """Everything about the plan in force that people should know. Raises RecordsError."""
    found = list_findings(installation.plan, _read_team(installation), datetime.now(UTC))
    yield from found or [CheckResult("plan", True, translatable("The plan in force can be kept."))]


def list_findings(plan: Plan, team: Team, at: datetime) -> list[CheckResult]:
    """What the checks of all keys of the plan find."""
    return [result for check in CHECKS.values() for result in check(plan, team, at)]


def _read_team(installation: Installation) -> Team:
    database = installation.database
    people = tuple(user for user in users.list_users(database, command_line_actor("doctor")) if user.active)
    has_pin = phone_pins.is_any_chosen(database)
    return Team(agents.list_agents(database), people, has_trunks(database), has_pin)


def _check_country(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    prefix = f"+{dialling_prefixes(plan.country)[0]}"
    if not any(number.e164.startswith(prefix) for number in plan.numbers):
        yield advice(
            "plan: country",
            translatable(
                "No number of the plan is one of the country %(country)s, whose national numbers are expected.",
                country=plan.country,
            ),
        )


def _check_languages(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    for code in plan.languages:
        if team.agents and not any(code in agent.speaks for agent in team.agents):
            yield advice(
                "plan: languages",
                translatable(
                    "Callers are served in %(language)s, and no agent speaks it.", language=LANGUAGE_NAMES[code]
                ),
            )


def _check_hours(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    for number in plan.numbers:
        opening = plan.get_calendar(number)
        next_opening = None if opening.is_open(at) else opening.next_opening(at)
        if not opening.is_open(at) and (next_opening is None or next_opening - at > NEVER_OPEN_FOR):
            yield advice(
                "plan: hours",
                translatable(
                    "Callers of %(number)s find us closed for the next %(days)s days.",
                    number=format_number(number.e164, plan.country),
                    days=NEVER_OPEN_FOR.days,
                ),
            )
    used = {number.hours for number in plan.numbers} | {each.contract.hours for each in plan.overflow.centres}
    for name in plan.hours:
        if name not in used:
            yield _unused(translatable("No number follows the hours “%(name)s”.", name=_title(plan, name, "hours")))


def _check_menus(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    heard = list_heard_menus(plan)
    for name in plan.menus:
        if name not in heard:
            yield _unused(translatable("No caller reaches the menu “%(name)s”.", name=_title(plan, name, "menus")))


def _check_announcements(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    played = {choice.announcement for name in list_heard_menus(plan) for choice in plan.menus[name].choices}
    approvers = [user for user in team.users if user.actor.may(Permission.APPROVE_MESSAGES)]
    editors = [user for user in team.users if user.actor.may(Permission.PUBLISH_MESSAGES)]
    for name, announcement in plan.announcements.items():
        title = _title(plan, name, "announcements")
        if name not in played:
            yield _unused(translatable("No key plays the message “%(name)s”.", name=title))
        if announcement.approval is Approval.SECOND and editors and (not approvers or len(editors) < 2):
            yield CheckResult(
                "plan: approval",
                False,
                translatable("The message “%(name)s” needs a second person, and there is none.", name=title),
                translatable(
                    "Invite a supervisor (`standardiste account invite`), or let the message be published without."
                ),
            )


def _check_waiting(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    shortest = min(plan.waiting.offer_every_s, plan.waiting.announce_every_s)
    if shortest < LEAST_MUSIC_S:
        yield advice(
            "plan: waiting",
            translatable(
                "Callers who wait are spoken to every %(seconds)s s, and hear hardly any music.", seconds=shortest
            ),
        )


def _check_callbacks(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    for site in plan.callbacks.sites:
        if team.has_trunk and not site.origins:
            yield advice(
                "plan: websites",
                translatable(
                    "The website “%(name)s” has no address: its button works nowhere, only the link to the form.",
                    name=_title(plan, site.name, "callbacks.sites"),
                ),
            )


def _check_staff_line(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    if plan.staff_line and not team.has_pin:
        yield advice(
            "plan: staff line",
            translatable("The staff line has a number, and nobody has chosen a PIN for it."),
            translatable("Choose one in the console (My account), or by `standardiste account pin`."),
        )


def _check_organisation(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    if team.has_trunk and not plan.organisation.name:
        yield advice(
            "plan: organisation",
            translatable("The plan does not say who you are: visitors read no name above the callback form."),
        )


def _check_titles(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    for kind, names in _names(plan).items():
        titles = Counter(_title(plan, name, kind).in_language("fr") for name in names)
        for title in [title for title, count in titles.items() if count > 1]:
            yield advice(
                "plan: names",
                translatable(
                    "Several parts of the plan have the name “%(name)s”; nobody can tell them apart.", name=title
                ),
            )


CHECKS: Mapping[str, Check] = {
    "country": _check_country,
    "languages": _check_languages,
    "numbers": _check_titles,
    "menus": _check_menus,
    "hours": _check_hours,
    "announcements": _check_announcements,
    "staff": check_staff,
    "waiting": _check_waiting,
    "overflow": check_overflow,
    "callbacks": _check_callbacks,
    "staff_line": _check_staff_line,
    "organisation": _check_organisation,
    "requests": check_requests,
    "satisfaction": check_satisfaction,
}
"""By the key of the plan. Titles are checked once, for the parts of each kind."""


def _names(plan: Plan) -> Mapping[str, list[str]]:
    return {
        "menus": [*plan.menus],
        "hours": [*plan.hours],
        "announcements": [*plan.announcements],
        "overflow.centres": [centre.name for centre in plan.overflow.centres],
        "callbacks.sites": [site.name for site in plan.callbacks.sites],
    }


def _title(plan: Plan, name: str, kind: str) -> Message | OwnText:
    return find_title(plan, PartKind(kind), name)


def _unused(message: Message) -> CheckResult:
    return CheckResult("plan: not used", True, message, REMOVE)
