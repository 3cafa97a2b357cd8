"""Entries of a plan by their path, such as "staff.ring_s"."""

from collections.abc import Mapping

from console.plan.forms import Entries
from routing.plan.value_text import PlainValue


def get_entry(entries: PlainValue, path: str) -> PlainValue:
    """The value at this path; None where there is none."""
    for name in path.split("."):
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    return entries


def set_entry(entries: Entries, path: str, value: PlainValue) -> Entries:
    """The entries with another value at this path."""
    name, _, below = path.partition(".")
    if not below:
        return {**entries, name: value}
    inner = entries.get(name)
    return {**entries, name: set_entry(inner if isinstance(inner, Mapping) else {}, below, value)}


def remove_entry(entries: Entries, path: str) -> Entries:
    """The entries without the one at this path; what holds nothing else stays, without a value."""
    name, _, below = path.partition(".")
    if name not in entries:
        return entries
    if not below:
        return {other: value for other, value in entries.items() if other != name}
    inner = entries[name]
    return {**entries, name: remove_entry(inner, below) or None} if isinstance(inner, Mapping) else entries
