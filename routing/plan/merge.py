"""Merges the changes of two people to one text, when they concern different lines."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_Change = tuple[int, int, list[str]]  # a range of lines of the ancestor, and the lines that replace it


def merge_texts(ancestor: str, theirs: str, mine: str) -> str | None:
    """Both changes to `ancestor` in one text; None when they touch the same or adjacent lines."""
    lines = ancestor.splitlines(keepends=True)
    their_changes = list(_find_changes(lines, theirs))
    my_changes = [change for change in _find_changes(lines, mine) if change not in their_changes]
    if any(_are_adjacent(one, other) for one in my_changes for other in their_changes):
        return None
    for begin, end, new in sorted([*their_changes, *my_changes], key=lambda change: change[:2], reverse=True):
        lines[begin:end] = new
    return "".join(lines)


def _find_changes(ancestor: Sequence[str], text: str) -> Iterator[_Change]:
    lines = text.splitlines(keepends=True)
    for kind, begin, end, new_begin, new_end in SequenceMatcher(None, ancestor, lines, autojunk=False).get_opcodes():
        if kind != "equal":
            yield begin, end, lines[new_begin:new_end]


def _are_adjacent(one: _Change, other: _Change) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
