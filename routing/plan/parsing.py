"""Parses the text of a plan (YAML); a wrong plan is refused with each problem and its line."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import yaml

from routing.plan.errors import PlanError, PlanProblem
from routing.plan.model import Plan
from routing.plan.reading import read_plan
from routing.plan.tree import Node, SourceRange, Value
from routing.quoting import quote_word
from translations.message import Message, translatable

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML has it where it was built with libyaml
_MENU_KEYS = re.compile(r"menus\.[^.]*\.keys")
_NO_ALIAS = translatable('* and & have another meaning here; write them in quotes, as in "*": {repeat: true}')


def parse_plan(text: str, source: str = "plan.yaml") -> Plan:
    """The plan that `text` describes. Raises PlanError with every problem; `source` is the name of the text in it."""
    root, repeated = _parse_nodes(text, source)
    plan, problems = read_plan(root, [*repeated])
    if problems:
        raise PlanError(source, tuple(sorted(problems, key=lambda problem: problem.line)))
    return plan


def parse_tree(text: str) -> Node:
    """The nodes of a text that need not be a valid plan. Raises PlanError when it is not readable YAML."""
    return _parse_nodes(text, "plan.yaml")[0]


class _UnreadableError(Exception):
    """The text cannot be read from this line on."""

    def __init__(self, line: int, reason: Message, path: str = "") -> None:
        self.problem = PlanProblem(line, path, reason)


def _parse_nodes(text: str, source: str) -> tuple[Node, tuple[PlanProblem, ...]]:
    try:
        return _build_nodes(text)
    except _UnreadableError as stop:
        raise PlanError(source, (stop.problem,)) from None


@lru_cache(maxsize=4)  # an editor reads one text several times
def _build_nodes(text: str) -> tuple[Node, tuple[PlanProblem, ...]]:
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise _UnreadableError(1, translatable("the plan is longer than %(count)s bytes", count=MAX_BYTES))
    with suppress(yaml.YAMLError, ValueError, OverflowError, _UnreadableError):
        # Ten times as fast; what it refuses, the other parser explains.
        builder = _TreeBuilder(text, _FAST_LOADER)
        return builder.document(), tuple(builder.problems)
    builder = _TreeBuilder(text, yaml.SafeLoader)
    try:
        return builder.document(), tuple(builder.problems)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnreadableError(line, translatable("holds a character that no text may hold")) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _UnreadableError(mark.line + 1 if mark else 1, _explain(error)) from error
    except (ValueError, OverflowError) as error:  # an escape such as "\UFFFFFFFF", which the parser lets through
        raise _UnreadableError(
            builder.line, translatable("on this line or below is a number too large to read")
        ) from error


def _explain(error: yaml.MarkedYAMLError) -> Message:
    if "alias" in (error.context or "") or "anchor" in (error.context or ""):
        return _NO_ALIAS
    why = f"{error.problem} ({error.context})" if error.context else error.problem
    return translatable("cannot be read: %(why)s", why=why)


class _TreeBuilder:
    """Builds the tree from YAML's events, in which a scalar is still as it was written.

    So 09:00 does not become 540, nor "no" false. Anchors, aliases and tags are refused: with them a text does not mean
    what it seems to.
    """

    def __init__(self, text: str, loader: type[Any]) -> None:
        self._text = text
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)
        self.problems: list[PlanProblem] = []
        self.line = 1  # reached so far

    def document(self) -> Node:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _UnreadableError(1, translatable("the plan is empty"))
        root = self._build_node(next(self._events), "", 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _UnreadableError(
                _line_of(after), translatable("a second document begins here; a plan is one document")
            )
        return root

    def _build_node(self, event: Any, path: str, depth: int, name: Node | None = None) -> Node:
        self.line = _line_of(event)
        line = name.line if name else self.line
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _UnreadableError(line, _NO_ALIAS, path)
        if event.tag:
            raise _UnreadableError(line, translatable("a tag (!…) is not allowed here"), path)
        if depth > MAX_DEPTH:
            raise _UnreadableError(line, translatable("is nested too deeply"), path)
        value: Value
        begin, end, is_block = event.start_mark.index, event.end_mark.index, False
        if isinstance(event, yaml.MappingStartEvent):
            value, last = self._build_entries(path, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value, last = self._build_items(path, depth)
        else:
            nothing = not event.style and event.value in ("", "~", "null")
            value = None if nothing else event.value
        if isinstance(event, yaml.CollectionStartEvent):
            is_block = not event.flow_style
            end = _end_of_last_entry(value, end) if is_block else last.end_mark.index
        elif event.style in ("|", ">"):
            end = begin + len(self._text[begin:end].rstrip())
        return Node(line, path, value, source=SourceRange(begin, end, name.source.begin if name else begin, is_block))

    def _build_entries(self, path: str, depth: int) -> tuple[Mapping[str, Node], Any]:
        entries: dict[str, Node] = {}
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            name = self._build_node(key, path, depth + 1)
            if not isinstance(name.value, str):
                raise _UnreadableError(name.line, translatable("a name is missing before the colon"), path)
            shown = quote_word(name.value)[1:-1]
            entry_path = f"{path}.{shown}" if path else shown
            if name.value in entries:
                is_key = _MENU_KEYS.fullmatch(path) is not None
                twice = translatable("%(word)s is used twice", word=quote_word(name.value))
                used = translatable("Key %(key)s is already used", key=name.value)
                self.problems.append(PlanProblem(name.line, entry_path, used if is_key else twice))
            entries[name.value] = self._build_node(next(self._events), entry_path, depth + 1, name)
        return entries, key

    def _build_items(self, path: str, depth: int) -> tuple[tuple[Node, ...], Any]:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._build_node(event, f"{path}[{len(items) + 1}]", depth + 1))
        return tuple(items), event


def _end_of_last_entry(value: Value, default: int) -> int:
    """Where the last entry ends. YAML's own end of a block is the beginning of the next one, after the comments."""
    entries = tuple(value.values()) if isinstance(value, Mapping) else value
    return entries[-1].source.end if isinstance(entries, tuple) and entries else default


def _line_of(event: Any) -> int:
    return int(event.start_mark.line) + 1
