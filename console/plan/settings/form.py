"""A settings form: groups of fields on one page. It implements console/plan/forms.PlanForm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults
from console.plan.settings.fields import FieldGroup, SettingField
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.value_text import PlainValue
from translations.message import Message


@dataclass(frozen=True, slots=True)
class SettingsForm(FormDefaults):
    """`groups` of fields of the whole plan. `lead` says what the page is for, `notice` what to know first.

    `adapt` changes the entries of an older plan into those that the fields know.
    """

    title: Message
    lead: Message
    groups: tuple[FieldGroup, ...]
    plan: Plan
    notice: Message | None = None
    adapt: Callable[[Entries], Entries] = field(default=lambda entries: entries)
    plan_path: tuple[str, ...] = ()
    row_fields: tuple[str, ...] = ()
    template: str = "plan/settings.html"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        adapted = self.adapt(old)
        return {name: value for each in self._fields() for name, value in each.to_fields(adapted, plan).items()}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        adapted = self.adapt(old)
        errors: dict[str, Message] = {}
        for each in self._fields():
            try:
                adapted = each.to_plan(fields, adapted, self.plan)
            except FieldErrors as error:
                errors |= error.reasons
                adapted = adapted if error.entries is None else error.entries
        if errors:
            raise FieldErrors(errors, adapted)
        return adapted

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        return next((name for each in self._fields() if (name := each.find_field(problem))), "")

    def field_label(self, name: str) -> str:
        return next((label for each in self._fields() if (label := each.field_label(name)) is not None), name)

    def _fields(self) -> Iterator[SettingField]:
        for group in self.groups:
            yield from group.fields
