"""Replaces a value in the text of a plan, whose comments, order and layout stay as they are."""

import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.plan.commented_defaults import Path, uncomment
from routing.plan.errors import PlanEditError, PlanError
from routing.plan.parsing import parse_tree
from routing.plan.tree import Node
from routing.plan.value_text import PlainValue, format_in_flow, format_key, format_on_line, format_pair
from translations.message import translatable

_KEY = re.compile(r""""(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^\s"'][^\n]*?(?=\s*:(?:\s|$))""")
_BLOCK_DEPTH = 3  # hours.office.exceptions: each day has its own line, and what it holds is in braces
_STEP = "  "


def replace_value(text: str, path: Sequence[str], value: PlainValue) -> str:
    """The text with `value` at this path, such as ("hours", "office"); only what differs is written.

    A comment belongs to the line, or the entry, in which it is; one on a line of its own between entries stays. A new
    entry that stands in the text as a comment ("# callbacks:") is uncommented there, with the remark behind it. The
    result need not be a valid plan (parsing.parse_plan tells). Raises PlanError when `text` is not readable YAML,
    PlanEditError when the path does not exist or its value is written in a way that cannot be edited.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    whole = _replace_at(plain_value(parse_tree(text)), path, value)
    text, uncommented = uncomment(text, whole)
    whole = _in_text_order(whole, plain_value(parse_tree(text)), uncommented)
    new = _Writer(text).write(parse_tree(text), whole)
    if not _has_value(new, whole):
        raise PlanEditError(
            translatable(
                "%(path)s is written in a way that forms cannot change; edit the text itself.", path=".".join(path)
            )
        )
    return new


def rename_key(text: str, path: Sequence[str], new: str) -> str:
    """The text in which the last name of this path is another one; nothing else changes.

    Raises PlanError when `text` is not readable YAML, PlanEditError when the path does not exist.
    """
    root = parse_tree(text)
    node, above = root, plain_value(root)
    for name in path:
        if not isinstance(node.value, Mapping) or name not in node.value or not isinstance(above, Mapping):
            raise PlanEditError(translatable("The plan has no %(path)s any more; look at it again.", path=name))
        node, entries, above = node.value[name], above, above[name]
    renamed = {new if name == path[-1] else name: value for name, value in entries.items()}
    written = _KEY.match(text, node.source.name)
    changed = text[: node.source.name] + format_key(new) + text[written.end() if written else node.source.name :]
    whole = _replace_at(plain_value(root), path[:-1], renamed)
    if not _has_value(changed, whole):
        raise PlanEditError(
            translatable(
                "%(path)s is written in a way that forms cannot change; edit the text itself.", path=".".join(path)
            )
        )
    return changed


def plain_value(node: Node) -> PlainValue:
    """The value of a node without its lines."""
    if isinstance(node.value, Mapping):
        return {name: plain_value(entry) for name, entry in node.value.items()}
    if isinstance(node.value, tuple):
        return tuple(plain_value(item) for item in node.value)
    return node.value


def _has_value(text: str, value: PlainValue) -> bool:
    try:
        return _is_equal(plain_value(parse_tree(text)), value)
    except PlanError:
        return False


def _replace_at(whole: PlainValue, path: Sequence[str], value: PlainValue) -> PlainValue:
    if not path:
        return value
    if not isinstance(whole, Mapping) or (path[0] not in whole and len(path) > 1):
        raise PlanEditError(translatable("The plan has no %(path)s any more; look at it again.", path=path[0]))
    return {**whole, path[0]: _replace_at(whole.get(path[0]), path[1:], value)}


def _in_text_order(value: PlainValue, written: PlainValue, uncommented: Collection[Path]) -> PlainValue:
    """The value in which the uncommented entries come in the order of the text."""
    if not isinstance(value, Mapping) or not isinstance(written, Mapping):
        return value
    below: dict[str, set[Path]] = {}
    for path in uncommented:
        below.setdefault(path[0], set()).update([path[1:]] if path[1:] else [])
    names = [*value]
    if any(len(path) == 1 for path in uncommented):
        places = {name: place for place, name in enumerate(written)}
        names.sort(key=lambda name: places.get(name, len(places)))
    return {name: _in_text_order(value[name], written.get(name), below.get(name, ())) for name in names}


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the text: `name` is its name in a mapping, its index in a list."""

    name: Hashable
    node: Node
    begin: int


