"""Opening hours as a form: the week, public holidays, and special days, which are picked from a little calendar."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from console.context import get_context
from console.plan.form_rows import Row, fields_from_rows, rows_from_fields
from console.plan.forms import (
    Entries,
    FieldErrors,
    Fields,
    FormDefaults,
    keep_order,
    texts_not_spoken,
)
from console.plan.hours_week import (
    CLOSED,
    MAX_SPANS,
    SPANS_FIELD,
    WORKING_DAYS,
    copy_day,
    count_spans,
    is_week_field,
    read_week,
    week_fields,
    write_week,
)
from console.plan.labels import FIELDS, SPECIAL_DAY_FIELDS
from console.plan.month_calendar import (
    MONTH_FIELD,
    PICK,
    build_month,
    join_days,
    next_days,
    parse_month,
    picked_days,
)
from console.plan.typed_times import normalize_times
from routing.errors import InvalidTextError
from routing.hours import notation
from routing.hours.notation import WEEKDAY_CODES
from routing.hours.opening_hours import OpeningHours, SpecialDay
from routing.hours.public_holidays import HolidayZone
from routing.languages import LANGUAGES
from routing.moments import YEARS
from routing.plan.errors import PlanProblem
from routing.plan.hours import MAX_RANGE_DAYS, parse_days
from routing.plan.model import Plan
from routing.plan.value_text import PlainValue
from routing.quoting import quote_word
from translations.dates import weekday_name
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate


@dataclass(frozen=True, slots=True)
class HoursForm(FormDefaults):
    name: str
    languages: tuple[str, ...] = LANGUAGES
    row_fields: tuple[str, ...] = ("from", "to", "open", "fr", "en")
    template: str = "plan/hours.html"

    @property
    def plan_path(self) -> tuple[str, ...]:
        return ("hours", self.name)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        hours = plan.hours[self.name]
        rows = [*_exception_rows(old.get("exceptions"))]
        return {"holidays": str(hours.holiday_zone), **week_fields(hours.week), **fields_from_rows(rows)}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        errors: dict[str, Message] = {}
        new = {**old, "week": self._week(fields, old["week"], errors)}
        if "holidays" in old or fields.get("holidays", "none") != "none":
            new["holidays"] = fields.get("holidays", "")
        exceptions = self._exceptions(fields, old.get("exceptions"), errors)
        if "exceptions" in old or exceptions:
            new["exceptions"] = exceptions or None
        if errors:
            raise FieldErrors(errors, keep_order(new, old))
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
        if is_week_field(name):
            return weekday_name(WEEKDAY_CODES.index(name[:3]), current_language()).capitalize()
        part, _, number = name.partition("-")
        return gettext("special day %(number)s", number=int(number) + 1) + f" – {translate(SPECIAL_DAY_FIELDS[part])}"

    @property
    def is_heard(self) -> bool:
        return True

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        today = get_context().clock().astimezone(plan.timezone).date()
        typed = _typed_hours(fields)
        hours = typed or plan.hours[self.name]
        picked = picked_days(fields)
        month = build_month(parse_month(fields.get(MONTH_FIELD, ""), today), hours, picked, today)
        shown = {each.field for week in month.weeks for each in week if each}
        return {
            "weekdays": {code: weekday_name(day, current_language()) for day, code in enumerate(WEEKDAY_CODES)},
            "spans": count_spans(fields),
            "max_spans": MAX_SPANS,
            "month": month,
            "picked_elsewhere": [f"{PICK}{day}" for day in picked if f"{PICK}{day}" not in shown],
            "next_days": next_days(hours, today) if typed else (),
        }

    def apply_button(self, do: str, values: Fields) -> tuple[dict[str, str], str] | None:
        button, _, argument = do.partition(":")
        if button == "weekdays":
            return copy_day(values, "mon", WORKING_DAYS), "tue-1-from"
        if button == "copy":
            return _copy(values)
        if button == "span":
            spans = min(count_spans(values) + 1, MAX_SPANS)
            return {**values, SPANS_FIELD: str(spans)}, f"mon-{spans}-from"
        if button == "month":
            return {**values, MONTH_FIELD: argument}, "month"
        if button == "pick":
            return self._add_picked(values)
        return ({**values}, "next-days") if button == "preview" else None

    def _add_picked(self, values: Fields) -> tuple[dict[str, str], str]:
        """The fields with a row for each run of picked days; the first empty rows are used up."""
        rows = [row for row in rows_from_fields(values, self.row_fields) if any(row.values())]
        first_new = len(rows)
        for first, last in join_days(picked_days(values)):
            row = dict.fromkeys(self.row_fields, "")
            rows.append({**row, "from": str(first), "to": str(last) if last != first else ""})
        kept = {
            name: value
            for name, value in values.items()
            if not name.startswith(PICK) and name.partition("-")[0] not in self.row_fields
        }
        focus = f"open-{first_new}" if len(rows) > first_new else "month"
        return {**kept, **fields_from_rows(rows)}, focus

    def _week(self, fields: Fields, old: PlainValue, errors: dict[str, Message]) -> PlainValue:
        """The week; the one of before when one of its times is wrong, which is added to `errors`."""
        try:
            return write_week(read_week(fields), old)
        except FieldErrors as error:
            errors |= error.reasons
            return old

    def _exceptions(self, fields: Fields, old: PlainValue, errors: dict[str, Message]) -> dict[str, PlainValue]:
        days: dict[str, PlainValue] = {}
        for day, number, row, mistake in self._dated_rows(fields):
            if mistake:
                errors[f"from-{number}"] = mistake
            before = old.get(day) if isinstance(old, Mapping) else None
            texts: dict[str, PlainValue] = {code: row[code] for code in self.languages if row[code]}
            texts = {**texts_not_spoken(before, self.languages), **texts} if texts else {}
            hours = normalize_times(row["open"]) or CLOSED
            days[day] = keep_order({"open": hours, **texts}, before) if texts else hours
        return days

    def _dated_rows(self, fields: Fields) -> Iterator[tuple[str, int, Row, Message | None]]:
        """The days of each filled row as the plan names them, with its number in the form, and what is wrong with them.

        A row with wrong days gets a day that nobody has named, so that its other mistakes are found.
        """
        free = (str(date(YEARS[-1], 12, 31) - timedelta(days=before)) for before in count())
        used: set[date] = set()
        for number, row in enumerate(rows_from_fields(fields, self.row_fields)):
            if not any(row.values()):
                continue  # a row was added and left empty
            name, mistake = _date_range(row), None
            try:
                days = parse_days(name)
            except InvalidTextError as error:
                mistake = error.message if row["from"] else translatable("say which day")
            else:
                if twice := next((day for day in days if day in used), None):
                    mistake = translatable("%(word)s is used twice", word=quote_word(str(twice)))
                used.update(days)
            yield next(free) if mistake else name, number, row, mistake

    def _row_field(self, rest: str, fields: Fields) -> str:
        day, _, name = rest.partition(".")
        for written, number, _row, _mistake in self._dated_rows(fields):
            if day == written:
                return f"{name if name in self.row_fields else 'open'}-{number}"
        return ""


def _copy(values: Fields) -> tuple[dict[str, str], str]:
    """The fields with the day that was chosen copied to the days that were ticked, which are no longer."""
    source = values.get("copy-from", "")
    targets = [day for day in WEEKDAY_CODES if f"copy-to-{day}" in values and day != source]
    kept = {name: value for name, value in values.items() if not name.startswith("copy-to-")}
    if source not in WEEKDAY_CODES or not targets:
        return kept, "copy-from"
    return copy_day(kept, source, targets), f"{targets[0]}-1-from"


def _typed_hours(fields: Fields) -> OpeningHours | None:
    """The hours that the fields say so far; None while one of them cannot be read."""
    try:
        week = read_week(fields)
        zone = HolidayZone(fields.get("holidays", HolidayZone.NONE))
        rows = rows_from_fields(fields, ("from", "to", "open"))
        exceptions = {day: special for row in rows if row["from"] for day, special in _special_days(row)}
    except (FieldErrors, ValueError):
        return None
    return OpeningHours(week, zone, exceptions)


def _special_days(row: Mapping[str, str]) -> Iterator[tuple[date, SpecialDay]]:
    """The days of a row with their spans. Raises ValueError."""
    first = date.fromisoformat(row["from"])
    last = date.fromisoformat(row["to"]) if row["to"] else first
    special = SpecialDay(notation.parse_spans(normalize_times(row["open"]) or CLOSED))
    days = min((last - first).days + 1, MAX_RANGE_DAYS)
    return ((first + timedelta(days=ahead), special) for ahead in range(days))


def _exception_rows(old: PlainValue) -> Iterator[dict[str, str]]:
    for day, special in old.items() if isinstance(old, Mapping) else ():
        first, _, last = day.partition(" to ")
        parts = special if isinstance(special, Mapping) else {"open": special}
        values = {name: str(parts.get(name) or "") for name in ("open", *LANGUAGES)}
        yield {"from": first, "to": last, **values, "open": "" if values["open"] == CLOSED else values["open"]}


def _date_range(row: Mapping[str, str]) -> str:
    last = row["to"] if row["to"] != row["from"] else ""
    return f"{row['from']} to {last}" if last else row["from"]
