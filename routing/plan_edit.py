"""Imported exceptions written into the text of a plan, whose remarks and layout belong to the person who wrote it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from routing.hours import SpecialDay
from routing.hours_text import written
from routing.ical import ImportedException
from routing.plan_text import PlanError, parse, tree
from routing.plan_tree import Node, quoted

_MARK = "# imported:"
_IMPORTED = re.compile(rf" *\d{{4}}-\d\d-\d\d: [^#]*{_MARK}", re.ASCII)


class PlanEditError(Exception):
    """The text cannot be edited; str() says why, and what to do."""


def with_exceptions(text: str, calendar: str, exceptions: Iterable[ImportedException]) -> str:
    """The plan's text with these exceptions under hours.<calendar>, one line each with the events' title as a remark.

    They replace whatever an earlier import wrote there. Days that a person wrote stay as they are, and win.
    Raises PlanError when `text` is no plan, PlanEditError for an unknown calendar and for one not written in lines.
    """
    hours = parse(text).hours
    if calendar not in hours:
        raise PlanEditError(f"{quoted(calendar)} is not a calendar of the plan; choose {', '.join(hours)}.")
    by_hand_only = _without_imports(text, calendar)
    by_hand = parse(by_hand_only).hours[calendar].exceptions
    imported = [exception for exception in exceptions if exception.day not in by_hand]
    edited = _inserted(by_hand_only, calendar, imported) if imported else by_hand_only
    wanted = {**by_hand, **{exception.day: SpecialDay(exception.spans) for exception in imported}}
    if not _has(edited, calendar, wanted):
        raise PlanEditError(f"hours.{calendar} is written in braces; write each of its parts on a line of its own.")
    return edited


def _has(text: str, calendar: str, wanted: Mapping[date, SpecialDay]) -> bool:
    try:
        return parse(text).hours[calendar].exceptions == wanted
    except PlanError:
        return False


def _without_imports(text: str, calendar: str) -> str:
    lines = text.splitlines(keepends=True)
    _, exceptions = _place(text, calendar)
    by_import = {day.line for day in _entries(exceptions).values() if _IMPORTED.match(lines[day.line - 1])}
    return "".join(line for number, line in enumerate(lines, 1) if number not in by_import)


def _inserted(text: str, calendar: str, imported: Iterable[ImportedException]) -> str:
    lines = text.splitlines(keepends=True)
    hours, exceptions = _place(text, calendar)
    above = exceptions or hours
    indent = _indent(lines, hours)
    new = [] if exceptions else [f"{indent}exceptions:"]
    indent = _indent(lines, exceptions) if _entries(exceptions) else f"{indent}  "
    new += [f"{indent}{each.day}: {written(each.spans)}   {_MARK} {each.summary}".rstrip() for each in imported]
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines[above.line - 1] = line_end.join([lines[above.line - 1].rstrip("\r\n"), *new, ""])
    return "".join(lines)


def _indent(lines: list[str], node: Node | None) -> str:
    """The spaces before the first entry of a node."""
    first = lines[next(iter(_entries(node).values())).line - 1]
    return first[: len(first) - len(first.lstrip())]


def _place(text: str, calendar: str) -> tuple[Node, Node | None]:
    """Where a calendar is written, and its exceptions if it has any."""
    hours = _entries(_entries(tree(text))["hours"])[calendar]
    return hours, _entries(hours).get("exceptions")


def _entries(node: Node | None) -> Mapping[str, Node]:
    return node.value if node and isinstance(node.value, Mapping) else {}
