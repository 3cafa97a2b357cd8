"""Reads the staff queue of a plan."""

import re
from itertools import pairwise

from routing.errors import InvalidTextError
from routing.pause_reasons import MAX_PAUSE_REASONS, PauseReason
from routing.plan.bounds import STAFF
from routing.plan.model import OTHER_LANGUAGES_LEVEL, RANKS, EscalationStep, StaffQueue
from routing.plan.named_entries import read_named_entries
from routing.plan.tree import Node, NodeReader
from routing.quoting import list_with_or, quote_word
from translations.message import translatable

# What app_queue of Asterisk 22 calls its strategies (queues.conf).
STRATEGIES = ("rrmemory", "rrordered", "ringall", "leastrecent", "fewestcalls", "linear", "random", "wrandom")
OUTCOMES_OF_CALLS = ("optional", "required")
"""Whether an agent says after each call what became of it."""

_OPTIONAL = ("more_wrapup_s", "answer_within_s", "outcome", "browser_away_s")
_STEP = re.compile(r"([0-9]|other languages) after ([0-9]{1,4})", re.ASCII)
_LEVELS = {str(rank): rank for rank in RANKS[1:]} | {"other languages": OTHER_LANGUAGES_LEVEL}


def read_staff(reader: NodeReader, node: Node) -> StaffQueue:
    """The staff queue of this node."""
    needed = ("strategy", "ring_s", "max_wait_s", "wrapup_s")
    parts = reader.read_fields(node, needed, ("relax", "misses", "pauses", *_OPTIONAL))
    counts = {name: reader.read_integer(parts[name], *STAFF[name]) for name in STAFF if name in parts}
    max_wait_s = counts["max_wait_s"]
    written = "relax" in parts and parts["relax"].value is not None
    return StaffQueue(
        strategy=reader.read_choice(parts["strategy"], STRATEGIES, translatable("a queue strategy")),
        ring_s=counts["ring_s"],
        max_wait_s=max_wait_s,
        wrapup_s=counts["wrapup_s"],
        escalation=_read_escalation(reader, parts["relax"], max_wait_s) if written else (),
        max_missed_calls=counts.get("misses", 0),
        pause_reasons=_read_pause_reasons(reader, parts.get("pauses")),
        more_wrapup_s=counts.get("more_wrapup_s", 0),
        answer_within_s=counts.get("answer_within_s", 20),
        browser_away_s=counts.get("browser_away_s", 60),
        outcome_required="outcome" in parts and _is_outcome_required(reader, parts["outcome"]),
    )


def _read_escalation(reader: NodeReader, node: Node, max_wait_s: int) -> tuple[EscalationStep, ...]:
    steps = []
    for item in reader.read_items(node):
        step = reader.convert(item, _parse_step, reader.read_scalar(item), None)
        if step and step.after_s >= max_wait_s:
            reader.add_problem(
                item, translatable("nobody waits longer than %(count)s seconds, the longest wait", count=max_wait_s)
            )
        if step:
            steps.append(step)
    for earlier, later in pairwise(steps):
        if later.level <= earlier.level or later.after_s < earlier.after_s:
            reader.add_problem(
                node,
                translatable("is out of order; a higher rank comes later, other languages last, each of them once"),
            )
    return tuple(steps)


def _read_pause_reasons(reader: NodeReader, node: Node | None) -> tuple[PauseReason, ...]:
    return tuple(PauseReason(*entry) for entry in read_named_entries(reader, node, MAX_PAUSE_REASONS))


def _is_outcome_required(reader: NodeReader, node: Node) -> bool:
    return reader.read_choice(node, OUTCOMES_OF_CALLS, translatable("a rule for outcomes of calls")) == "required"


def _parse_step(text: str) -> EscalationStep:
    """The step of "2 after 30" or "other languages after 60". Raises InvalidTextError."""
    match = _STEP.fullmatch(text)
    if not match or match[1] not in _LEVELS:
        raise InvalidTextError(
            translatable(
                '%(word)s cannot be read; write %(levels)s, and seconds, such as "2 after 30"',
                word=quote_word(text),
                levels=list_with_or(_LEVELS),
            )
        )
    return EscalationStep(_LEVELS[match[1]], int(match[2]))
