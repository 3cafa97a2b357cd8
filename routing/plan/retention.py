"""Reads for how long a plan keeps what is known of people."""

from routing.plan.bounds import RETENTION
from routing.plan.tree import Node, NodeReader
from routing.retention import PURPOSES, RetentionRules


def read_retention(reader: NodeReader, node: Node) -> RetentionRules:
    """The rules of this node; a purpose that is not written keeps its default."""
    parts = reader.read_fields(node, (), PURPOSES)
    return RetentionRules(**{name: reader.read_integer(part, *RETENTION[name]) for name, part in parts.items()})
