"""Opening hours as a form: the week with its breaks, public holidays, and special days in rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from console.forms import parse_number
from console.language import current_language, translate
from console.plan.form_rows import fields_from_rows, rows_from_fields
from console.plan.forms import MAX_NAME_LENGTH, Entries, FieldError, Fields, keep_order
from console.plan.labels import FIELDS, SPECIAL_DAY_FIELDS
from routing.hours import notation
from routing.hours.notation import WEEKDAY_CODES
from routing.hours.opening_hours import Span
from routing.languages import LANGUAGES
from routing.plan.editing import PlainValue
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.quoting import quote_word
from translations.dates import weekday_name
from translations.message import translatable
from translations.web import gettext

MIN_SPANS = 2
MAX_SPANS = 96  # one for each quarter of an hour
CLOSED = "closed"
_HOUR = re.compile(r"(\d{1,2})\s*[hH]\s*(\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HoursForm:
    name: str
    row_fields: tuple[str, ...] = ("from", "to", "open", "fr", "en")
    template: str = "plan/hours.html"

    @property
    def plan_path(self) -> tuple[str, ...]:
        return ("hours", self.name)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        hours = plan.hours[self.name]
        week = {
            f"{day}-{number}-{edge}": clock
            for day, spans in zip(WEEKDAY_CODES, hours.week, strict=True)
            for number, span in enumerate(spans, 1)
            for edge, clock in zip(("from", "to"), notation.format_spans([span]).split("-"), strict=True)
        }
        return {
            "holidays": str(hours.holiday_zone),
            **week,
            **fields_from_rows([*_exception_rows(old.get("exceptions"))]),
        }

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new = {**old, "week": _week(fields, old["week"])}
        if "holidays" in old or fields.get("holidays", "none") != "none":
            new["holidays"] = fields.get("holidays", "")
        exceptions = self._exceptions(fields, old.get("exceptions"))
        if "exceptions" in old or exceptions:
            new["exceptions"] = exceptions or None
        return keep_order(new, old)

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(f"hours.{self.name}").removeprefix(".")
        part, _, rest = below.partition(".")
        if part == "week":
            return f"{rest[:3]}-1-from" if rest[:3] in WEEKDAY_CODES else "mon-1-from"
        if part == "exceptions":
            return self._row_field(rest, fields)
        return part if part == "holidays" else ""

    def field_label(self, name: str) -> str:
        if name in FIELDS:
            return translate(FIELDS[name])
        if name[:3] in WEEKDAY_CODES and name.count("-") == 2:
            return weekday_name(WEEKDAY_CODES.index(name[:3]), current_language()).capitalize()
        part, _, number = name.partition("-")
        return gettext("special day %(number)s", number=int(number) + 1) + f" – {translate(SPECIAL_DAY_FIELDS[part])}"

    def _exceptions(self, fields: Fields, old: PlainValue) -> dict[str, PlainValue]:
        days: dict[str, PlainValue] = {}
        for number, row in enumerate(rows_from_fields(fields, self.row_fields)):
            if not any(row.values()):
                continue  # a row was added and left empty
            if (day := _date_range(row)) in days:
                raise FieldError(f"from-{number}", translatable("%(word)s is given twice", word=quote_word(day)))
            if len(day) > MAX_NAME_LENGTH:
                raise FieldError(
                    f"from-{number}",
                    translatable(
                        "%(word)s is not a date; write year-month-day, such as 2030-12-24", word=quote_word(day)
                    ),
                )
            before = old.get(day) if isinstance(old, Mapping) else None
            texts = {language: row[language] for language in LANGUAGES if row[language]}
            hours = normalize_times(row["open"]) or CLOSED
            days[day] = keep_order({"open": hours, **texts}, before) if texts else hours
        return days

    def _row_field(self, rest: str, fields: Fields) -> str:
        for number, row in enumerate(rows_from_fields(fields, self.row_fields)):
            written = quote_word(_date_range(row))[1:-1]
            name = rest.removeprefix(f"{written}.")
            if rest == written:
                if bool(row["fr"]) is not bool(row["en"]):
                    return f"{'en' if row['fr'] else 'fr'}-{number}"
                return f"{'open' if _parse_spans(normalize_times(row['open']) or CLOSED) is None else 'from'}-{number}"
            if name != rest:
                return f"{name if name in self.row_fields else 'open'}-{number}"
        return ""


def count_spans(fields: Fields) -> int:
    """How many spans the form shows for each day."""
    numbers = (
        parse_number(name.split("-")[1])
        for name in fields
        if name[:3] in WEEKDAY_CODES and name.count("-") == 2 and fields[name]
    )
    return min(max((MIN_SPANS, *(number or 0 for number in numbers))), MAX_SPANS)


def normalize_times(text: str) -> str:
    """Times as a plan writes them, from "9h30" or "9 h" as well."""
    return _HOUR.sub(lambda match: f"{int(match[1]):02}:{match[2] or '00'}", text).strip()


def _exception_rows(old: PlainValue) -> Iterator[dict[str, str]]:
    for day, special in old.items() if isinstance(old, Mapping) else ():
        first, _, last = day.partition(" to ")
        parts = special if isinstance(special, Mapping) else {"open": special}
        values = {name: str(parts.get(name) or "") for name in ("open", *LANGUAGES)}
        yield {"from": first, "to": last, **values, "open": "" if values["open"] == CLOSED else values["open"]}


def _date_range(row: Mapping[str, str]) -> str:
    last = row["to"] if row["to"] != row["from"] else ""
    return f"{row['from']} to {last}" if last else row["from"]


def _week(fields: Fields, old: PlainValue) -> PlainValue:
    """The week in the lines of the plan as far as its days are the same; a day with other hours leaves its line."""
    before = old if isinstance(old, Mapping) else {}
    new_week = [_spans(fields, day) for day in WEEKDAY_CODES]
    rows: list[tuple[int, str, PlainValue]] = []
    covered: set[int] = set()
    for name, spans in before.items():
        days = notation.parse_weekdays(name)
        if len({new_week[day] for day in days}) == 1:
            new = new_week[days[0]]
            rows.append((days[0], name, spans if _parse_spans(new) == notation.parse_spans(str(spans)) else new))
            covered |= {*days}
    rest = [day for day in range(len(WEEKDAY_CODES)) if day not in covered and new_week[day] != CLOSED]
    for _, group in groupby(rest, key=lambda day: (new_week[day], day - rest.index(day))):
        first, *others = group
        name = f"{WEEKDAY_CODES[first]}-{WEEKDAY_CODES[others[-1]]}" if others else WEEKDAY_CODES[first]
        rows.append((first, name, new_week[first]))
    return {name: spans for _, name, spans in sorted(rows)} or {"mon-sun": CLOSED}


def _spans(fields: Fields, day: str) -> str:
    numbers = range(1, count_spans(fields) + 1)
    pairs = [
        [normalize_times(fields.get(f"{day}-{number}-{edge}", "")) for edge in ("from", "to")] for number in numbers
    ]
    return ", ".join("-".join(pair) for pair in pairs if any(pair)) or CLOSED


def _parse_spans(spans: str) -> tuple[Span, ...] | None:
    try:
        return notation.parse_spans(spans)
    except ValueError:
        return None
