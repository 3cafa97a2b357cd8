"""The difference between two texts of a plan, line by line."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from console.plan.current_plan import normalize_newlines


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference. `sign` is "+", "-", " ", or "@" between two hunks."""

    sign: str
    text: str


def diff_lines(before: str, after: str) -> tuple[DiffLine, ...]:
    """The lines that differ, with two lines of context."""
    return tuple(_diff(normalize_newlines(before).splitlines(), normalize_newlines(after).splitlines()))


def _diff(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    lines = difflib.unified_diff(before, after, n=2, lineterm="")
    for place, line in enumerate(lines):
        if place > 1:  # after the two header lines
            yield DiffLine(line[0], "" if line[0] == "@" else line[1:])
