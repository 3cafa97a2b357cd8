"""Lists of names, as forms: topics of requests, what can become of a request, reasons for a break."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from console.plan.form_rows import Row, fields_from_rows, rows_from_fields
from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults, keep_order, texts_not_spoken
from console.plan.settings.entries import get_entry, remove_entry, set_entry
from console.plan.settings.fields import ChoiceField, NumberField, SettingField
from routing.languages import LANGUAGE_NAMES, LocalizedText
from routing.pause_reasons import MAX_PAUSE_REASONS
from routing.plan import bounds
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.parts import make_name
from routing.plan.value_text import PlainValue
from routing.request_rules import DEFAULT_OUTCOMES, MAX_OUTCOMES, MAX_TOPICS, EscalationAudience, RequestRules
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

LEVELS: Mapping[int, Message] = {
    1: translatable("1: everybody who handles requests"),
    2: translatable("2: the service concerned"),
    3: translatable("3: the mediator alone"),
}
LABELS: Mapping[str, Message] = {
    "title": translatable("Name"),
    "level": translatable("Level"),
    "due": translatable("Hours of opening until it is due"),
    "escalate": translatable("Hours of opening after the due time until it goes up"),
    "tell": translatable("Who is told then"),
}
AUDIENCES: Mapping[str, Message] = {
    EscalationAudience.SUPERVISORS: translatable("its owner and the supervisors"),
    EscalationAudience.EVERYBODY: translatable("everybody who handles requests"),
    EscalationAudience.NOBODY: translatable("its owner alone"),
}
DUE = NumberField(
    "requests.due_h",
    translatable("Hours of opening until a request is due"),
    translatable("For requests without a topic, and for topics that say nothing else."),
    bounds=bounds.REQUEST_DUE,
    default=RequestRules().due_h,
)
ESCALATE = NumberField(
    "requests.escalate_h",
    translatable("Hours of opening after the due time until a request without a topic goes up"),
    translatable(
        "From level 1 it goes to level 2, where nobody has taken it yet; at level 2 it stays. Nothing goes to the"
        " mediator by itself. 0: at the due time. Empty: never."
    ),
    bounds=bounds.REQUEST_ESCALATION,
    may_be_empty=True,
)
TELL = ChoiceField(
    "requests.escalate_tell",
    translatable("Who is told then"),
    translatable("By e-mail, if they chose so on the page of their account."),
    options=AUDIENCES,
    default=EscalationAudience.SUPERVISORS,
)
SETTINGS: Sequence[SettingField] = (DUE, ESCALATE, TELL)
"""Those above the topics."""
_LISTS = r"(?:requests\.topics|requests\.outcomes|staff\.pauses)"
_PLACE = re.compile(_LISTS + r"\[(?P<place>[0-9]+)\](?:\.(?P<field>\w+))?", re.ASCII)
_ROW_FIELDS = {"level": "level", "due_h": "due", "escalate_h": "escalate", "escalate_tell": "tell"}
"""The field in HTML of each entry of a topic."""


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
        rows = fields_from_rows(_shown_rows(plan, self.entry))
        return {**rows, **{name: value for each in self._settings for name, value in each.to_fields(old, plan).items()}}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        rows = _filled_rows(fields, self.row_fields)
        for each in self._settings:
            old = each.to_plan(fields, old, self.plan)
        if self._settings and get_entry(old, ESCALATE.path) is None:
            old = remove_entry(old, TELL.path)
        errors = self._find_mistakes(rows)
        written = get_entry(old, self.entry)
        if written is None and [row for _, row in rows] == self._usual_rows():
            return old
        if not rows:
            return remove_entry(old, self.entry) if written is not None else old
        taken = {row["name"] for _, row in rows if row["name"]}
        new = set_entry(old, self.entry, tuple(self._write(row, taken, written) for _, row in rows[: self.most]))
        if errors:
            raise FieldErrors(errors, new)
        return new

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        if name := next((name for each in self._settings if (name := each.find_field(problem))), ""):
            return name
        rows = _filled_rows(fields, self.row_fields)
        found = _PLACE.match(problem.path)
        place = int(found["place"]) - 1 if found else len(rows)
        if not found or place >= len(rows):
            return ""
        name = _ROW_FIELDS.get(found["field"] or "", self.row_fields[0])
        return f"{name}-{rows[place][0]}"

    def field_label(self, name: str) -> str:
        if label := next((label for each in self._settings if (label := each.field_label(name))), None):
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
            "audiences": AUDIENCES.items(),
            "settings": self._settings,
        }

    @property
    def _settings(self) -> Sequence[SettingField]:
        return SETTINGS if self.more_fields else ()

    def _usual_rows(self) -> list[Row]:
        without = replace(self.plan, requests=RequestRules(), staff=replace(self.plan.staff, pause_reasons=()))
        return _shown_rows(without, self.entry)

    def _find_mistakes(self, rows: Sequence[tuple[int, Row]]) -> dict[str, Message]:
        errors = {
            f"title_{language}-{number}": translatable("give it a name")
            for number, row in rows
            for language in self.plan.languages
            if not row[f"title_{language}"].strip()
        }
        if len(rows) > self.most:
            reason = translatable("there are more than %(count)s; nobody finds one among more", count=self.most)
            errors.setdefault(f"{self.row_fields[0]}-{rows[self.most][0]}", reason)
        return errors

    def _write(self, row: Row, taken: set[str], written: PlainValue) -> PlainValue:
        """The entry of a row; where the name is missing in one language, it gets that of another."""
        typed = {language: row[f"title_{language}"].strip() for language in self.plan.languages}
        titles = {language: title or next(filter(None, typed.values())) for language, title in typed.items()}
        before = _entry_before(written, row["name"])
        name = row["name"] or make_name(next(iter(titles.values())), taken)
        taken.add(name)
        new: dict[str, PlainValue] = {**before, "name": name, "title": self._title(titles, before.get("title"))}
        if "level" in self.more_fields:
            new["level"] = row["level"] if row["level"] not in ("", "1") or before.get("level") else None
            new["due_h"] = row["due"].strip() or None
            new["escalate_h"] = row["escalate"].strip() or None
            is_told = new["escalate_h"] and (row["tell"] not in ("", EscalationAudience.SUPERVISORS))
            new["escalate_tell"] = row["tell"] if is_told else None
        return keep_order({entry: value for entry, value in new.items() if value is not None}, before)

    def _title(self, titles: Mapping[str, str], before: PlainValue) -> PlainValue:
        if isinstance(before, str) and {*titles.values()} == {before.strip()}:
            return before
        return {**texts_not_spoken(before, self.plan.languages), **titles}


def topics_form(plan: Plan) -> NamedRowsForm:
    """The topics, each with the level that it goes to and when it is due."""
    return NamedRowsForm(
        plan, "requests.topics", ("level", "due", "escalate", "tell"), MAX_TOPICS, "plan/request_topics.html"
    )


def outcomes_form(plan: Plan) -> NamedRowsForm:
    """What can become of a request; without any in the plan, the usual ones are shown."""
    return NamedRowsForm(plan, "requests.outcomes", (), MAX_OUTCOMES, "plan/request_outcomes.html")


def pause_reasons_form(plan: Plan) -> NamedRowsForm:
    """The reasons for a break; without any, agents give none."""
    return NamedRowsForm(plan, "staff.pauses", (), MAX_PAUSE_REASONS, "plan/pause_reasons.html")


def _shown_rows(plan: Plan, entry: str) -> list[Row]:
    rules, languages = plan.requests, plan.languages
    if entry == "staff.pauses":
        return [{**_titles(each.title, languages), "name": each.name} for each in plan.staff.pause_reasons]
    if entry == "requests.topics":
        return [
            {
                **_titles(topic.title, languages),
                "name": topic.name,
                "level": str(topic.level),
                "due": str(topic.due_h or ""),
                "escalate": "" if topic.escalate_h is None else str(topic.escalate_h),
                "tell": topic.escalate_tell.value,
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
