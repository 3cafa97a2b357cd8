"""From the tree of a plan's text to the plan: what each place may hold, and why a wrong one is refused."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from routing import hours_text, numbers
from routing.calendars import HolidayZone
from routing.hours import Hours, Span
from routing.messages import WhenNone
from routing.plan import LANGUAGES, Number, Plan, Slot, Staff
from routing.plan_menu import read_menu
from routing.plan_tree import Node, Problem, Reader, quoted

# What app_queue of Asterisk 22 calls its strategies (queues.conf).
STRATEGIES = ("rrmemory", "rrordered", "ringall", "leastrecent", "fewestcalls", "linear", "random", "wrandom")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_Part = TypeVar("_Part")


def read_plan(root: Node, problems: list[Problem]) -> tuple[Plan, list[Problem]]:
    """The plan and every problem met, those given included. With any problem the plan means nothing."""
    read = Reader(problems)
    top = read.fields(root, ("timezone", "country", "numbers", "menus", "hours", "slots", "staff"))
    country = _country(read, top["country"])
    menus, hours, slots = (_names(top[part]) for part in ("menus", "hours", "slots"))
    plan = Plan(
        timezone=_timezone(read, top["timezone"]),
        country=country,
        numbers=_numbers(read, top["numbers"], country, menus, hours),
        menus=_parts(read, top["menus"], lambda name, node: read_menu(read, name, node, slots)),
        hours=_parts(read, top["hours"], lambda _, node: _hours(read, node)),
        slots=_parts(read, top["slots"], lambda name, node: _slot(read, name, node)),
        staff=_staff(read, top["staff"]),
    )
    return plan, read.problems


def _names(node: Node) -> tuple[str, ...]:
    return tuple(node.value) if isinstance(node.value, Mapping) else ()


def _parts(read: Reader, node: Node, make: Callable[[str, Node], _Part]) -> Mapping[str, _Part]:
    parts = {}
    for name, part in read.mapping(node, "one entry for each name").items():
        if not _NAME.fullmatch(name):
            read.refuse(part, f"{quoted(name)} is not a name; use small letters, digits and _, a letter first")
        parts[name] = make(name, part)
    return MappingProxyType(parts)


def _timezone(read: Reader, node: Node) -> ZoneInfo:
    name = read.word(node)
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        read.refuse(node, f"{quoted(name)} is not a time zone; write one such as Europe/Paris or Indian/Reunion")
        return ZoneInfo("UTC")


def _country(read: Reader, node: Node) -> str:
    code = read.word(node)
    if numbers.is_country(code):
        return code
    if code:
        read.refuse(node, f"{quoted(code)} is not a country; write its two letters (ISO 3166) such as FR")
    return "FR"


def _numbers(
    read: Reader, node: Node, country: str, menus: Collection[str], hours: Collection[str]
) -> tuple[Number, ...]:
    found = []
    taken: set[str] = set()
    for public, entry in read.mapping(node, "one entry for each public number").items():
        parts = read.fields(entry, ("landing", "language", "greeting", "menu", "hours"))
        landing = tuple(_landing(read, item, country, taken) for item in read.words(parts["landing"]))
        found.append(
            Number(
                public=_e164(read, entry, public, country),
                landing=landing,
                language=read.one_of(parts["language"], LANGUAGES, "a language"),
                greeting=read.texts(parts["greeting"], LANGUAGES),
                menu=read.one_of(parts["menu"], menus, "a menu of this plan"),
                hours=read.one_of(parts["hours"], hours, "a calendar under hours"),
            )
        )
    return tuple(found)


def _landing(read: Reader, node: Node, country: str, taken: set[str]) -> str:
    landing = _e164(read, node, read.word(node), country)
    if landing in taken:
        read.refuse(
            node, f"{landing} is already a landing number; a call that arrives there can have one treatment only"
        )
    taken.add(landing)
    return landing


def _e164(read: Reader, node: Node, text: str, country: str) -> str:
    line = numbers.caller_line(text, country)
    if text and line != text:
        advice = f"write {line}" if line else "write + and the country code first, such as +33199000000"
        read.refuse(node, f"{quoted(text)} is not an international number; {advice}")
    return text


def _slot(read: Reader, name: str, node: Node) -> Slot:
    parts = read.fields(node, (), ("when_none", "max_seconds"))
    slot = Slot(name)
    if "when_none" in parts:
        slot = replace(slot, when_none=WhenNone(read.one_of(parts["when_none"], tuple(WhenNone), "a way out")))
    if "max_seconds" in parts:
        slot = replace(slot, max_seconds=read.whole(parts["max_seconds"], 5, 600, "seconds"))
    return slot


def _staff(read: Reader, node: Node) -> Staff:
    parts = read.fields(node, ("strategy", "ring_s", "max_wait_s", "wrapup_s"))
    return Staff(
        strategy=read.one_of(parts["strategy"], STRATEGIES, "a queue strategy"),
        ring_s=read.whole(parts["ring_s"], 5, 120, "seconds"),
        max_wait_s=read.whole(parts["max_wait_s"], 5, 3600, "seconds"),
        wrapup_s=read.whole(parts["wrapup_s"], 0, 600, "seconds"),
    )


def _hours(read: Reader, node: Node) -> Hours:
    parts = read.fields(node, ("week",), ("holidays", "exceptions"))
    zone = HolidayZone.NONE
    if "holidays" in parts:
        zone = HolidayZone(read.one_of(parts["holidays"], tuple(HolidayZone), "a holiday zone"))
    exceptions = {}
    if "exceptions" in parts and parts["exceptions"].value is not None:
        for day, entry in read.mapping(parts["exceptions"], "one entry for each date").items():
            exceptions[_date(read, entry, day)] = _spans(read, entry)
    return Hours(_week(read, parts["week"]), zone, MappingProxyType(exceptions))


def _week(read: Reader, node: Node) -> tuple[tuple[Span, ...], ...]:
    week: dict[int, tuple[Span, ...]] = {}
    for days, entry in read.mapping(node, "a line for each day, such as mon-fri: 09:00-18:00").items():
        spans = _spans(read, entry)
        for day in read.told(entry, hours_text.weekdays, days, range(0)):
            if day in week:
                read.refuse(entry, f"{hours_text.DAYS[day]} is given twice")
            week[day] = spans
    return tuple(week.get(day, ()) for day in range(7))


def _spans(read: Reader, node: Node) -> tuple[Span, ...]:
    word = read.word(node)
    return read.told(node, hours_text.spans, word, ()) if word else ()


def _date(read: Reader, node: Node, text: str) -> date:
    try:
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        read.refuse(node, f"{quoted(text)} is not a date; write year-month-day, such as 2030-12-24")
        return date.min
