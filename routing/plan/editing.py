"""Replaces a value in the text of a plan, whose comments, order and layout stay as they are."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.plan.errors import PlanEditError, PlanError
from routing.plan.parsing import parse_tree
from routing.plan.tree import Node
from translations.message import translatable

PlainValue = str | None | Mapping[str, "PlainValue"] | Sequence["PlainValue"]
"""A value as it is written in a plan: a scalar, nothing, entries by name, or a list."""

_PLAIN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_ -]|:(?=\d))*(?<! )", re.ASCII)
_HOURS = re.compile(r"\d\d:[0-9:, -]*\d", re.ASCII)
_BLOCK_DEPTH = 3  # hours.office.exceptions: each day has its own line, and what it holds is in braces
_STEP = "  "


def replace_value(text: str, path: Sequence[str], value: PlainValue) -> str:
    """The text with `value` at this path, such as ("hours", "office"); only what differs is written.

    A comment belongs to the line, or the entry, in which it is; one on a line of its own between entries stays. The
    result need not be a valid plan (parsing.parse_plan tells). Raises PlanError when `text` is not readable YAML,
    PlanEditError when the path does not exist or its value is written in a way that cannot be edited.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    wanted = _with(plain_value(parse_tree(text)), path, value)
    new = _Writer(text).write(parse_tree(text), wanted)
    if not _has_value(new, wanted):
        raise PlanEditError(
            translatable(
                "%(path)s is written in a way that forms cannot change; edit the text itself.", path=".".join(path)
            )
        )
    return new


def plain_value(node: Node) -> PlainValue:
    """The value of a node without its lines."""
    if isinstance(node.value, Mapping):
        return {name: plain_value(entry) for name, entry in node.value.items()}
    if isinstance(node.value, tuple):
        return tuple(plain_value(item) for item in node.value)
    return node.value


def _has_value(text: str, wanted: PlainValue) -> bool:
    try:
        return _same(plain_value(parse_tree(text)), wanted)
    except PlanError:
        return False


def _with(whole: PlainValue, path: Sequence[str], value: PlainValue) -> PlainValue:
    if not path:
        return value
    if not isinstance(whole, Mapping) or (path[0] not in whole and len(path) > 1):
        raise PlanEditError(translatable("The plan has no %(path)s any more; look at it again.", path=path[0]))
    return {**whole, path[0]: _with(whole.get(path[0]), path[1:], value)}


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the text: `name` is its name in a mapping, its index in a list."""

    name: Hashable
    node: Node
    begin: int


class _Writer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._line_end = "\r\n" if "\r\n" in text else "\n"

    def write(self, root: Node, wanted: PlainValue) -> str:
        if root.source.is_block and wanted:
            new, end = self._lines(root, wanted, 0), self._line_after(root)
        else:
            new, end = self._in_place(root, wanted, 0), root.source.end
        return self._text[: root.source.begin] + new + self._text[end:]

    def _in_place(self, node: Node, wanted: PlainValue, depth: int) -> str:
        """The new text of a node that has no lines of its own."""
        was = self._text[node.source.begin : node.source.end]
        if _same(plain_value(node), wanted):
            return was
        if _is_collection(node.value) and node.value and _is_collection(wanted) and wanted:
            return self._braces(node, wanted, depth)
        return _inline(wanted, quoted=was.startswith(('"', "'")))

    def _lines(self, node: Node, wanted: PlainValue, depth: int) -> str:
        """A block, from the beginning of its first entry to the end of its last line."""
        entries = tuple(self._entries(node))
        column = entries[0].begin - self._text.rfind("\n", 0, entries[0].begin) - 1
        values = _by_name(wanted)
        old = {entry.name: entry for entry in entries}
        kept = iter([name for name in values if name in old])
        following = _followers(values, old)
        written, reached = "", entries[0].begin
        new = list(following[None])
        for entry in entries:
            comments = self._text[reached : entry.begin]
            written += comments.rstrip(" ") if comments.strip(" ") else ""
            reached = self._line_after(entry.node)
            if entry.name in values:
                name = next(kept)
                new += [name, *following[name]]
            for name in new:
                written += " " * column if written.endswith("\n") else ""
                if name in old:
                    written += self._entry(old[name], values[name], depth)
                else:
                    written += self._new_entry(name, values[name], column, depth)
            new = []
        return written

    def _entry(self, entry: _Entry, wanted: PlainValue, depth: int) -> str:
        """An entry that is kept, from its name to the end of its last line."""
        node = entry.node
        end = self._line_after(node)
        if _same(plain_value(node), wanted):
            return self._text[entry.begin : end]
        before, after = self._text[entry.begin : node.source.begin], self._text[node.source.end : end]
        column = entry.begin - self._text.rfind("\n", 0, entry.begin) - 1
        if node.source.is_block:
            if _is_collection(wanted) and wanted:
                return before + self._lines(node, wanted, depth + 1)
            if wanted is None:
                return before.rstrip(" ") + self._comments_of(node)
            return self._new_entry(entry.name, wanted, column, depth)
        if node.value is None and isinstance(wanted, Mapping) and depth < _BLOCK_DEPTH:
            return before + after + self._block(wanted, column + len(_STEP), depth + 1)
        space = " " if before.endswith((":", "-")) and wanted is not None else ""
        return f"{before}{space}{self._in_place(node, wanted, depth + 1)}".rstrip(" ") + after

    def _comments_of(self, node: Node) -> str:
        """The lines between a node's entries."""
        entries = tuple(self._entries(node))
        gaps = zip((self._line_after(entry.node) for entry in entries), (e.begin for e in entries[1:]), strict=False)
        return "".join(self._text[begin:end].rstrip(" ") for begin, end in gaps)

    def _new_entry(self, name: Hashable, wanted: PlainValue, column: int, depth: int) -> str:
        """A new entry, from its name to the end of its last line."""
        start = f"{_name(name)}:" if isinstance(name, str) else "-"
        if isinstance(wanted, Mapping) and wanted and depth < _BLOCK_DEPTH and isinstance(name, str):
            return f"{start}{self._line_end}{self._block(wanted, column + len(_STEP), depth + 1)}"
        return f"{start} {_inline(wanted)}".rstrip() + self._line_end

    def _block(self, wanted: Mapping[str, PlainValue], column: int, depth: int) -> str:
        return "".join(" " * column + self._new_entry(name, value, column, depth) for name, value in wanted.items())

    def _braces(self, node: Node, wanted: PlainValue, depth: int) -> str:
        """A collection in braces or brackets; its entries keep their layout while their order is unchanged."""
        entries, values = tuple(self._entries(node)), _by_name(wanted)
        old = {entry.name: entry for entry in entries}
        kept = [entry for entry in entries if entry.name in values]
        if not kept or [entry.name for entry in kept] != [name for name in values if name in old]:
            return _inline(wanted)
        following = _followers(values, old)
        written = self._text[node.source.begin : entries[0].begin]
        written += "".join(f"{_pair(name, values[name])}, " for name in following[None])
        for place, entry in enumerate(kept):
            if place:
                before = entries[entries.index(entry) - 1]
                written += self._text[before.node.source.end : entry.begin] if before is kept[place - 1] else ", "
            space = " " if entry.node.source.begin == entry.node.source.end else ""
            written += self._text[entry.begin : entry.node.source.begin] + space
            written += self._in_place(entry.node, values[entry.name], depth + 1)
            written += "".join(f", {_pair(name, values[name])}" for name in following[entry.name])
        return written + self._text[entries[-1].node.source.end : node.source.end]

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


