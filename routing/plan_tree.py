"""The text of a plan as a tree that knows its lines, and the problems found in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

MAX_TEXT = 500

Value = str | None | Mapping[str, "Node"] | tuple["Node", ...]
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the line (from 1), the place ("menus.main.keys.1", "" for the whole) and the reason."""

    line: int
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.line}: {self.where}: {self.reason}" if self.where else f"{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands, as offsets in the text; `name` is where its name begins.

    `in_lines`: its entries stand on lines of their own, not in braces or brackets.
    """

    begin: int
    end: int
    name: int = 0
    in_lines: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A value exactly as it was written (None: nothing written), with its line and its place.

    Words are never converted: 09:00, yes, 0199 and +33 arrive as the person wrote them. `stands_in` marks one that
    nobody wrote, whose absence is a problem already noted. `source` is its place in the text.
    """

    line: int
    where: str
    value: Value
    stands_in: bool = False
    source: Source = field(default_factory=lambda: Source(0, 0), compare=False)


@dataclass(slots=True)
class Reader:
    """Takes typed values out of nodes. A wrong one is noted among `problems` and a stand-in returned, so that one
    reading finds every problem; whoever reads throws the result away when there is any."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, node: Node, reason: str) -> None:
        """Notes a problem of this node."""
        if not node.stands_in:
            self.problems.append(Problem(node.line, node.where, reason))

    def told(self, node: Node, read: Callable[[str], _Told], text: str, stand_in: _Told) -> _Told:
        """What `read` makes of the text; the sentence of its ValueError becomes the problem."""
        try:
            return read(text)
        except ValueError as error:
            self.refuse(node, str(error))
            return stand_in

    def mapping(self, node: Node, holds: str) -> Mapping[str, Node]:
        """The entries of a node that must have some; `holds` says what they are."""
        if isinstance(node.value, Mapping) and node.value:
            return node.value
        self.refuse(node, f"holds nothing that can be read here; it needs {holds}")
        return {}

    def fields(self, node: Node, required: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Node]:
        """The entries of a node with fixed names; required ones are always there, if need be as stand-ins."""
        names = (*required, *optional)
        if not required and not node.value:
            return {}
        entries = self.mapping(node, _listed(names, "and"))
        for name in [name for name in entries if name not in names]:
            self.refuse(entries[name], f"{quoted(name)} is not known here; choose {_listed(names)}")
        missing = [name for name in required if name not in entries]
        if entries and missing:
            self.refuse(node, f"lacks {_listed(missing, 'and')}")
        stand_ins = dict.fromkeys(missing, Node(node.line, node.where, None, stands_in=True))
        return {name: entry for name, entry in entries.items() if name in names} | stand_ins

    def word(self, node: Node) -> str:
        """What is written; "" stands in."""
        if isinstance(node.value, str) and node.value:
            return node.value
        self.refuse(node, "needs a value")
        return ""

    def words(self, node: Node) -> tuple[Node, ...]:
        """The items of a list; none stands in."""
        if isinstance(node.value, tuple) and node.value:
            return node.value
        self.refuse(node, "needs a list in brackets, such as [first, second]")
        return ()

    def text(self, node: Node) -> str:
        """A text to be spoken: one line of at most 500 characters, stripped of outer spaces."""
        word = self.word(node)
        text = word.strip()
        if word and not text:
            self.refuse(node, "is empty; write what is to be said")
        if len(text) > MAX_TEXT:
            self.refuse(node, f"is longer than {MAX_TEXT} characters; say it shorter")
        if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in text):
            self.refuse(node, "holds a line break or an invisible character; write one plain line")
        return text

    def texts(self, node: Node, languages: Collection[str]) -> Mapping[str, str]:
        """A text in each language."""
        parts = self.fields(node, languages)
        return MappingProxyType({language: self.text(parts[language]) for language in languages})

    def one_of(self, node: Node, names: Collection[str], what: str) -> str:
        """A word among `names`; the first one stands in."""
        word = self.word(node)
        if word and word not in names:
            self.refuse(
                node, f"{quoted(word)} is not {what}; {f'choose {_listed(names)}' if names else 'there is none'}"
            )
        return word if word in names else next(iter(names), "")

    def flag(self, node: Node) -> bool:
        """True or false; false stands in."""
        word = self.word(node)
        if word.lower() not in ("", "true", "yes", "false", "no"):
            self.refuse(node, f"{quoted(word)} is neither true nor false")
        return word.lower() in ("true", "yes")

    def whole(self, node: Node, low: int, high: int, unit: str) -> int:
        """A whole number from `low` to `high`; `low` stands in."""
        word = self.word(node)
        if word.isascii() and word.isdigit() and len(word) < 10 and low <= int(word) <= high:
            return int(word)
        if word:
            self.refuse(node, f"{quoted(word)} is not a whole number of {unit} from {low} to {high}")
        return low


def quoted(text: str) -> str:
    """The person's own word in quotes, short and without control characters."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _listed(names: Collection[str], last_joint: str = "or") -> str:
    *first, last = names
    return f"{', '.join(first)} {last_joint} {last}" if first else last
