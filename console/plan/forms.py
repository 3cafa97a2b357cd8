"""Forms that edit one part of the plan's text: they read the text into fields and write the fields back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from console.language import translate
from console.plan.labels import FIELDS
from routing.key_wait import WhileChoosing
from routing.plan.editing import PlainValue
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.retention import PURPOSES
from translations.message import Message

Fields = Mapping[str, str]
Entries = Mapping[str, PlainValue]
MAX_NAME_LENGTH = 200  # YAML reads no name that is much longer
ROW_BUTTONS = ("add", "remove", "up", "down")


class FieldError(Exception):
    """A typed value that cannot be written into a plan. `reason` is worded like those of the validator."""

    def __init__(self, field: str, reason: Message) -> None:
        self.field, self.reason = field, reason
        super().__init__(str(reason))


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

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        """The fields for the entries of the plan."""
        ...

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        """The entries to write for these fields. Raises FieldError."""
        ...

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        """The field in which the problem lies; "" when it lies in none."""
        ...

    def field_label(self, name: str) -> str:
        """The label of a field, in the language of the current request."""
        ...


@dataclass(frozen=True, slots=True)
class PlanField:
    """One value at `path` below the path of the form.

    `kind` is "text", "number" or "choice", a choice of `options`. An `optional` value is written into the plan only
    once it differs from its default.
    """

    path: str
    kind: str
    options: tuple[str, ...] = ()
    optional: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class SimpleForm:
    """A form in which each field is one value."""

    plan_path: tuple[str, ...]
    form_fields: tuple[PlanField, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)
    name: str = ""  # of a form without a path
    row_fields: tuple[str, ...] = ()
    template: str = "plan/simple.html"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        return {each.path: _get_value(old, each.path) or self.defaults.get(each.path, "") for each in self.form_fields}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new: PlainValue = old
        for each in self.form_fields:
            value = fields.get(each.path, "")
            unwritten = each.optional and not _get_value(old, each.path)
            if not (unwritten and value in ("", self.defaults.get(each.path, ""))):
                new = _set_value(new, each.path.split("."), value or None)
        return new

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(".".join(self.plan_path)).removeprefix(".")
        return next(
            (each.path for each in self.form_fields if below == each.path or below.startswith(f"{each.path}.")), ""
        )

    def field_label(self, name: str) -> str:
        return translate(FIELDS[name])


def number_form(public: str, old: Entries, plan: Plan) -> SimpleForm:
    """Greeting, language, menu and hours of a number; the price notice if it has one."""
    price = ("price_text.fr", "price_text.en") if old.get("price_text") else ()
    texts = tuple(PlanField(path, "text", lang=path[-2:]) for path in ("greeting.fr", "greeting.en", *price))
    choices = (
        PlanField("language", "choice", ("fr", "en")),
        PlanField("menu", "choice", tuple(plan.menus)),
        PlanField("hours", "choice", tuple(plan.hours)),
    )
    return SimpleForm(("numbers", public), (*texts, *choices))


def timeouts_form(plan: Plan) -> SimpleForm:
    """How long telephones ring, callers wait and agents pause."""
    staff, waiting = plan.staff, plan.waiting
    numbers = ("staff.ring_s", "staff.max_wait_s", "staff.wrapup_s")
    optional = {
        "staff.misses": str(staff.max_missed_calls),
        "waiting.offer_every_s": str(waiting.offer_every_s),
        "waiting.announce_every_s": str(waiting.announce_every_s),
    }
    heard = PlanField("while_choosing", "choice", tuple(WhileChoosing), optional=True)
    return SimpleForm(
        (),
        (
            *(PlanField(path, "number") for path in numbers),
            *(PlanField(path, "number", optional=True) for path in optional),
            heard,
        ),
        optional | {heard.path: str(plan.while_choosing)},
    )


def retention_form(plan: Plan) -> SimpleForm:
    """For how long what identifies a person is kept."""
    days = {f"retention.{name}": str(getattr(plan.retention, name)) for name in PURPOSES}
    return SimpleForm((), tuple(PlanField(path, "number", optional=True) for path in days), days, "retention")


def keep_order(new: dict[str, PlainValue], old: PlainValue) -> dict[str, PlainValue]:
    """The same entries; those that were there before keep their order."""
    names = [name for name in old if name in new] if isinstance(old, Mapping) else []
    return {name: new[name] for name in [*names, *(name for name in new if name not in names)]}


def _get_value(entries: PlainValue, path: str) -> str:
    for name in path.split("."):
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    return entries if isinstance(entries, str) else ""


def _set_value(entries: PlainValue, path: list[str], value: PlainValue) -> PlainValue:
    below = entries if isinstance(entries, Mapping) else {}
    return {**below, path[0]: _set_value(below.get(path[0]), path[1:], value) if path[1:] else value}
