"""Writes imported exceptions into the text of a plan, whose comments and layout stay as they are."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from routing.hours.ical import ImportedException
from routing.hours.notation import format_spans
from routing.hours.opening_hours import SpecialDay
from routing.plan.errors import PlanEditError, PlanError
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.tree import Node
from routing.quoting import quote_word
from translations.message import translatable

_MARK = "# imported:"
_IMPORTED = re.compile(rf" *\d{{4}}-\d\d-\d\d: [^#]*{_MARK}", re.ASCII)


def write_imported_exceptions(text: str, calendar: str, exceptions: Iterable[ImportedException]) -> str:
    """The plan's text with these exceptions under hours.<calendar>, one line each, with the event's title as a comment.

    They replace what an earlier import wrote there. A day that a person wrote stays, and takes precedence.
    Raises PlanError when `text` is not a plan; PlanEditError for an unknown calendar and for one written in braces.
    """
    hours = parse_plan(text).hours
    if calendar not in hours:
        raise PlanEditError(
            translatable(
                "%(word)s is not a calendar of the plan; choose %(names)s.",
                word=quote_word(calendar),
                names=", ".join(hours),
            )
        )
    by_hand_only = _without_imports(text, calendar)
    by_hand = parse_plan(by_hand_only).hours[calendar].exceptions
    imported = [exception for exception in exceptions if exception.day not in by_hand]
    edited = _insert(by_hand_only, calendar, imported) if imported else by_hand_only
    wanted = {**by_hand, **{exception.day: SpecialDay(exception.spans) for exception in imported}}
    if not _has_exceptions(edited, calendar, wanted):
        raise PlanEditError(
            translatable(
                "hours.%(calendar)s is written in braces; write each of its parts on a line of its own.",
                calendar=calendar,
            )
        )
    return edited


def _has_exceptions(text: str, calendar: str, wanted: Mapping[date, SpecialDay]) -> bool:
    try:
        return parse_plan(text).hours[calendar].exceptions == wanted
    except PlanError:
        return False


def _without_imports(text: str, calendar: str) -> str:
    lines = text.splitlines(keepends=True)
    _, exceptions = _find_calendar(text, calendar)
    by_import = {day.line for day in _entries_of(exceptions).values() if _IMPORTED.match(lines[day.line - 1])}
    return "".join(line for number, line in enumerate(lines, 1) if number not in by_import)


def _insert(text: str, calendar: str, imported: Iterable[ImportedException]) -> str:
    lines = text.splitlines(keepends=True)
    hours, exceptions = _find_calendar(text, calendar)
    above = exceptions or hours
    indent = _indentation(lines, hours)
    new = [] if exceptions else [f"{indent}exceptions:"]
    indent = _indentation(lines, exceptions) if _entries_of(exceptions) else f"{indent}  "
    new += [f"{indent}{each.day}: {format_spans(each.spans)}   {_MARK} {each.summary}".rstrip() for each in imported]
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines[above.line - 1] = line_end.join([lines[above.line - 1].rstrip("\r\n"), *new, ""])
    return "".join(lines)


def _indentation(lines: list[str], node: Node | None) -> str:
    """The spaces before the first entry of a node."""
    first = lines[next(iter(_entries_of(node).values())).line - 1]
    return first[: len(first) - len(first.lstrip())]


def _find_calendar(text: str, calendar: str) -> tuple[Node, Node | None]:
    """The node of a calendar, and that of its exceptions if it has any."""
    hours = _entries_of(_entries_of(parse_tree(text))["hours"])[calendar]
    return hours, _entries_of(hours).get("exceptions")


def _entries_of(node: Node | None) -> Mapping[str, Node]:
    return node.value if node and isinstance(node.value, Mapping) else {}
