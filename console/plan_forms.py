"""Forms over one part of the plan's text: from what is written there to fields, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from routing.plan import Plan
from routing.plan_tree import Problem
from routing.plan_writing import Written

Fields = Mapping[str, str]
Entries = Mapping[str, Written]
LONGEST_NAME = 200  # YAML reads no name that is much longer
ROW_BUTTONS = ("add", "remove", "up", "down")


class FieldRefused(Exception):
    """What was typed cannot even be written into a plan; `reason` in the validator's manner."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


class PlanForm(Protocol):
    """A form for one part of the plan."""

    @property
    def place(self) -> tuple[str, ...]:
        """Where the part is written."""
        ...

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the fields that come in rows, if any do."""
        ...

    @property
    def template(self) -> str: ...

    def fields(self, was: Entries, plan: Plan) -> dict[str, str]:
        """What the fields hold for what is written."""
        ...

    def written(self, fields: Fields, was: Entries) -> Written:
        """What is to be written for what the fields hold. Raises FieldRefused."""
        ...

    def field(self, problem: Problem, fields: Fields) -> str:
        """The field in which the problem lies; "" when in none."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One value at `path` below the form's place. `kind`: "text", "number" or "choice", of `options`: value and word,
    or the value itself where there is no word. What is `optional` may be left out, as it is while nobody writes it."""

    path: str
    kind: str
    options: tuple[str, ...] = ()
    optional: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class SimpleForm:
    """Each field is one value."""

    place: tuple[str, ...]
    shown: tuple[Field, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    template: str = "plan/simple.html"

    def fields(self, was: Entries, plan: Plan) -> dict[str, str]:
        return {each.path: _get(was, each.path) or self.defaults.get(each.path, "") for each in self.shown}

    def written(self, fields: Fields, was: Entries) -> Written:
        now: Written = was
        for each in self.shown:
            value = fields.get(each.path, "")
            unwritten = each.optional and not _get(was, each.path)
            if not (unwritten and value in ("", self.defaults.get(each.path, ""))):
                now = _set(now, each.path.split("."), value or None)
        return now

    def field(self, problem: Problem, fields: Fields) -> str:
        below = problem.where.removeprefix(".".join(self.place)).removeprefix(".")
        return next((each.path for each in self.shown if below == each.path or below.startswith(f"{each.path}.")), "")


def number_form(public: str, was: Entries, plan: Plan) -> SimpleForm:
    """Greeting, language, menu and hours of a number; the price where it is told."""
    price = ("price_text.fr", "price_text.en") if was.get("price_text") else ()
    texts = tuple(Field(path, "text", lang=path[-2:]) for path in ("greeting.fr", "greeting.en", *price))
    choices = (
        Field("language", "choice", ("fr", "en")),
        Field("menu", "choice", tuple(plan.menus)),
        Field("hours", "choice", tuple(plan.hours)),
    )
    return SimpleForm(("numbers", public), (*texts, *choices))


def waits_form(plan: Plan) -> SimpleForm:
    """How long things last for who wants a person."""
    staff, waiting = plan.staff, plan.waiting
    numbers = ("staff.ring_s", "staff.max_wait_s", "staff.wrapup_s")
    optional = {
        "staff.misses": str(staff.misses),
        "waiting.offer_every_s": str(waiting.offer_every_s),
        "waiting.announce_every_s": str(waiting.announce_every_s),
    }
    return SimpleForm(
        (),
        (
            *(Field(path, "number") for path in numbers),
            *(Field(path, "number", optional=True) for path in optional),
        ),
        optional,
    )


def in_order_of(now: dict[str, Written], was: Written) -> dict[str, Written]:
    """The same entries, those that were there before in the order in which they were written."""
    names = [name for name in was if name in now] if isinstance(was, Mapping) else []
    return {name: now[name] for name in [*names, *(name for name in now if name not in names)]}


def _get(entries: Written, path: str) -> str:
    for name in path.split("."):
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    return entries if isinstance(entries, str) else ""


def _set(entries: Written, path: list[str], value: Written) -> Written:
    below = entries if isinstance(entries, Mapping) else {}
    return {**below, path[0]: _set(below.get(path[0]), path[1:], value) if path[1:] else value}
