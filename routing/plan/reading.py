"""Reads a plan from its tree: what each node may hold, and why a wrong one is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from routing import numbers
from routing.approval import Approval
from routing.errors import InvalidTextError
from routing.key_wait import WhileChoosing
from routing.languages import LANGUAGES
from routing.messages import NoMessagePolicy
from routing.organisation import Organisation
from routing.plan.bounds import WAITING
from routing.plan.callbacks import read_callbacks
from routing.plan.errors import PlanProblem
from routing.plan.hours import read_hours
from routing.plan.menus import MenuTargets, read_menu
from routing.plan.model import Announcement, Menu, OverflowPlan, Plan, PublicNumber, QueueAnnouncements
from routing.plan.numbers import read_e164, read_numbers
from routing.plan.organisation import read_organisation
from routing.plan.overflow import read_overflow
from routing.plan.requests import read_requests
from routing.plan.retention import read_retention
from routing.plan.satisfaction import read_satisfaction
from routing.plan.staff import read_staff
from routing.plan.submenus import check_menus
from routing.plan.tree import Node, NodeReader
from routing.plan.units import SECONDS
from routing.quoting import quote_word
from routing.retention import RetentionRules
from routing.voice_engines import VoiceEngine
from translations.message import translatable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)
_CLOCK = re.compile(r"\d{2}:\d{2}", re.ASCII)
_Part = TypeVar("_Part")

REQUIRED = ("timezone", "country", "numbers", "menus", "hours", "announcements", "staff")
RENAMED_KEYS = {"slots": "announcements"}
"""Keys of older plans, which are still read, and their current names."""


def read_plan(root: Node, problems: list[PlanProblem]) -> tuple[Plan, list[PlanProblem]]:
    """The plan, and `problems` with those found here added. With any problem the plan is meaningless."""
    reader = NodeReader(problems)
    top = reader.read_fields(
        _with_current_keys(root),
        REQUIRED,
        (
            *("languages", "organisation", "waiting", "while_choosing", "overflow", "callbacks", "staff_line"),
            *("retention", "voices", "requests", "satisfaction"),
        ),
    )
    if "languages" in top:
        reader.languages = _read_languages(reader, top["languages"])
    country = _read_country(reader, top["country"])
    menus, hours, announcements = (_entry_names(top[part]) for part in ("menus", "hours", "announcements"))
    numbers_of_plan = read_numbers(reader, top["numbers"], country, menus, hours)
    staff = read_staff(reader, top["staff"])
    waiting, overflow = QueueAnnouncements(), OverflowPlan()
    if "waiting" in top:
        waiting = _read_queue_announcements(reader, top["waiting"])
    if "overflow" in top and top["overflow"].value is not None:
        overflow = read_overflow(reader, top["overflow"], country, numbers_of_plan, staff, hours)
    targets = MenuTargets(announcements, menus, bool(overflow.centres))
    plan = Plan(
        timezone=_read_timezone(reader, top["timezone"]),
        country=country,
        numbers=numbers_of_plan,
        menus=_read_menus(reader, top["menus"], targets, numbers_of_plan),
        hours=_read_parts(reader, top["hours"], lambda name, node: read_hours(reader, name, node)),
        announcements=_read_parts(
            reader, top["announcements"], lambda name, node: _read_announcement(reader, name, node)
        ),
        staff=staff,
        waiting=waiting,
        while_choosing=_read_while_choosing(reader, top["while_choosing"])
        if "while_choosing" in top
        else WhileChoosing.SOUND,
        overflow=overflow,
        callbacks=read_callbacks(reader, top.get("callbacks"), numbers_of_plan),
        staff_line=_read_staff_line(reader, top["staff_line"], country, numbers_of_plan)
        if "staff_line" in top
        else None,
        organisation=read_organisation(reader, top["organisation"]) if "organisation" in top else Organisation(),
        retention=read_retention(reader, top["retention"]) if "retention" in top else RetentionRules(),
        requests=read_requests(reader, top.get("requests")),
        satisfaction=read_satisfaction(reader, top.get("satisfaction")),
        languages=reader.languages,
        voices=_read_voices(reader, top["voices"]) if "voices" in top else {},
    )
    return plan, reader.problems


def list_renamed_keys(root: Node) -> tuple[PlanProblem, ...]:
    """A note for each key that the plan has under its old name; such a plan is valid."""
    entries = root.value if isinstance(root.value, Mapping) else {}
    return tuple(
        PlanProblem(entries[old].line, old, translatable("is now called %(name)s; both are read", name=new))
        for old, new in RENAMED_KEYS.items()
        if old in entries and new not in entries
    )


def _with_current_keys(root: Node) -> Node:
    """The node with the current names of its keys; where both names are written, the old one stays, an unknown key."""
    if not isinstance(root.value, Mapping):
        return root
    entries = root.value
    current = {old: new for old, new in RENAMED_KEYS.items() if new not in entries}
    return replace(root, value={current.get(name, name): entry for name, entry in entries.items()})


def _entry_names(node: Node) -> tuple[str, ...]:
    return tuple(node.value) if isinstance(node.value, Mapping) else ()


def _read_parts(reader: NodeReader, node: Node, make: Callable[[str, Node], _Part]) -> Mapping[str, _Part]:
    parts = {}
    for name, part in reader.read_mapping(node, translatable("one entry for each name")).items():
        if not _NAME.fullmatch(name):
            reader.add_problem(
                part,
                translatable(
                    "%(word)s is not a name; use small letters, digits and _, a letter first", word=quote_word(name)
                ),
            )
        parts[name] = make(name, part)
    return MappingProxyType(parts)


def _read_menus(
    reader: NodeReader, node: Node, targets: MenuTargets, numbers_of_plan: tuple[PublicNumber, ...]
) -> Mapping[str, Menu]:
    menus = _read_parts(reader, node, lambda name, part: read_menu(reader, name, part, targets))
    check_menus(reader, node, menus, {number.menu for number in numbers_of_plan})
    return menus


def _read_timezone(reader: NodeReader, node: Node) -> ZoneInfo:
    name = reader.read_scalar(node)
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a time zone; write one such as Europe/Paris or Indian/Reunion", word=quote_word(name)
            ),
        )
        return ZoneInfo("UTC")


def _read_country(reader: NodeReader, node: Node) -> str:
    code = reader.read_scalar(node)
    if numbers.is_country(code):
        return code
    if code:
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a country; write its two letters (ISO 3166) such as FR", word=quote_word(code)
            ),
        )
    return "FR"


def _read_languages(reader: NodeReader, node: Node) -> tuple[str, ...]:
    expected = translatable("a language that callers are served in")
    spoken = [reader.read_choice(item, LANGUAGES, expected) for item in reader.read_items(node)]
    if len(set(spoken)) < len(spoken):
        reader.add_problem(node, translatable("names a language twice"))
    return tuple(dict.fromkeys(spoken)) or LANGUAGES


def _read_announcement(reader: NodeReader, name: str, node: Node) -> Announcement:
    parts = reader.read_fields(node, (), ("title", "when_none", "max_seconds", "approval", "renew_by"))
    announcement = Announcement(name, title=reader.read_title(parts.get("title")))
    if "when_none" in parts:
        announcement = replace(
            announcement,
            when_none_valid=NoMessagePolicy(
                reader.read_choice(parts["when_none"], tuple(NoMessagePolicy), translatable("a policy"))
            ),
        )
    if "max_seconds" in parts:
        announcement = replace(announcement, max_seconds=reader.read_integer(parts["max_seconds"], 5, 600, SECONDS))
    if "approval" in parts:
        announcement = replace(
            announcement,
            approval=Approval(
                reader.read_choice(parts["approval"], tuple(Approval), translatable("a kind of approval"))
            ),
        )
    if "renew_by" in parts:
        announcement = replace(
            announcement,
            renew_by=reader.convert(parts["renew_by"], _parse_time, reader.read_scalar(parts["renew_by"]), time()),
        )
    return announcement


def _parse_time(text: str) -> time:
    try:
        return time.fromisoformat(text if _CLOCK.fullmatch(text) else "")
    except ValueError:
        raise InvalidTextError(
            translatable("%(word)s is not a time of day; write one such as 09:00", word=quote_word(text))
        ) from None


def _read_staff_line(reader: NodeReader, node: Node, country: str, numbers_of_plan: tuple[PublicNumber, ...]) -> str:
    landing = read_e164(reader, node, reader.read_scalar(node), country)
    if any(landing in (number.e164, *number.landing_numbers) for number in numbers_of_plan):
        reader.add_problem(
            node,
            translatable(
                "%(number)s is a number for callers; give the staff line a landing number of its own", number=landing
            ),
        )
    return landing


def _read_voices(reader: NodeReader, node: Node) -> Mapping[str, VoiceEngine]:
    engine = translatable("a synthetic voice")
    parts = reader.read_fields(node, (), LANGUAGES)
    return {name: VoiceEngine(reader.read_choice(part, tuple(VoiceEngine), engine)) for name, part in parts.items()}


def _read_while_choosing(reader: NodeReader, node: Node) -> WhileChoosing:
    heard = translatable("what is heard while a key is awaited")
    return WhileChoosing(reader.read_choice(node, tuple(WhileChoosing), heard))


def _read_queue_announcements(reader: NodeReader, node: Node) -> QueueAnnouncements:
    parts = reader.read_fields(node, (), ("offer_every_s", "announce_every_s"))
    return QueueAnnouncements(**{name: reader.read_integer(part, *WAITING[name]) for name, part in parts.items()})
