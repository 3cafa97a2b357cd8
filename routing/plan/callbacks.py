"""Reads the rules of callbacks in a plan, and the websites that offer them."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from routing.callbacks.limits import CallbackLimits
from routing.callbacks.number_ranges import NUMBER_RANGES
from routing.callbacks.rules import CallbackRules, CallbackSite, DialFirst
from routing.plan.bounds import CALLBACK_COUNTS, LIMITS, RETRY
from routing.plan.model import PublicNumber
from routing.plan.overflow import presentable_numbers
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

DEFAULT_SITE = "www"
TIME_SLOT_LENGTHS_MIN = ("10", "15", "20", "30", "60")  # they divide the hour, by which clocks change
MAX_TOPICS = 20

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}", re.ASCII)
_HOST = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?"
_ORIGIN = re.compile(rf"https://{_HOST}|http://(localhost|127\.0\.0\.1)(:[0-9]{{1,5}})?", re.ASCII)


def read_callbacks(reader: NodeReader, node: Node | None, numbers_of_plan: Sequence[PublicNumber]) -> CallbackRules:
    """The rules of this node; without a node, those by default.

    Without a site there is one, "www", for the first of `numbers_of_plan` that may be a caller ID.
    """
    optional = (*CALLBACK_COUNTS, "first", "retry_after_min", "slot_min", "ranges", "limits", "sites")
    written = reader.read_fields(node, (), optional) if node else {}
    values: dict[str, Any] = {
        name: reader.read_integer(written[name], *CALLBACK_COUNTS[name]) for name in CALLBACK_COUNTS if name in written
    }
    others: dict[str, Callable[[Node], object]] = {
        "first": lambda part: DialFirst(
            reader.read_choice(part, tuple(DialFirst), translatable("one who can be rung first"))
        ),
        "retry_after_min": lambda part: tuple(reader.read_integer(item, *RETRY) for item in reader.read_items(part)),
        "slot_min": lambda part: int(
            reader.read_choice(part, TIME_SLOT_LENGTHS_MIN, translatable("a length of slots in minutes"))
        ),
        "ranges": lambda part: tuple(
            reader.read_choice(item, tuple(NUMBER_RANGES), translatable("a range")) for item in reader.read_items(part)
        ),
        "limits": lambda part: _read_limits(reader, part),
        "sites": lambda part: _read_sites(reader, part, presentable_public_numbers(numbers_of_plan)),
    }
    values |= {name: make(written[name]) for name, make in others.items() if name in written}
    return CallbackRules(**{"sites": _default_site(numbers_of_plan), **values})


def _read_limits(reader: NodeReader, node: Node) -> CallbackLimits:
    parts = reader.read_fields(node, (), tuple(LIMITS))
    counts = {name: reader.read_integer(part, *LIMITS[name]) for name, part in parts.items()}
    return CallbackLimits(**counts)


def presentable_public_numbers(numbers_of_plan: Sequence[PublicNumber]) -> tuple[str, ...]:
    shown = presentable_numbers(numbers_of_plan)
    return tuple(number.e164 for number in numbers_of_plan if number.e164 in shown)


def _default_site(numbers_of_plan: Sequence[PublicNumber]) -> tuple[CallbackSite, ...]:
    numbers = (*presentable_public_numbers(numbers_of_plan), *(number.e164 for number in numbers_of_plan))
    return tuple(CallbackSite(DEFAULT_SITE, number) for number in numbers[:1])


def _read_sites(reader: NodeReader, node: Node, numbers: Sequence[str]) -> tuple[CallbackSite, ...]:
    sites: list[CallbackSite] = []
    for item in reader.read_items(node):
        site = _read_site(reader, item, numbers)
        if site.name in {other.name for other in sites}:
            reader.add_problem(item, translatable("%(word)s is already the name of a site", word=quote_word(site.name)))
        sites.append(site)
    return tuple(sites)


def _read_site(reader: NodeReader, node: Node, numbers: Sequence[str]) -> CallbackSite:
    parts = reader.read_fields(node, ("name", "number"), ("title", "origins", "topics"))
    name = reader.read_scalar(parts["name"])
    if name and not _NAME.fullmatch(name):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a name; use small letters, digits, - and _, a letter first", word=quote_word(name)
            ),
        )
    return CallbackSite(
        name=name,
        number=reader.read_choice(parts["number"], numbers, translatable("a number of this plan that may be shown")),
        origins=tuple(_read_origin(reader, item) for item in reader.read_items(parts["origins"]))
        if "origins" in parts
        else (),
        topics=_read_topics(reader, parts["topics"]) if "topics" in parts else None,
        title=reader.read_title(parts.get("title")),
    )


def _read_origin(reader: NodeReader, node: Node) -> str:
    origin = reader.read_scalar(node)
    if origin and not _ORIGIN.fullmatch(origin):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a website's origin; write it as https://www.example.org", word=quote_word(origin)
            ),
        )
    return origin


def _read_topics(reader: NodeReader, node: Node) -> Mapping[str, tuple[str, ...]]:
    topics = {
        language: tuple(reader.read_text(item) for item in reader.read_items(part))
        for language, part in reader.read_by_language(node).items()
    }
    if len({len(texts) for texts in topics.values()}) > 1 or len(topics[reader.languages[0]]) > MAX_TOPICS:
        reader.add_problem(
            node, translatable("needs the same topics in each language, %(count)s at most", count=MAX_TOPICS)
        )
    return MappingProxyType(topics)
