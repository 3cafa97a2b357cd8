"""A form that is being filled in: what it edits, what was typed, and what is wrong with it."""

import re
from dataclasses import dataclass, field, replace

from console.plan.forms import Entries, Fields, PlanForm
from console.plan.part_titles import TITLED_KINDS, as_people_write, describe_place, title_text
from records.plan.plan_versions import PlanVersion
from routing.plan.editing import plain_value
from routing.plan.errors import PlanError, PlanProblem
from routing.plan.model import Plan
from routing.plan.parsing import parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import list_parts
from translations.message import Message, translatable
from web.language import current_language, translate


@dataclass(slots=True)
class FormState:
    """The state of a form: the values and errors of its fields, and the errors that belong to no field."""

    values: dict[str, str]
    errors: dict[str, Message] = field(default_factory=dict)
    other_errors: list[Message | str] = field(default_factory=list)
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Editing:
    """What a form edits: a part of the plan, or with no `kind` the whole plan.

    `text` is the plan's text, in which a new part stands already as the form first shows it. `before` is the text that
    is in force. `form_name` is the name of the part under which the form was made, `name` the one that it gets.
    """

    form: PlanForm
    version: PlanVersion
    before: str
    text: str
    plan: Plan
    old: Entries
    kind: PartKind | None = None
    form_name: str = ""
    name: str = ""
    is_new: bool = False

    @property
    def has_title(self) -> bool:
        return self.kind in TITLED_KINDS

    @property
    def shown_title(self) -> str:
        """What the part is called; "" for a new one."""
        return title_text(self.plan, self.kind, self.form_name) if self.kind and not self.is_new else ""


def attach_problems(error: PlanError, editing: Editing, state: FormState, *, has_fields: bool = True) -> None:
    """Adds each problem to its field, and those of no field above the form, with the place in words.

    What the form itself found wrong in a field says enough. Without `has_fields` no problem is one of this form,
    because its part is removed.
    """
    found_by_form = frozenset(state.errors)
    for problem in error.problems:
        name = _find_field(editing, problem, state.values) if has_fields else ""
        reason = as_people_write(problem.reason, editing.plan.country)
        if name:
            if name not in found_by_form:
                state.errors[name] = _with_other_reason(state.errors.get(name), reason)
            continue
        place = describe_place(editing.plan if has_fields else None, problem.path)
        words = translate(reason)
        if (text := f"{place} – {words}" if place else words) not in state.other_errors:
            state.other_errors.append(text)


def _with_other_reason(before: Message | None, reason: Message) -> Message:
    """Both reasons, where a field has two different mistakes."""
    if before is None or str(reason) in str(before):
        return reason if before is None else before
    return translatable("%(first)s; %(second)s", first=before, second=reason)


def sort_errors(state: FormState) -> None:
    """Puts the errors into the order of the fields on the page, which is that in which a browser sends them."""
    order = {name: place for place, name in enumerate(state.values)}
    state.errors = dict(sorted(state.errors.items(), key=lambda error: order.get(error[0], len(order))))


def _find_field(editing: Editing, problem: PlanProblem, fields: Fields) -> str:
    """The field of a problem. An item of a list has its name in the path: overflow.centres.north.number."""
    if editing.kind is None:
        return editing.form.find_field(problem, fields)
    whole = plain_value(parse_tree(editing.before if editing.is_new else editing.text))
    names = [*list_parts(whole, editing.kind)] + ([editing.name] if editing.is_new else [])
    place = re.match(rf"{re.escape(editing.kind)}\[(\d+)\]", problem.path)
    path = problem.path
    if place and int(place[1]) <= len(names):
        path = f"{editing.kind}.{names[int(place[1]) - 1]}{path[place.end() :]}"
    if path.startswith("slots.") and editing.kind is PartKind.ANNOUNCEMENT:
        path = f"{editing.kind}.{path.removeprefix('slots.')}"
    own = f"{editing.kind}.{editing.name}"
    if path != own and not path.startswith(f"{own}."):
        return ""
    if path in (f"{own}.title", f"{own}.title.{current_language()}"):
        return "title"
    return editing.form.find_field(
        replace(problem, path=f"{editing.kind}.{editing.form_name}{path[len(own) :]}"), fields
    )
