"""Forms that edit one part of the plan's text: they read the text into fields and write the fields back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from routing.languages import LANGUAGES
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.value_text import PlainValue
from translations.message import Message
from web.language import translate

Fields = Mapping[str, str]
Entries = Mapping[str, PlainValue]
ROW_BUTTONS = ("add", "remove", "up", "down")


class FieldErrors(Exception):
    """Typed values that cannot be written into a plan, by field. The reasons are worded like those of the validator.

    `entries` are what the other fields say, with something valid in the place of what is wrong, so that the validator's
    mistakes are shown together with these; None where it could not tell them.
    """

    def __init__(self, reasons: Mapping[str, Message], entries: Entries | None = None) -> None:
        self.reasons, self.entries = reasons, entries
        super().__init__(", ".join(map(str, reasons.values())))


class FieldError(FieldErrors):
    """One typed value that cannot be written into a plan."""

    def __init__(self, field: str, reason: Message) -> None:
        super().__init__({field: reason})


class PlanForm(Protocol):
    """A form for one part of the plan."""

    @property
    def plan_path(self) -> tuple[str, ...]:
        """The path of the part in the plan."""
        ...

    @property
    def row_fields(self) -> tuple[str, ...]:
        """The names of the fields that come in rows, if any do."""
        ...

    @property
    def template(self) -> str: ...

    @property
    def is_heard(self) -> bool:
        """Whether a change of the part can be listened to before it is saved."""
        ...

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        """The fields for the entries of the plan."""
        ...

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        """The entries to write for these fields. Raises FieldErrors with every mistake that the form itself finds."""
        ...

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        """The field in which the problem lies; "" when it lies in none."""
        ...

    def field_label(self, name: str) -> str:
        """The label of a field, in the language of the current request."""
        ...

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        """What the template needs beside the form, its fields and the plan."""
        ...

    def chosen_name(self, fields: Fields) -> str:
        """The name in the plan that these fields give to the part; "" when it keeps its own, or has its title's."""
        ...

    def apply_button(self, do: str, values: Fields) -> tuple[dict[str, str], str] | None:
        """The fields after a button of this form alone, and the one to focus; None for any other button."""
        ...


class FormDefaults:
    """What most forms have in common."""

    __slots__ = ()

    @property
    def is_heard(self) -> bool:
        return False

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        return {}

    def chosen_name(self, fields: Fields) -> str:
        return ""

    def apply_button(self, do: str, values: Fields) -> tuple[dict[str, str], str] | None:
        return None


@dataclass(frozen=True, slots=True)
class PlanField:
    """One value at `path` below the path of the form.

    `kind` is "line", "number" or "choice", a choice of `options` with their labels. An `optional` value is written into
    the plan only once it differs from its default.
    """

    path: str
    kind: str
    label: Message
    options: Mapping[str, Message] = field(default_factory=dict)
    optional: bool = False
    hint: Message | None = None


@dataclass(frozen=True, slots=True)
class SimpleForm(FormDefaults):
    """A form in which each field is one value."""

    plan_path: tuple[str, ...]
    form_fields: tuple[PlanField, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)
    row_fields: tuple[str, ...] = ()
    template: str = "plan/simple.html"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        return {each.path: _get_value(old, each.path) or self.defaults.get(each.path, "") for each in self.form_fields}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new: PlainValue = old
        for each in self.form_fields:
            value = fields.get(each.path, "")
            unwritten = each.optional and not _get_value(old, each.path)
            if each.optional and not value and each.path not in self.defaults:
                new = _without(new, each.path)
            elif not (unwritten and value in ("", self.defaults.get(each.path, ""))):
                new = _set_value(new, each.path.split("."), value or None)
        return new

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(".".join(self.plan_path)).removeprefix(".")
        return next(
            (each.path for each in self.form_fields if below == each.path or below.startswith(f"{each.path}.")), ""
        )

    def field_label(self, name: str) -> str:
        return next((translate(each.label) for each in self.form_fields if each.path == name), name)


def keep_order(new: dict[str, PlainValue], old: PlainValue) -> dict[str, PlainValue]:
    """The same entries; those that were there before keep their order."""
    names = [name for name in old if name in new] if isinstance(old, Mapping) else []
    return {name: new[name] for name in [*names, *(name for name in new if name not in names)]}


def texts_not_spoken(before: PlainValue, spoken: Collection[str]) -> dict[str, PlainValue]:
    """Texts in a language that a form does not ask for: they stay in the plan."""
    entries = before if isinstance(before, Mapping) else {}
    return {code: entries[code] for code in LANGUAGES if code in entries and code not in spoken}


def _get_value(entries: PlainValue, path: str) -> str:
    for name in path.split("."):
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    return entries if isinstance(entries, str) else ""


def _without(entries: PlainValue, path: str) -> PlainValue:
    """The entries without this one, which is empty and has no default."""
    below = entries if isinstance(entries, Mapping) else {}
    return {name: value for name, value in below.items() if name != path}


def _set_value(entries: PlainValue, path: list[str], value: PlainValue) -> PlainValue:
    below = entries if isinstance(entries, Mapping) else {}
    return {**below, path[0]: _set_value(below.get(path[0]), path[1:], value) if path[1:] else value}
