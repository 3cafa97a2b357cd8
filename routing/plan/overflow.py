"""Reads the overflow rules and centres of a plan."""

import re
from collections.abc import Collection, Sequence

from routing import numbers
from routing.plan.bounds import CENTRE_RING, OVERFLOW_RULES
from routing.plan.contracts import read_contract
from routing.plan.model import OverflowCentre, OverflowPlan, OverflowRule, OverflowTrigger, PublicNumber, StaffQueue
from routing.plan.numbers import read_e164
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}", re.ASCII)


def read_overflow(
    reader: NodeReader,
    node: Node,
    country: str,
    numbers_of_plan: Sequence[PublicNumber],
    staff: StaffQueue,
    hours: Collection[str],
) -> OverflowPlan:
    """The overflow of this node; a centre's caller ID is one of `numbers_of_plan`, its hours are some of `hours`."""
    parts = reader.read_fields(node, ("centres",), ("rules",))
    written = "rules" in parts and parts["rules"].value is not None
    rules = tuple(_read_rule(reader, item, staff) for item in reader.read_items(parts["rules"])) if written else ()
    shown = presentable_numbers(numbers_of_plan)
    centres: list[OverflowCentre] = []
    for item in reader.read_items(parts["centres"]):
        centre = _read_centre(reader, item, country, shown, hours)
        if centre.name in {other.name for other in centres}:
            reader.add_problem(
                item, translatable("%(word)s is already the name of a centre", word=quote_word(centre.name))
            )
        centres.append(centre)
    return OverflowPlan(rules, tuple(centres))


def _read_rule(reader: NodeReader, node: Node, staff: StaffQueue) -> OverflowRule:
    parts = reader.read_fields(node, ("when",), ("value",))
    when = OverflowTrigger(
        reader.read_choice(parts["when"], tuple(OverflowTrigger), translatable("a reason for overflow"))
    )
    if when not in OVERFLOW_RULES:
        if "value" in parts:
            reader.add_problem(parts["value"], translatable("%(trigger)s says it all; leave value out", trigger=when))
        return OverflowRule(when)
    limits = OVERFLOW_RULES[when]
    if "value" not in parts:
        reader.add_problem(
            node, translatable("%(trigger)s needs a value: how many %(unit)s", trigger=when, unit=limits.unit)
        )
        return OverflowRule(when, limits.low)
    value = reader.read_integer(parts["value"], *limits)
    if when is OverflowTrigger.LONGEST_WAIT and value >= staff.max_wait_s > 0:
        reader.add_problem(
            parts["value"],
            translatable("nobody waits longer than %(count)s seconds, the longest wait", count=staff.max_wait_s),
        )
    return OverflowRule(when, value)


def _read_centre(
    reader: NodeReader, node: Node, country: str, shown: Sequence[str], hours: Collection[str]
) -> OverflowCentre:
    parts = reader.read_fields(node, ("name",), ("title", "number", "sip", "ring_s", "caller_id", "contract"))
    if node.value and "number" not in parts and "sip" not in parts:
        reader.add_problem(node, translatable("needs a number, or sip with the name of a trunk"))
    number = parts.get("number")
    return OverflowCentre(
        name=_read_name(reader, parts["name"]),
        number=read_e164(reader, number, reader.read_scalar(number), country) if number else None,
        trunk=_read_name(reader, parts["sip"]) if "sip" in parts else None,
        caller_id=_read_caller_id(reader, node, parts.get("caller_id"), shown),
        ring_s=reader.read_integer(parts["ring_s"], *CENTRE_RING) if "ring_s" in parts else 20,
        title=reader.read_title(parts.get("title")),
        contract=read_contract(reader, parts.get("contract"), hours),
    )


def _read_name(reader: NodeReader, node: Node) -> str:
    name = reader.read_scalar(node)
    if name and not is_centre_name(name):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a name; use small letters, digits, - and _, a letter first", word=quote_word(name)
            ),
        )
    return name


def _read_caller_id(reader: NodeReader, centre: Node, node: Node | None, shown: Sequence[str]) -> str:
    if node is not None:
        return reader.read_choice(node, shown, translatable("a number of this plan that may be shown"))
    if not shown:
        reader.add_problem(
            centre, translatable("no number of this plan may be shown to it: they are surcharged or mobile")
        )
    return next(iter(shown), "")


def presentable_numbers(numbers_of_plan: Sequence[PublicNumber]) -> tuple[str, ...]:
    """The plan's numbers that may be a caller ID: never a surcharged or a mobile one."""
    owned = [
        e164
        for number in numbers_of_plan
        for e164 in (*([] if number.surcharged else [number.e164]), *number.landing_numbers)
    ]
    return tuple(dict.fromkeys(e164 for e164 in owned if numbers.is_presentable(e164)))


def is_centre_name(text: str) -> bool:
    """Whether a centre can have this name in a plan."""
    return _NAME.fullmatch(text) is not None
