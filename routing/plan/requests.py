"""Reads what a plan says of requests: topics, outcomes, and when they are due."""

from collections.abc import Mapping
from typing import NamedTuple

from routing.plan.bounds import REQUEST_DUE, REQUEST_ESCALATION, REQUEST_LEVEL
from routing.plan.named_entries import read_entries, read_entry_name, read_entry_title, read_named_entries
from routing.plan.tree import Node, NodeReader
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
    for item in read_entries(reader, node, MAX_TOPICS):
        parts = reader.read_fields(item, ("name", "title"), ("level", "due_h", *_ESCALATION))
        topics.append(
            Topic(
                name=read_entry_name(reader, parts["name"], [topic.name for topic in topics]),
                title=read_entry_title(reader, parts["title"]),
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
    return tuple(RequestOutcome(*entry) for entry in read_named_entries(reader, node, MAX_OUTCOMES))
