"""The text of a plan (YAML) made into a plan, or refused with each line and its reason."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from routing.plan import Plan
from routing.plan_reading import read_plan
from routing.plan_tree import Node, Problem, Source, Value, quoted

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_NO_ALIAS = '* and & have another meaning here; write them in quotes, as in "*": {repeat: true}'


class PlanError(Exception):
    """The plan is refused. `problems` are in the order of the lines; str() has one line for each."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{source}:{problem}" for problem in problems))


def parse(text: str, source: str = "plan.yaml") -> Plan:
    """The plan that `text` describes. Raises PlanError with every problem found; `source` names the text in it."""
    root, repeated = _tree(text, source)
    plan, problems = read_plan(root, [*repeated])
    if problems:
        raise PlanError(source, tuple(sorted(problems, key=lambda problem: problem.line)))
    return plan


def tree(text: str) -> Node:
    """The places and lines of a text that need not be a good plan. Raises PlanError where it cannot be read at all."""
    return _tree(text, "plan.yaml")[0]


class _UnreadableError(Exception):
    """The text makes no sense from here on."""

    def __init__(self, line: int, reason: str, where: str = "") -> None:
        self.problem = Problem(line, where, reason)


def _tree(text: str, source: str) -> tuple[Node, tuple[Problem, ...]]:
    try:
        return _read(text)
    except _UnreadableError as stop:
        raise PlanError(source, (stop.problem,)) from None


@lru_cache(maxsize=4)  # who edits a text reads it several times
def _read(text: str) -> tuple[Node, tuple[Problem, ...]]:
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise _UnreadableError(1, f"the plan is longer than {MAX_BYTES} bytes")
    builder = _TreeBuilder(text)
    try:
        return builder.document(), tuple(builder.problems)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnreadableError(line, "holds a character that no text may hold") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _UnreadableError(mark.line + 1 if mark else 1, _explained(error)) from error
    except (ValueError, OverflowError) as error:  # an escape such as "\UFFFFFFFF", which the parser lets through
        raise _UnreadableError(builder.line, "on this line or below is a number too large to read") from error


def _explained(error: yaml.MarkedYAMLError) -> str:
    if "alias" in (error.context or "") or "anchor" in (error.context or ""):
        return _NO_ALIAS
    return f"cannot be read: {error.problem}" + (f" ({error.context})" if error.context else "")


class _TreeBuilder:
    """Builds the tree from YAML's events, where every word is still as it was written: no 09:00 read as 540, no "no"
    as false. Anchors, aliases and tags, which make one text mean another, are refused."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.problems: list[Problem] = []
        self.line = 1  # reached so far

    def document(self) -> Node:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _UnreadableError(1, "the plan is empty")
        root = self._node(next(self._events), "", 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _UnreadableError(_line(after), "a second document begins here; a plan is one document")
        return root

    def _node(self, event: Any, where: str, depth: int, name: Node | None = None) -> Node:
        self.line = _line(event)
        line = name.line if name else self.line
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _UnreadableError(line, _NO_ALIAS, where)
        if event.tag:
            raise _UnreadableError(line, "a tag (!…) is not allowed here", where)
        if depth > MAX_DEPTH:
            raise _UnreadableError(line, "is nested too deeply", where)
        value: Value
        begin, end, in_lines = event.start_mark.index, event.end_mark.index, False
        if isinstance(event, yaml.MappingStartEvent):
            value, last = self._entries(where, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value, last = self._items(where, depth)
        else:
            nothing = event.style is None and event.value in ("", "~", "null")
            value = None if nothing else event.value
        if isinstance(event, yaml.CollectionStartEvent):
            in_lines = not event.flow_style
            end = _last_end(value, end) if in_lines else last.end_mark.index
        elif event.style in ("|", ">"):
            end = begin + len(self._text[begin:end].rstrip())
        return Node(line, where, value, source=Source(begin, end, name.source.begin if name else begin, in_lines))

    def _entries(self, where: str, depth: int) -> tuple[Mapping[str, Node], Any]:
        entries: dict[str, Node] = {}
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            name = self._node(key, where, depth + 1)
            if not isinstance(name.value, str):
                raise _UnreadableError(name.line, "a name is missing before the colon", where)
            shown = quoted(name.value)[1:-1]
            place = f"{where}.{shown}" if where else shown
            if name.value in entries:
                self.problems.append(Problem(name.line, place, f"{quoted(name.value)} is given twice"))
            entries[name.value] = self._node(next(self._events), place, depth + 1, name)
        return entries, key
        return entries

    def _items(self, where: str, depth: int) -> tuple[tuple[Node, ...], Any]:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, f"{where}[{len(items) + 1}]", depth + 1))
        return tuple(items), event


def _last_end(value: Value, otherwise: int) -> int:
    """Where the last entry ends: what YAML takes for the end is the beginning of what comes next, remarks included."""
    entries = tuple(value.values()) if isinstance(value, Mapping) else value
    return entries[-1].source.end if isinstance(entries, tuple) and entries else otherwise


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