def _same(one: PlainValue, other: PlainValue) -> bool:
    """Whether nothing differs, the order of entries included: keys are spoken in theirs."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return [*one] == [*other] and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _is_collection(value: object) -> bool:
    return isinstance(value, (Mapping, tuple, list))


def _by_name(wanted: PlainValue) -> dict[Hashable, PlainValue]:
    return dict(wanted.items() if isinstance(wanted, Mapping) else enumerate(wanted or ()))


def _followers(values: Mapping[Hashable, PlainValue], old: Mapping[Hashable, _Entry]) -> dict[Hashable, list[Hashable]]:
    """The new names behind each old one that stays, and behind None those that come first."""
    following: dict[Hashable, list[Hashable]] = {None: []}
    last: Hashable = None
    for name in values:
        if name in old:
            last, following[name] = name, []
        else:
            following[last].append(name)
    return following


def _pair(name: Hashable, value: PlainValue) -> str:
    return f"{_name(name)}: {_in_braces(value)}" if isinstance(name, str) else _in_braces(value)


def _inline(value: PlainValue, *, quoted: bool = False) -> str:
    """A value on one line, behind its name and alone there."""
    if isinstance(value, str) and _HOURS.fullmatch(value) and not quoted:
        return value
    return _in_braces(value, quoted=quoted) if value is not None else ""


def _in_braces(value: PlainValue, *, quoted: bool = False) -> str:
    if value is None:
        return "~"
    if isinstance(value, str):
        return _word(value, quoted=quoted)
    if isinstance(value, Mapping):
        return "{" + ", ".join(_pair(name, entry) for name, entry in value.items()) + "}"
    return "[" + ", ".join(_in_braces(item) for item in value) + "]"


def _name(name: str) -> str:
    """Keys of a telephone and numbers are quoted, as people do who fear that they were taken for something else."""
    return _word(name, quoted=len(name) == 1 or name.startswith("+"))


def _word(word: str, *, quoted: bool = False) -> str:
    """Plain where it stays what it is, otherwise in double quotes."""
    if _PLAIN.fullmatch(word) and word != "null" and not quoted:
        return word
    return '"' + "".join(_escaped(character) for character in word) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character
