"""Reads what a plan says of requests: topics, outcomes, and when they are due."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from routing.languages import LocalizedText
from routing.plan.bounds import REQUEST_DUE, REQUEST_ESCALATION, REQUEST_LEVEL
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from routing.request_rules import (
    MAX_OUTCOMES,
    MAX_TOPICS,
    EscalationAudience,
    RequestOutcome,
    RequestRules,
    Topic,
)
from translations.message import translatable

_ESCALATION = ("escalate_h", "escalate_tell")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)


def read_requests(reader: NodeReader, node: Node | None) -> RequestRules:
    """The rules of this node; those of a plan that says nothing without it."""
    if node is None or not node.value:
        return RequestRules()
    parts = reader.read_fields(node, (), ("topics", "outcomes", "due_h", *_ESCALATION))
    return RequestRules(
        topics=_read_topics(reader, parts.get("topics")),
        outcomes=_read_outcomes(reader, parts.get("outcomes")),
        due_h=reader.read_integer(parts["due_h"], *REQUEST_DUE) if "due_h" in parts else RequestRules().due_h,
        **_read_escalation(reader, parts)._asdict(),
    )


def _read_topics(reader: NodeReader, node: Node | None) -> tuple[Topic, ...]:
    topics: list[Topic] = []
    for item in _read_items(reader, node, MAX_TOPICS):
        parts = reader.read_fields(item, ("name", "title"), ("level", "due_h", *_ESCALATION))
        topics.append(
            Topic(
                name=_read_name(reader, parts["name"], [topic.name for topic in topics]),
                title=_read_title(reader, parts["title"]),
                level=reader.read_integer(parts["level"], *REQUEST_LEVEL) if "level" in parts else 1,
                due_h=reader.read_integer(parts["due_h"], *REQUEST_DUE) if "due_h" in parts else None,
                **_read_escalation(reader, parts)._asdict(),
            )
        )
    return tuple(topics)


class _EscalationFields(NamedTuple):
    escalate_h: int | None
    escalate_tell: EscalationAudience


def _read_escalation(reader: NodeReader, parts: Mapping[str, Node]) -> _EscalationFields:
    hours, told = parts.get("escalate_h"), parts.get("escalate_tell")
    audience = EscalationAudience.SUPERVISORS
    if told is not None:
        chosen = reader.read_choice(told, tuple(EscalationAudience), translatable("one of those who can be told"))
        audience = EscalationAudience(chosen)
        if hours is None:
            reader.add_problem(told, translatable("says who is told, but not when; write escalate_h too"))
    return _EscalationFields(reader.read_integer(hours, *REQUEST_ESCALATION) if hours else None, audience)


def _read_outcomes(reader: NodeReader, node: Node | None) -> tuple[RequestOutcome, ...]:
    outcomes: list[RequestOutcome] = []
    for item in _read_items(reader, node, MAX_OUTCOMES):
        parts = reader.read_fields(item, ("name", "title"))
        name = _read_name(reader, parts["name"], [outcome.name for outcome in outcomes])
        outcomes.append(RequestOutcome(name, _read_title(reader, parts["title"])))
    return tuple(outcomes)


def _read_items(reader: NodeReader, node: Node | None, most: int) -> tuple[Node, ...]:
    if node is None or node.value is None:
        return ()
    items = reader.read_items(node)
    if len(items) > most:
        reader.add_problem(
            node, translatable("has more than %(count)s entries; nobody finds one among more", count=most)
        )
    return items


def _read_name(reader: NodeReader, node: Node, taken: Collection[str]) -> str:
    name = reader.read_scalar(node)
    if name and not _NAME.fullmatch(name):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a name; use small letters, digits and _, a letter first", word=quote_word(name)
            ),
        )
    if name in taken:
        reader.add_problem(node, translatable("%(word)s is used twice", word=quote_word(name)))
    return name


def _read_title(reader: NodeReader, node: Node) -> LocalizedText:
    """One text for all languages, or one for each that is spoken."""
    if isinstance(node.value, Mapping):
        reader.read_by_language(node)
    elif not node.value:
        reader.read_scalar(node)
    return reader.read_title(node)
