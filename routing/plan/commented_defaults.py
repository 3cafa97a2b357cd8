"""Entries that stand in the text of a plan as comments, such as "# callbacks:", are uncommented where they are."""

import re
from collections.abc import Iterator, Mapping

from routing.plan.errors import PlanError
from routing.plan.parsing import parse_tree
from routing.plan.tree import Node

Path = tuple[str, ...]
_STEP = 2  # columns between an entry and those below it
_COMMENTED = re.compile(r"^(?P<before> *)# (?P<after> *)(?P<name>[\w-]+):(?=\s|$)", re.ASCII | re.MULTILINE)


def uncomment(text: str, wanted: object) -> tuple[str, frozenset[Path]]:
    """The text in which entries of `wanted` that stand in it as comments are entries, and the paths of those.

    So an entry has its usual place and its remark, and a reader who uncomments its neighbours later writes none twice.
    The values are still those of the comments. `wanted` is a plan as a plain value.
    """
    uncommented = set()
    for path in _list_paths(wanted):
        if (found := _uncomment_entry(text, path)) is not None:
            text = found
            uncommented.add(path)
    return text, frozenset(uncommented)


def _list_paths(value: object, above: Path = ()) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield (*above, name)
            yield from _list_paths(entry, (*above, name))


def _uncomment_entry(text: str, path: Path) -> str | None:
    """The text with this entry uncommented; None when it is no comment of its own line in the right place."""
    if f"{path[-1]}:" not in text:
        return None
    root = parse_tree(text)
    above = _find(root, path[:-1])
    if above is None or _find(root, path) is not None or (above.value is not None and not above.source.is_block):
        return None
    column = _child_column(text, above, is_root=len(path) == 1)
    begin, end = (0, len(text)) if len(path) == 1 else _region(text, above)
    for found in _COMMENTED.finditer(text, begin, end):
        at = len(found["before"]) + len(found["after"])
        if at < column:  # what follows is below another entry, a commented one
            return None
        if at == column and found["name"] == path[-1]:
            changed = text[: found.start()] + " " * column + text[found.start("name") :]
            if _adds_entry(root, changed, path):
                return changed
    return None


def _adds_entry(root: Node, changed: str, path: Path) -> bool:
    """Whether the changed text has this entry more, and is otherwise the same."""
    try:
        new = parse_tree(changed)
    except PlanError:
        return False
    return _find(new, path) is not None and _values(new, skipped=path) == _values(root, skipped=path)


def _find(node: Node | None, path: Path) -> Node | None:
    for name in path:
        node = node.value.get(name) if node is not None and isinstance(node.value, Mapping) else None
    return node


def _values(node: Node, skipped: Path) -> object:
    """The value of a tree without the entry at this path; entries that hold nothing are None."""
    if isinstance(node.value, Mapping):
        entries = {
            name: _values(entry, skipped[1:] if skipped[:1] == (name,) else ())
            for name, entry in node.value.items()
            if skipped != (name,)
        }
        return entries or None
    return tuple(_values(item, ()) for item in node.value) if isinstance(node.value, tuple) else node.value


def _child_column(text: str, above: Node, *, is_root: bool) -> int:
    if is_root:
        return 0
    if isinstance(above.value, Mapping) and above.value:
        first = next(iter(above.value.values())).source.name
        return _column(text, first)
    return _column(text, above.source.name) + _STEP


def _region(text: str, above: Node) -> tuple[int, int]:
    """From the line below an entry to the next line that is not below it; comments count as below it."""
    begin = text.find("\n", above.source.name) + 1 or len(text)
    column = _column(text, above.source.name)
    end = begin
    for line in text[begin:].splitlines(keepends=True):
        written = line.lstrip(" ")
        if written.strip() and not written.startswith("#") and len(line) - len(written) <= column:
            break
        end += len(line)
    return begin, end


def _column(text: str, offset: int) -> int:
    return offset - text.rfind("\n", 0, offset) - 1
