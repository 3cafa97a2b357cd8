"""Reads for how long a plan keeps what is known of people."""

from routing.plan.tree import Node, NodeReader
from routing.plan.units import DAYS
from routing.retention import PURPOSES, RetentionRules

MAX_DAYS = 3650


def read_retention(reader: NodeReader, node: Node) -> RetentionRules:
    """The rules of this node; a purpose that is not written keeps its default."""
    parts = reader.read_fields(node, (), PURPOSES)
    return RetentionRules(**{name: reader.read_integer(part, 1, MAX_DAYS, DAYS) for name, part in parts.items()})
