"""From the tree of a plan's text to its overflow: when calls leave the house, and where to."""

import re
from collections.abc import Sequence

from routing import numbers
from routing.plan import Centre, Number, OverflowPlan, Rule, Staff, When
from routing.plan_numbers import read_e164
from routing.plan_tree import Node, Reader, quoted

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}", re.ASCII)
# What the value of a rule counts, and its greatest sensible value; the others need none.
_LIMITS = {
    When.WAITING: ("calls", 0, 1000),
    When.LONGEST_WAIT: ("seconds", 0, 3600),
    When.ESTIMATED_WAIT: ("seconds", 0, 3600),
    When.SHARE: ("per cent", 1, 100),
}


def read_overflow(read: Reader, node: Node, country: str, ours: Sequence[Number], staff: Staff) -> OverflowPlan:
    """The overflow written at `node`, for an organisation with `ours` as numbers. Its problems go to `read`."""
    parts = read.fields(node, ("centres",), ("rules",))
    written = "rules" in parts and parts["rules"].value is not None
    rules = tuple(_rule(read, item, staff) for item in read.words(parts["rules"])) if written else ()
    shown = presentable(ours)
    centres: list[Centre] = []
    for item in read.words(parts["centres"]):
        centre = _centre(read, item, country, shown)
        if centre.name in {other.name for other in centres}:
            read.refuse(item, f"{quoted(centre.name)} is already the name of a centre")
        centres.append(centre)
    return OverflowPlan(rules, tuple(centres))


def _rule(read: Reader, node: Node, staff: Staff) -> Rule:
    parts = read.fields(node, ("when",), ("value",))
    when = When(read.one_of(parts["when"], tuple(When), "a reason for overflow"))
    if when not in _LIMITS:
        if "value" in parts:
            read.refuse(parts["value"], f"{when} says it all; leave value out")
        return Rule(when)
    unit, low, high = _LIMITS[when]
    if "value" not in parts:
        read.refuse(node, f"{when} needs a value: how many {unit}")
        return Rule(when, low)
    value = read.whole(parts["value"], low, high, unit)
    if when is When.LONGEST_WAIT and value >= staff.max_wait_s > 0:
        read.refuse(parts["value"], f"nobody waits longer than {staff.max_wait_s} seconds (staff.max_wait_s)")
    return Rule(when, value)


def _centre(read: Reader, node: Node, country: str, shown: Sequence[str]) -> Centre:
    parts = read.fields(node, ("name",), ("number", "sip", "ring_s", "caller_id"))
    if node.value and "number" not in parts and "sip" not in parts:
        read.refuse(node, "needs a number, or sip with the name of a trunk")
    number = parts.get("number")
    return Centre(
        name=_name(read, parts["name"]),
        number=read_e164(read, number, read.word(number), country) if number else None,
        trunk=_name(read, parts["sip"]) if "sip" in parts else None,
        caller_id=_caller_id(read, node, parts.get("caller_id"), shown),
        ring_s=read.whole(parts["ring_s"], 5, 120, "seconds") if "ring_s" in parts else 20,
    )


def _name(read: Reader, node: Node) -> str:
    name = read.word(node)
    if name and not _NAME.fullmatch(name):
        read.refuse(node, f"{quoted(name)} is not a name; use small letters, digits, - and _, a letter first")
    return name


def _caller_id(read: Reader, centre: Node, node: Node | None, shown: Sequence[str]) -> str:
    if node is not None:
        return read.one_of(node, shown, "a number of this plan that may be shown")
    if not shown:
        read.refuse(centre, "no number of this plan may be shown to it: they are surcharged or mobile")
    return next(iter(shown), "")


def presentable(ours: Sequence[Number]) -> tuple[str, ...]:
    """Our numbers that may be shown as a caller ID: never a surcharged or a mobile one."""
    owned = [line for number in ours for line in (*([] if number.surcharged else [number.public]), *number.landing)]
    return tuple(dict.fromkeys(line for line in owned if numbers.may_be_shown(line)))