class _Writer:
    """Writes a new value into the text of a plan. "Block" and "flow" are YAML's words: in lines, or in braces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_end = "\r\n" if "\r\n" in text else "\n"

    def write(self, root: Node, value: PlainValue) -> str:
        if root.source.is_block and value:
            new, end = self._write_block(root, value, 0), self._line_after(root)
        else:
            new, end = self._write_node(root, value, 0), root.source.end
        return self._text[: root.source.begin] + new + self._text[end:]

    def _write_node(self, node: Node, value: PlainValue, depth: int) -> str:
        """The new text of a scalar or of a collection in flow style."""
        old_text = self._text[node.source.begin : node.source.end]
        if _is_equal(plain_value(node), value):
            return old_text
        if _is_collection(node.value) and node.value and _is_collection(value) and value:
            return self._write_flow(node, value, depth)
        return format_on_line(value, quoted=old_text.startswith(('"', "'")))

    def _write_block(self, node: Node, value: PlainValue, depth: int) -> str:
        """A block, from the beginning of its first entry to the end of its last line."""
        entries, values = self._match_entries(node, value)
        column = entries[0].begin - self._text.rfind("\n", 0, entries[0].begin) - 1
        old = {entry.name: entry for entry in entries}
        kept = iter([name for name in values if name in old])
        new_names = _group_new_names(values, old)
        new_text, position = "", entries[0].begin
        names = list(new_names[None])
        for entry in entries:
            comments = self._text[position : entry.begin]
            new_text += comments.rstrip(" ") if comments.strip(" ") else ""
            position = self._line_after(entry.node)
            if entry.name in values:
                name = next(kept)
                names += [name, *new_names[name]]
            for name in names:
                new_text += " " * column if new_text.endswith("\n") else ""
                if name in old:
                    new_text += self._write_entry(old[name], values[name], depth)
                else:
                    new_text += self._write_new_entry(name, values[name], column, depth)
            names = []
        return new_text

    def _write_entry(self, entry: _Entry, value: PlainValue, depth: int) -> str:
        """An entry that is kept, from its name to the end of its last line."""
        node = entry.node
        end = self._line_after(node)
        if _is_equal(plain_value(node), value):
            return self._text[entry.begin : end]
        before, after = self._text[entry.begin : node.source.begin], self._text[node.source.end : end]
        column = entry.begin - self._text.rfind("\n", 0, entry.begin) - 1
        if node.source.is_block:
            if _is_collection(value) and value:
                return before + self._write_block(node, value, depth + 1)
            if value is None:
                return before.rstrip(" ") + self._lines_between_entries(node)
            return self._write_new_entry(entry.name, value, column, depth)
        if node.value is None and isinstance(value, Mapping) and value and depth < _BLOCK_DEPTH:
            return before + after + self._write_new_block(value, column + len(_STEP), depth + 1)
        if node.value is None and _is_list_of_collections(value):
            return before + after + self._write_new_items(value, column)
        space = " " if before.endswith((":", "-")) and value is not None else ""
        return f"{before}{space}{self._write_node(node, value, depth + 1)}".rstrip(" ") + after

    def _lines_between_entries(self, node: Node) -> str:
        """The lines between a node's entries."""
        entries = tuple(self._entries(node))
        gaps = zip((self._line_after(entry.node) for entry in entries), (e.begin for e in entries[1:]), strict=False)
        return "".join(self._text[begin:end].rstrip(" ") for begin, end in gaps)

    def _write_new_entry(self, name: Hashable, value: PlainValue, column: int, depth: int) -> str:
        """A new entry, from its name to the end of its last line."""
        start = f"{format_key(name)}:" if isinstance(name, str) else "-"
        if isinstance(value, Mapping) and value and depth < _BLOCK_DEPTH and isinstance(name, str):
            return f"{start}{self._line_end}{self._write_new_block(value, column + len(_STEP), depth + 1)}"
        if isinstance(name, str) and _is_list_of_collections(value):
            return f"{start}{self._line_end}{self._write_new_items(value, column)}"
        return f"{start} {format_on_line(value)}".rstrip() + self._line_end

    def _write_new_block(self, value: Mapping[str, PlainValue], column: int, depth: int) -> str:
        return "".join(
            " " * column + self._write_new_entry(name, entry, column, depth) for name, entry in value.items()
        )

    def _write_new_items(self, value: PlainValue, column: int) -> str:
        """The items of a new list below a name in this column, one a line."""
        dash = " " * (column + len(_STEP)) + "- "
        return "".join(f"{dash}{format_in_flow(item)}{self._line_end}" for item in value or ())

    def _write_flow(self, node: Node, value: PlainValue, depth: int) -> str:
        """A collection in braces or brackets; its entries keep their layout while their order is unchanged."""
        entries, values = self._match_entries(node, value)
        old = {entry.name: entry for entry in entries}
        kept = [entry for entry in entries if entry.name in values]
        if not kept or [entry.name for entry in kept] != [name for name in values if name in old]:
            return format_on_line(value)
        new_names = _group_new_names(values, old)
        new_text = self._text[node.source.begin : entries[0].begin]
        new_text += "".join(f"{format_pair(name, values[name])}, " for name in new_names[None])
        for place, entry in enumerate(kept):
            if place:
                before = entries[entries.index(entry) - 1]
                new_text += self._text[before.node.source.end : entry.begin] if before is kept[place - 1] else ", "
            space = " " if entry.node.source.begin == entry.node.source.end else ""
            new_text += self._text[entry.begin : entry.node.source.begin] + space
            new_text += self._write_node(entry.node, values[entry.name], depth + 1)
            new_text += "".join(f", {format_pair(name, values[name])}" for name in new_names[entry.name])
        return new_text + self._text[entries[-1].node.source.end : node.source.end]

    def _match_entries(self, node: Node, value: PlainValue) -> tuple[tuple[_Entry, ...], dict[Hashable, PlainValue]]:
        """The entries of the text and those to write, by the same names."""
        entries = tuple(self._entries(node))
        if isinstance(value, Mapping) or isinstance(node.value, Mapping):
            return entries, _entries_by_name(value)
        old_names = _name_items([plain_value(entry.node) for entry in entries])
        new_names = _name_items([*value] if isinstance(value, (tuple, list)) else [])
        if old_names is None or new_names is None:
            return entries, _entries_by_name(value)
        for place, (old, new) in enumerate(zip(old_names, new_names, strict=False)):
            if old not in new_names and new not in old_names:
                new_names[place] = old  # the item at this place has another name now
        named = tuple(replace(entry, name=name) for entry, name in zip(entries, old_names, strict=True))
        return named, dict(zip(new_names, value or (), strict=True))

    def _entries(self, node: Node) -> Iterator[_Entry]:
        if isinstance(node.value, Mapping):
            for name, entry in node.value.items():
                yield _Entry(name, entry, entry.source.name)
        elif isinstance(node.value, tuple):
            for place, item in enumerate(node.value):
                dash = self._text.rfind("-", node.source.begin, item.source.begin) if node.source.is_block else -1
                yield _Entry(place, item, dash if dash >= 0 else item.source.begin)

    def _line_after(self, node: Node) -> int:
        return self._text.find("\n", node.source.end) + 1 or len(self._text)


