"""From the tree of a plan's text to the plan: what each place may hold, and why a wrong one is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from routing import numbers
from routing.approval import Approval
from routing.messages import WhenNone
from routing.plan import LANGUAGES, Number, OverflowPlan, Plan, Slot, Waiting
from routing.plan_callbacks import read_callbacks
from routing.plan_hours import read_hours
from routing.plan_menu import read_menu
from routing.plan_numbers import read_e164, read_numbers
from routing.plan_overflow import read_overflow
from routing.plan_staff import read_staff
from routing.plan_tree import Node, Problem, Reader, quoted

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)
_CLOCK = re.compile(r"\d{2}:\d{2}", re.ASCII)
_Part = TypeVar("_Part")

REQUIRED = ("timezone", "country", "numbers", "menus", "hours", "slots", "staff")


def read_plan(root: Node, problems: list[Problem]) -> tuple[Plan, list[Problem]]:
    """The plan and every problem met, those given included. With any problem the plan means nothing."""
    read = Reader(problems)
    top = read.fields(root, REQUIRED, ("organisation", "waiting", "overflow", "callbacks", "staff_line"))
    country = _country(read, top["country"])
    menus, hours, slots = (_names(top[part]) for part in ("menus", "hours", "slots"))
    ours = read_numbers(read, top["numbers"], country, menus, hours)
    staff = read_staff(read, top["staff"])
    waiting, overflow = Waiting(), OverflowPlan()
    if "waiting" in top:
        waiting = _waiting(read, top["waiting"])
    if "overflow" in top and top["overflow"].value is not None:
        overflow = read_overflow(read, top["overflow"], country, ours, staff)
    plan = Plan(
        timezone=_timezone(read, top["timezone"]),
        country=country,
        numbers=ours,
        menus=_parts(read, top["menus"], lambda name, node: read_menu(read, name, node, slots, bool(overflow.centres))),
        hours=_parts(read, top["hours"], lambda name, node: read_hours(read, name, node)),
        slots=_parts(read, top["slots"], lambda name, node: _slot(read, name, node)),
        staff=staff,
        waiting=waiting,
        overflow=overflow,
        callbacks=read_callbacks(read, top.get("callbacks"), ours),
        staff_line=_staff_line(read, top["staff_line"], country, ours) if "staff_line" in top else None,
        organisation=read.texts(top["organisation"], LANGUAGES) if "organisation" in top else {},
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


def _slot(read: Reader, name: str, node: Node) -> Slot:
    parts = read.fields(node, (), ("when_none", "max_seconds", "approval", "renew_by"))
    slot = Slot(name)
    if "when_none" in parts:
        slot = replace(slot, when_none=WhenNone(read.one_of(parts["when_none"], tuple(WhenNone), "a way out")))
    if "max_seconds" in parts:
        slot = replace(slot, max_seconds=read.whole(parts["max_seconds"], 5, 600, "seconds"))
    if "approval" in parts:
        slot = replace(slot, approval=Approval(read.one_of(parts["approval"], tuple(Approval), "a kind of approval")))
    if "renew_by" in parts:
        slot = replace(slot, renew_by=read.told(parts["renew_by"], _clock, read.word(parts["renew_by"]), time()))
    return slot


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text if _CLOCK.fullmatch(text) else "")
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a time of day; write one such as 09:00") from None


def _staff_line(read: Reader, node: Node, country: str, ours: tuple[Number, ...]) -> str:
    line = read_e164(read, node, read.word(node), country)
    if any(line in (number.public, *number.landing) for number in ours):
        read.refuse(node, f"{line} is a number for callers; give the staff line a landing number of its own")
    return line


def _waiting(read: Reader, node: Node) -> Waiting:
    parts = read.fields(node, (), ("offer_every_s", "announce_every_s"))
    return Waiting(**{name: read.whole(part, 5, 600, "seconds") for name, part in parts.items()})
