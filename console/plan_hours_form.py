"""A calendar as a form: the week with its breaks, public holidays, and the days that differ in rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from console.plan_forms import LONGEST_NAME, Entries, FieldRefused, Fields, in_order_of
from console.plan_rows import fields_of, rows_of
from routing import hours_text
from routing.hours import Span
from routing.hours_text import DAYS
from routing.plan import LANGUAGES, Plan
from routing.plan_tree import Problem, quoted
from routing.plan_writing import Written

FEWEST_SPANS = 2
CLOSED = "closed"
_HOUR = re.compile(r"(\d{1,2})\s*[hH]\s*(\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HoursForm:
    name: str
    rows: tuple[str, ...] = ("from", "to", "open", "fr", "en")
    template: str = "plan/hours.html"

    @property
    def place(self) -> tuple[str, ...]:
        return ("hours", self.name)

    def fields(self, was: Entries, plan: Plan) -> dict[str, str]:
        hours = plan.hours[self.name]
        week = {
            f"{day}-{number}-{edge}": clock
            for day, spans in zip(DAYS, hours.week, strict=True)
            for number, span in enumerate(spans, 1)
            for edge, clock in zip(("from", "to"), hours_text.written([span]).split("-"), strict=True)
        }
        return {"holidays": str(hours.holidays), **week, **fields_of([*_exception_rows(was.get("exceptions"))])}

    def written(self, fields: Fields, was: Entries) -> Written:
        now = {**was, "week": _week(fields, was["week"])}
        if "holidays" in was or fields.get("holidays", "none") != "none":
            now["holidays"] = fields.get("holidays", "")
        exceptions = self._exceptions(fields, was.get("exceptions"))
        if "exceptions" in was or exceptions:
            now["exceptions"] = exceptions or None
        return in_order_of(now, was)

    def field(self, problem: Problem, fields: Fields) -> str:
        below = problem.where.removeprefix(f"hours.{self.name}").removeprefix(".")
        part, _, rest = below.partition(".")
        if part == "week":
            return f"{rest[:3]}-1-from" if rest[:3] in DAYS else "mon-1-from"
        if part == "exceptions":
            return self._row_field(rest, fields)
        return part if part == "holidays" else ""

    def _exceptions(self, fields: Fields, was: Written) -> dict[str, Written]:
        days: dict[str, Written] = {}
        for number, row in enumerate(rows_of(fields, self.rows)):
            if not any(row.values()):
                continue  # a row that was added and left empty
            if (day := _day(row)) in days:
                raise FieldRefused(f"from-{number}", f"{quoted(day)} is given twice")
            if len(day) > LONGEST_NAME:
                raise FieldRefused(f"from-{number}", f"{quoted(day)} is not a date; write year-month-day")
            before = was.get(day) if isinstance(was, Mapping) else None
            texts = {language: row[language] for language in LANGUAGES if row[language]}
            hours = typed(row["open"]) or CLOSED
            days[day] = in_order_of({"open": hours, **texts}, before) if texts else hours
        return days

    def _row_field(self, rest: str, fields: Fields) -> str:
        for number, row in enumerate(rows_of(fields, self.rows)):
            shown = quoted(_day(row))[1:-1]
            name = rest.removeprefix(f"{shown}.")
            if rest == shown:
                if bool(row["fr"]) is not bool(row["en"]):
                    return f"{'en' if row['fr'] else 'fr'}-{number}"
                return f"{'open' if _read(typed(row['open']) or CLOSED) is None else 'from'}-{number}"
            if name != rest:
                return f"{name if name in self.rows else 'open'}-{number}"
        return ""


def span_count(fields: Fields) -> int:
    """How many spans a day needs room for."""
    found = [int(name.split("-")[1]) for name in fields if name[:3] in DAYS and name.count("-") == 2 and fields[name]]
    return max(FEWEST_SPANS, *found) if found else FEWEST_SPANS


def typed(text: str) -> str:
    """Times as a plan has them, where somebody writes "9h30" or "9 h"."""
    return _HOUR.sub(lambda match: f"{int(match[1]):02}:{match[2] or '00'}", text).strip()


def _exception_rows(was: Written) -> Iterator[dict[str, str]]:
    for day, special in was.items() if isinstance(was, Mapping) else ():
        first, _, last = day.partition(" to ")
        parts = special if isinstance(special, Mapping) else {"open": special}
        told = {name: str(parts.get(name) or "") for name in ("open", *LANGUAGES)}
        yield {"from": first, "to": last, **told, "open": "" if told["open"] == CLOSED else told["open"]}


def _day(row: Mapping[str, str]) -> str:
    last = row["to"] if row["to"] != row["from"] else ""
    return f"{row['from']} to {last}" if last else row["from"]


def _week(fields: Fields, was: Written) -> Written:
    """The week as it was written, as far as it is the same; days that differ now leave the row they stood in."""
    before = was if isinstance(was, Mapping) else {}
    wanted = [_spans(fields, day) for day in DAYS]
    rows: list[tuple[int, str, Written]] = []
    covered: set[int] = set()
    for name, spans in before.items():
        days = hours_text.weekdays(name)
        if len({wanted[day] for day in days}) == 1:
            now = wanted[days[0]]
            rows.append((days[0], name, spans if _read(now) == hours_text.spans(str(spans)) else now))
            covered |= {*days}
    rest = [day for day in range(len(DAYS)) if day not in covered and wanted[day] != CLOSED]
    for _, group in groupby(rest, key=lambda day: (wanted[day], day - rest.index(day))):
        first, *others = group
        name = f"{DAYS[first]}-{DAYS[others[-1]]}" if others else DAYS[first]
        rows.append((first, name, wanted[first]))
    return {name: spans for _, name, spans in sorted(rows)} or {"mon-sun": CLOSED}


def _spans(fields: Fields, day: str) -> str:
    numbers = range(1, span_count(fields) + 1)
    pairs = [[typed(fields.get(f"{day}-{number}-{edge}", "")) for edge in ("from", "to")] for number in numbers]
    return ", ".join("-".join(pair) for pair in pairs if any(pair)) or CLOSED


def _read(spans: str) -> tuple[Span, ...] | None:
    try:
        return hours_text.spans(spans)
    except ValueError:
        return None
