"""Requests that wait for the team, as forms: their topics, and what can become of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from console.language import translate
from console.plan.form_rows import Row, fields_from_rows, rows_from_fields
from console.plan.forms import Entries, FieldError, Fields, FormDefaults, keep_order, texts_not_spoken
from console.plan.settings.fields import NumberField, get_entry, remove_entry, set_entry
from routing.languages import LANGUAGE_NAMES, LocalizedText
from routing.plan import bounds
from routing.plan.editing import PlainValue
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.parts import make_name
from routing.request_rules import DEFAULT_OUTCOMES, MAX_OUTCOMES, MAX_TOPICS, RequestRules
from translations.message import Message, translatable
from translations.web import gettext

LEVELS: Mapping[int, Message] = {
    1: translatable("1: everybody who handles requests"),
    2: translatable("2: the service concerned"),
    3: translatable("3: the mediator alone"),
}
LABELS: Mapping[str, Message] = {
    "title": translatable("Name"),
    "level": translatable("Level"),
    "due": translatable("Hours of opening until it is due"),
}
DUE = NumberField(
    "requests.due_h",
    translatable("Hours of opening until a request is due"),
    translatable("For requests without a topic, and for topics that say nothing else."),
    bounds=bounds.REQUEST_DUE,
    default=RequestRules().due_h,
)
_PLACE = re.compile(r"requests\.(?:topics|outcomes)\[(?P<place>[0-9]+)\](?:\.(?P<field>\w+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedRowsForm(FormDefaults):
    """Rows that have a name in each language that is spoken; `entry` is their list in the plan."""

    plan: Plan
    entry: str
    more_fields: tuple[str, ...]
    most: int
    template: str
    plan_path: tuple[str, ...] = ()
    row_fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        fields = (*(f"title_{language}" for language in self.plan.languages), "name", *self.more_fields)
        object.__setattr__(self, "row_fields", fields)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        rows = fields_from_rows(_shown_rows(plan.requests, self.entry, plan.languages))
        return {**rows, **(DUE.to_fields(old, plan) if self.more_fields else {})}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        rows, old = _filled_rows(fields, self.row_fields), DUE.to_plan(fields, old, self.plan)
        if len(rows) > self.most:
            raise FieldError(
                f"{self.row_fields[0]}-{rows[self.most][0]}",
                translatable("there are more than %(count)s; nobody finds one among more", count=self.most),
            )
        written = get_entry(old, self.entry)
        if written is None and [row for _, row in rows] == self._usual_rows():
            return old
        if not rows:
            return remove_entry(old, self.entry) if written is not None else old
        taken = {row["name"] for _, row in rows if row["name"]}
        return set_entry(old, self.entry, tuple(self._write(number, row, taken, written) for number, row in rows))

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        if name := DUE.find_field(problem):
            return name
        rows = _filled_rows(fields, self.row_fields)
        found = _PLACE.match(problem.path)
        place = int(found["place"]) - 1 if found else len(rows)
        if not found or place >= len(rows):
            return ""
        name = {"level": "level", "due_h": "due"}.get(found["field"] or "", self.row_fields[0])
        return f"{name}-{rows[place][0]}"

    def field_label(self, name: str) -> str:
        if label := DUE.field_label(name):
            return label
        kind, _, number = name.partition("-")
        row = gettext("row %(number)s", number=int(number or 0) + 1)
        what = LABELS.get(kind.partition("_")[0])
        return f"{row} – {translate(what) if what else name}"

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        return {
            "languages": {code: translate(LANGUAGE_NAMES[code]) for code in self.plan.languages},
            "levels": [(str(level), words) for level, words in LEVELS.items()],
            "most": self.most,
            "due": DUE,
        }

    def _usual_rows(self) -> list[Row]:
        return _shown_rows(RequestRules(), self.entry, self.plan.languages)

    def _write(self, number: int, row: Row, taken: set[str], written: PlainValue) -> PlainValue:
        titles = {language: row[f"title_{language}"].strip() for language in self.plan.languages}
        for language, title in titles.items():
            if not title:
                raise FieldError(f"title_{language}-{number}", translatable("give it a name"))
        before = _entry_before(written, row["name"])
        name = row["name"] or make_name(next(iter(titles.values())), taken)
        taken.add(name)
        new: dict[str, PlainValue] = {**before, "name": name, "title": self._title(titles, before.get("title"))}
        if "level" in self.more_fields:
            new["level"] = row["level"] if row["level"] not in ("", "1") or before.get("level") else None
            new["due_h"] = row["due"].strip() or None
        return keep_order({entry: value for entry, value in new.items() if value is not None}, before)

    def _title(self, titles: Mapping[str, str], before: PlainValue) -> PlainValue:
        if isinstance(before, str) and {*titles.values()} == {before.strip()}:
            return before
        return {**texts_not_spoken(before, self.plan.languages), **titles}


def topics_form(plan: Plan) -> NamedRowsForm:
    """The topics, each with the level that it goes to and when it is due."""
    return NamedRowsForm(plan, "requests.topics", ("level", "due"), MAX_TOPICS, "plan/request_topics.html")


def outcomes_form(plan: Plan) -> NamedRowsForm:
    """What can become of a request; without any in the plan, the usual ones are shown."""
    return NamedRowsForm(plan, "requests.outcomes", (), MAX_OUTCOMES, "plan/request_outcomes.html")


def _shown_rows(rules: RequestRules, entry: str, languages: Sequence[str]) -> list[Row]:
    if entry == "requests.topics":
        return [
            {
                **_titles(topic.title, languages),
                "name": topic.name,
                "level": str(topic.level),
                "due": str(topic.due_h or ""),
            }
            for topic in rules.topics
        ]
    if not rules.outcomes:
        return [
            {**{f"title_{code}": label.in_language(code) for code in languages}, "name": name}
            for name, label in DEFAULT_OUTCOMES.items()
        ]
    return [{**_titles(each.title, languages), "name": each.name} for each in rules.outcomes]


def _titles(title: LocalizedText, languages: Sequence[str]) -> Row:
    return {f"title_{code}": title.get(code, "") for code in languages}


def _filled_rows(fields: Fields, names: Sequence[str]) -> list[tuple[int, Row]]:
    """The rows with a name, each with its number in the form."""
    rows = enumerate(rows_from_fields(fields, names))
    return [
        (number, row) for number, row in rows if any(row[name].strip() for name in names if name.startswith("title_"))
    ]


def _entry_before(written: PlainValue, name: str) -> Entries:
    items = written if isinstance(written, (tuple, list)) else ()
    return next((item for item in items if isinstance(item, Mapping) and item.get("name") == name), {})
