"""The text of a plan as a tree of nodes that know their lines, and the reader that takes typed values out of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from routing.errors import InvalidTextError
from routing.languages import LANGUAGE_NAMES, LANGUAGES, LocalizedText
from routing.plan.errors import PlanProblem
from routing.quoting import list_with_and, list_with_or, quote_word
from translations.message import Message, translatable

MAX_TEXT = 500
MAX_TITLE = 60

Value = str | None | Mapping[str, "Node"] | tuple["Node", ...]
_Converted = TypeVar("_Converted")


@dataclass(frozen=True, slots=True)
class SourceRange:
    """The place of a value, as offsets in the text; `name` is where its key begins.

    `is_block`: its entries are on lines of their own, not in braces or brackets.
    """

    begin: int
    end: int
    name: int = 0
    is_block: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A value exactly as it is written (None: nothing written), with its line (from 1) and its path ("menus.main").

    Scalars are never converted: 09:00, yes, 0199 and +33 stay text. `is_placeholder` marks a node that is not in the
    text, whose absence is already noted as a problem.
    """

    line: int
    path: str
    value: Value
    is_placeholder: bool = False
    source: SourceRange = field(default_factory=lambda: SourceRange(0, 0), compare=False)


@dataclass(slots=True)
class NodeReader:
    """Takes typed values out of nodes.

    For a wrong value it adds a problem and returns a default, so that one reading finds every problem. What it returns
    is meaningless once `problems` is not empty. `languages` are those that the organisation speaks.
    """

    problems: list[PlanProblem] = field(default_factory=list)
    languages: tuple[str, ...] = LANGUAGES

    def add_problem(self, node: Node, reason: Message) -> None:
        """Add a problem of this node; a placeholder has its problem already."""
        if not node.is_placeholder:
            self.problems.append(PlanProblem(node.line, node.path, reason))

    def convert(self, node: Node, converter: Callable[[str], _Converted], text: str, default: _Converted) -> _Converted:
        """The converted text; the message of an InvalidTextError becomes the problem."""
        try:
            return converter(text)
        except InvalidTextError as error:
            self.add_problem(node, error.message)
            return default

    def read_mapping(self, node: Node, expected: str | Message) -> Mapping[str, Node]:
        """The entries of a node that must have some; `expected` says what they are."""
        if isinstance(node.value, Mapping) and node.value:
            return node.value
        self.add_problem(
            node, translatable("holds nothing that can be read here; it needs %(expected)s", expected=expected)
        )
        return {}

    def read_fields(self, node: Node, required: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Node]:
        """The entries of a node with fixed names; a required one that is missing is a placeholder."""
        names = (*required, *optional)
        if not required and not node.value:
            return {}
        entries = self.read_mapping(node, list_with_and(names))
        for name in [name for name in entries if name not in names]:
            self.add_problem(
                entries[name],
                translatable(
                    "%(word)s is not known here; choose %(names)s", word=quote_word(name), names=list_with_or(names)
                ),
            )
        missing = [name for name in required if name not in entries]
        if entries and missing:
            self.add_problem(node, _missing_fields(missing))
        placeholders = dict.fromkeys(missing, Node(node.line, node.path, None, is_placeholder=True))
        return {name: entry for name, entry in entries.items() if name in names} | placeholders

    def read_scalar(self, node: Node) -> str:
        """The text of a node; "" by default."""
        if isinstance(node.value, str) and node.value:
            return node.value
        self.add_problem(node, translatable("needs a value"))
        return ""

    def read_items(self, node: Node) -> tuple[Node, ...]:
        """The items of a list; none by default."""
        if isinstance(node.value, tuple) and node.value:
            return node.value
        self.add_problem(node, translatable("needs a list in brackets, such as [first, second]"))
        return ()

    def read_text(self, node: Node) -> str:
        """A text to be spoken: one line of at most 500 characters, stripped of outer spaces."""
        word = self.read_scalar(node)
        text = word.strip()
        if word and not text:
            self.add_problem(node, translatable("is empty; write what is to be said"))
        if len(text) > MAX_TEXT:
            self.add_problem(node, translatable("is longer than %(count)s characters; say it shorter", count=MAX_TEXT))
        if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in text):
            self.add_problem(node, translatable("holds a line break or an invisible character; write one plain line"))
        return text

    def read_by_language(self, node: Node) -> Mapping[str, Node]:
        """The entry of each language that is spoken; a missing one is a placeholder, and a problem at its own path.

        An entry in a language that is not spoken is allowed, and is left out.
        """
        return self.choose_languages(node, self.read_fields(node, (), LANGUAGES) if node.value else {})

    def choose_languages(self, node: Node, parts: Mapping[str, Node]) -> Mapping[str, Node]:
        """The entries of the languages that are spoken among `parts`, which are entries of `node`."""
        for language in [language for language in self.languages if language not in parts]:
            missing = translatable("the text in %(language)s is missing", language=LANGUAGE_NAMES[language])
            if not node.is_placeholder:
                self.problems.append(PlanProblem(node.line, f"{node.path}.{language}", missing))
        missing_part = Node(node.line, node.path, None, is_placeholder=True)
        return {language: parts.get(language, missing_part) for language in self.languages}

    def read_localized_text(self, node: Node) -> LocalizedText:
        """A text in each language that is spoken."""
        parts = self.read_by_language(node)
        return MappingProxyType({language: self.read_text(part) for language, part in parts.items()})

    def read_title(self, node: Node | None) -> LocalizedText:
        """The name that people gave to a part: one text, or texts by language. Empty without a node."""
        if node is None or (node.value is None and not node.is_placeholder):
            return MappingProxyType({})
        if not isinstance(node.value, Mapping):
            return MappingProxyType(dict.fromkeys(LANGUAGES, self._read_one_title(node)))
        parts = self.read_fields(node, (), LANGUAGES)
        return MappingProxyType({language: self._read_one_title(part) for language, part in parts.items()})

    def _read_one_title(self, node: Node) -> str:
        title = self.read_text(node)
        if len(title) > MAX_TITLE:
            self.add_problem(node, translatable("is longer than %(count)s characters; say it shorter", count=MAX_TITLE))
        return title

    def read_choice(self, node: Node, names: Collection[str], expected: Message) -> str:
        """A word among `names`; the first one by default."""
        word = self.read_scalar(node)
        if word and word not in names:
            self.add_problem(node, _not_among(word, names, expected))
        return word if word in names else next(iter(names), "")

    def read_boolean(self, node: Node) -> bool:
        """True or false; false by default."""
        word = self.read_scalar(node)
        if word.lower() not in ("", "true", "yes", "false", "no"):
            self.add_problem(node, translatable("%(word)s is neither true nor false", word=quote_word(word)))
        return word.lower() in ("true", "yes")

    def read_integer(self, node: Node, low: int, high: int, unit: Message | None = None) -> int:
        """A whole number from `low` to `high`; `low` by default."""
        word = self.read_scalar(node)
        if word.isascii() and word.isdigit() and len(word) < 10 and low <= int(word) <= high:
            return int(word)
        if word:
            problem = translatable("%(word)s is not a whole number from %(low)s to %(high)s")
            if unit:
                problem = translatable("%(word)s is not a whole number of %(unit)s from %(low)s to %(high)s")
            values = {"word": quote_word(word), "low": low, "high": high} | ({"unit": unit} if unit else {})
            self.add_problem(node, Message(problem.text, values))
        return low


def _not_among(word: str, names: Collection[str], expected: Message) -> Message:
    if not names:
        return translatable("%(word)s is not %(expected)s; there is none", word=quote_word(word), expected=expected)
    return translatable(
        "%(word)s is not %(expected)s; choose %(names)s",
        word=quote_word(word),
        expected=expected,
        names=list_with_or(names),
    )


def _missing_fields(names: Collection[str]) -> Message:
    return translatable("lacks %(names)s", names=list_with_and(names))
