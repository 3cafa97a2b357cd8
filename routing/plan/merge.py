"""Two people changed the same text: both changes in one, where they touch different lines."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_Change = tuple[int, int, list[str]]  # lines from ... until ... of the origin, and what stands there instead


def merge_texts(ancestor: str, theirs: str, mine: str) -> str | None:
    """What `mine` changed in `origin`, changed in `theirs`; None where both changed the same lines, or neighbours."""
    lines = ancestor.splitlines(keepends=True)
    their_changes = list(_changes(lines, theirs))
    my_changes = [change for change in _changes(lines, mine) if change not in their_changes]
    if any(_touch(one, other) for one in my_changes for other in their_changes):
        return None
    for begin, end, new in sorted([*their_changes, *my_changes], key=lambda change: change[:2], reverse=True):
        lines[begin:end] = new
    return "".join(lines)


def _changes(origin: Sequence[str], text: str) -> Iterator[_Change]:
    lines = text.splitlines(keepends=True)
    for kind, begin, end, new_begin, new_end in SequenceMatcher(None, origin, lines, autojunk=False).get_opcodes():
        if kind != "equal":
            yield begin, end, lines[new_begin:new_end]


def _touch(one: _Change, other: _Change) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