def _is_equal(one: PlainValue, other: PlainValue) -> bool:
    """Whether two values are equal, with the order of entries, which is the spoken order of keys."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return [*one] == [*other] and all(_is_equal(one[name], other[name]) for name in one)
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return one == other


def _is_collection(value: object) -> bool:
    return isinstance(value, (Mapping, tuple, list))


def _is_list_of_collections(value: object) -> bool:
    return isinstance(value, (tuple, list)) and any(map(_is_collection, value))


def _entries_by_name(value: PlainValue) -> dict[Hashable, PlainValue]:
    return dict(value.items() if isinstance(value, Mapping) else enumerate(value or ()))


def _name_items(items: Sequence[PlainValue]) -> list[Hashable] | None:
    """The items of a list by the entry `name` that each of them has; None when they have none, or not one each."""
    names = [("name", item.get("name")) for item in items if isinstance(item, Mapping)]
    has_names = len({*names}) == len(items) and all(isinstance(name, str) for _, name in names)
    return [*names] if has_names else None


def _group_new_names(
    values: Mapping[Hashable, PlainValue], old: Mapping[Hashable, _Entry]
) -> dict[Hashable, list[Hashable]]:
    """The new names after each old name that is kept, and after None those that come first."""
    new_names: dict[Hashable, list[Hashable]] = {None: []}
    last: Hashable = None
    for name in values:
        if name in old:
            last, new_names[name] = name, []
        else:
            new_names[last].append(name)
    return new_names
