"""From the tree of a plan's text to its callbacks: how visitors are called back, and from which websites."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from routing.callback_limits import CallbackLimits
from routing.callback_ranges import RANGES
from routing.callback_rules import CallbackRules, First, Site
from routing.plan import LANGUAGES, Number
from routing.plan_overflow import presentable
from routing.plan_tree import Node, Reader, quoted

DEFAULT_SITE = "www"
SLOT_LENGTHS = ("10", "15", "20", "30", "60")  # so that slots end with the hour, as clocks change by it
MOST_TOPICS = 20

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}", re.ASCII)
_HOST = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?"
_ORIGIN = re.compile(rf"https://{_HOST}|http://(localhost|127\.0\.0\.1)(:[0-9]{{1,5}})?", re.ASCII)
_COUNTS = {
    "attempts": (1, 5, "attempts"),
    "ring_s": (10, 120, "seconds"),
    "line_s": (10, 3600, "seconds"),
    "at_once": (1, 100, "attempts"),
    "per_slot": (1, 1000, "callbacks"),
    "lead_min": (0, 10080, "minutes"),
    "days_ahead": (0, 60, "days"),
    "expires_h": (1, 720, "hours"),
}


def read_callbacks(read: Reader, node: Node | None, ours: Sequence[Number]) -> CallbackRules:
    """The callbacks written at `node` (None: nowhere), for an organisation with `ours` as numbers.

    Without a site there is one, "www", for our first number that may be shown. Its problems go to `read`.
    """
    optional = (*_COUNTS, "first", "retry_after_min", "slot_min", "ranges", "limits", "sites")
    written = read.fields(node, (), optional) if node else {}
    values: dict[str, Any] = {name: read.whole(written[name], *_COUNTS[name]) for name in _COUNTS if name in written}
    others: dict[str, Callable[[Node], object]] = {
        "first": lambda part: First(read.one_of(part, tuple(First), "one who can be rung first")),
        "retry_after_min": lambda part: tuple(read.whole(item, 1, 1440, "minutes") for item in read.words(part)),
        "slot_min": lambda part: int(read.one_of(part, SLOT_LENGTHS, "a length of slots in minutes")),
        "ranges": lambda part: tuple(read.one_of(item, tuple(RANGES), "a range") for item in read.words(part)),
        "limits": lambda part: _limits(read, part),
        "sites": lambda part: _sites(read, part, _numbers(ours)),
    }
    values |= {name: make(written[name]) for name, make in others.items() if name in written}
    return CallbackRules(**{"sites": _default_site(ours), **values})


def _limits(read: Reader, node: Node) -> CallbackLimits:
    parts = read.fields(node, (), tuple(field.name for field in fields(CallbackLimits)))
    units = {"minutes_day": "minutes", "euros_day": "euros", "cents_min": "cents"}
    counts = {name: read.whole(part, 1, 1_000_000, units.get(name, "callbacks")) for name, part in parts.items()}
    return CallbackLimits(**counts)


def _numbers(ours: Sequence[Number]) -> tuple[str, ...]:
    shown = presentable(ours)
    return tuple(number.public for number in ours if number.public in shown)


def _default_site(ours: Sequence[Number]) -> tuple[Site, ...]:
    numbers = (*_numbers(ours), *(number.public for number in ours))
    return tuple(Site(DEFAULT_SITE, number) for number in numbers[:1])


def _sites(read: Reader, node: Node, numbers: Sequence[str]) -> tuple[Site, ...]:
    sites: list[Site] = []
    for item in read.words(node):
        site = _site(read, item, numbers)
        if site.name in {other.name for other in sites}:
            read.refuse(item, f"{quoted(site.name)} is already the name of a site")
        sites.append(site)
    return tuple(sites)


def _site(read: Reader, node: Node, numbers: Sequence[str]) -> Site:
    parts = read.fields(node, ("name", "number"), ("origins", "topics"))
    name = read.word(parts["name"])
    if name and not _NAME.fullmatch(name):
        read.refuse(node, f"{quoted(name)} is not a name; use small letters, digits, - and _, a letter first")
    return Site(
        name=name,
        number=read.one_of(parts["number"], numbers, "a number of this plan that may be shown"),
        origins=tuple(_origin(read, item) for item in read.words(parts["origins"])) if "origins" in parts else (),
        topics=_topics(read, parts["topics"]) if "topics" in parts else None,
    )


def _origin(read: Reader, node: Node) -> str:
    origin = read.word(node)
    if origin and not _ORIGIN.fullmatch(origin):
        read.refuse(node, f"{quoted(origin)} is not a website's origin; write it as https://www.example.org")
    return origin


def _topics(read: Reader, node: Node) -> Mapping[str, tuple[str, ...]]:
    parts = read.fields(node, LANGUAGES)
    topics = {language: tuple(read.text(item) for item in read.words(parts[language])) for language in LANGUAGES}
    if len({len(texts) for texts in topics.values()}) > 1 or len(topics[LANGUAGES[0]]) > MOST_TOPICS:
        read.refuse(node, f"needs the same topics in each language, {MOST_TOPICS} at most")
    return MappingProxyType(topics)
