"""Overflow as forms: the centres outside that take calls, and when a call goes there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from console.plan.form_rows import Row, fields_from_rows, rows_from_fields
from console.plan.forms import Entries, FieldError, FieldErrors, Fields, FormDefaults, keep_order
from console.plan.part_titles import with_title
from console.plan.settings.entries import get_entry, set_entry
from console.plan.settings.fields import parse_number_field
from routing import numbers
from routing.destinations import Destination
from routing.plan import bounds
from routing.plan.errors import PlanEditError, PlanProblem
from routing.plan.model import OverflowCentre, OverflowTrigger, Plan
from routing.plan.overflow import presentable_numbers
from routing.plan.part_kinds import PartKind
from routing.plan.parts import make_name
from routing.plan.titles import find_title
from routing.plan.value_text import PlainValue
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

TRIGGERS: Mapping[OverflowTrigger, Message] = {
    OverflowTrigger.NOBODY_LOGGED_IN: translatable("Nobody from the team is logged in"),
    OverflowTrigger.NOBODY_READY: translatable("Nobody is free: all are on the telephone or on a break"),
    OverflowTrigger.CALLERS_WAITING: translatable("More than … callers wait"),
    OverflowTrigger.LONGEST_WAIT: translatable("The first caller has waited for more than … seconds"),
    OverflowTrigger.ESTIMATED_WAIT: translatable("A new caller would wait for more than … seconds"),
    OverflowTrigger.SHARE_OF_CALLS: translatable("… per cent of calls, at random"),
    OverflowTrigger.CLOSED: translatable("We are closed"),
}

CENTRE_LABELS: Mapping[str, Message] = {
    "title": translatable("Name"),
    "number": translatable("Telephone number of the centre"),
    "trunk": translatable("Operator line that leads there"),
    "ring": translatable("How long it rings there"),
    "caller": translatable("Number that the centre sees"),
}
RULE_LABELS: Mapping[str, Message] = {
    "when": translatable("When"),
    "value": translatable("Number in place of the dots"),
}

_DEFAULT_RING_S = str(OverflowCentre("", None, None, "").ring_s)
_PLACE = re.compile(r"overflow\.(?:rules|centres)\[(?P<place>[0-9]+)\](?:\.(?P<field>\w+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CentresForm(FormDefaults):
    """The centres in rows, in the order in which they are tried.

    `trunks`: what people call those of the installation, and those that the plan names, by their names in the plan.
    """

    plan: Plan
    trunks: Mapping[str, str] = field(default_factory=dict)
    row_fields: tuple[str, ...] = ("title", "centre", "number", "trunk", "ring", "caller")
    plan_path: tuple[str, ...] = ()
    template: str = "plan/overflow_centres.html"

    @property
    def labels(self) -> Mapping[str, Message]:
        return CENTRE_LABELS

    @property
    def caller_numbers(self) -> Mapping[str, str]:
        """The numbers that a centre may see, as people read them."""
        return {e164: numbers.format_number(e164, self.plan.country) for e164 in presentable_numbers(self.plan.numbers)}

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        return fields_from_rows(
            [
                {
                    "title": find_title(plan, PartKind.CENTRE, centre.name).in_language(current_language()),
                    "centre": centre.name,
                    "number": numbers.format_number(centre.number, plan.country) if centre.number else "",
                    "trunk": centre.trunk or "",
                    "ring": str(centre.ring_s),
                    "caller": centre.caller_id,
                }
                for centre in plan.overflow.centres
            ]
        )

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        rows = _filled_rows(fields, self.row_fields, ("title", "number", "trunk"))
        if not rows:
            return self._without_centres(old)
        titles: set[str] = set()
        taken = {row["centre"] for _, row in rows if row["centre"]}
        centres = []
        errors: dict[str, Message] = {}
        for number, row in rows:
            title = row["title"].strip()
            if not title:
                errors[f"title-{number}"] = translatable("give the centre a name")
            elif title.casefold() in titles:
                errors[f"title-{number}"] = translatable("another centre has this name already")
            titles.add(title.casefold())
            name = row["centre"] or make_name(title, taken)
            taken.add(name)
            centres.append(self._write_centre(number, row, name, old, errors))
        new = set_entry(old, "overflow.centres", tuple(centres))
        if errors:
            raise FieldErrors(errors, new)
        return new

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        names = {"name": "title", "title": "title", "number": "number", "sip": "trunk", "ring_s": "ring"}
        rows = _filled_rows(fields, self.row_fields, ("title", "number", "trunk"))
        return _field_of_row(problem, rows, {**names, "caller_id": "caller"}, "number")

    def field_label(self, name: str) -> str:
        return _row_label(name, CENTRE_LABELS, gettext("centre %(number)s", number=_row_number(name)))

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        any_line = ("", translatable("Any line of your operator"))
        return {"ring": bounds.CENTRE_RING, "trunk_choices": [any_line, *self.trunks.items()]}

    def _write_centre(self, number: int, row: Row, name: str, old: Entries, errors: dict[str, Message]) -> PlainValue:
        """The entry of a centre; what is wrong with its number is added to `errors`."""
        before = _centre_before(old, name)
        if not row["number"].strip() and not row["trunk"]:
            reason = translatable("give the number of the centre, or the line that leads there")
            errors[f"number-{number}"] = reason
        language = current_language()
        shown_title = find_title(self.plan, PartKind.CENTRE, name).in_language(language)
        new: dict[str, PlainValue] = {
            "name": name,
            **with_title(before, row["title"].strip(), shown_title, current_language()),
        }
        try:
            new |= self._number_entry(f"number-{number}", row["number"].strip(), before)
        except FieldError as error:
            errors |= error.reasons
        new |= {"sip": row["trunk"] or None, "contract": before.get("contract")}
        shown = next(iter(self.caller_numbers), "")
        _write_unless_default(new, "ring_s", row["ring"].strip() or _DEFAULT_RING_S, _DEFAULT_RING_S)
        _write_unless_default(new, "caller_id", row["caller"] or shown, shown)
        return keep_order({entry: value for entry, value in new.items() if value is not None}, before)

    def _number_entry(self, name: str, typed: str, before: Entries) -> dict[str, PlainValue]:
        written = before.get("number")
        if isinstance(written, str) and typed == numbers.format_number(written, self.plan.country):
            return {"number": written}
        return {"number": parse_number_field(name, typed, self.plan.country) if typed else None}

    def _without_centres(self, old: Entries) -> PlainValue:
        for menu in self.plan.menus.values():
            to = (*(choice.destination for choice in menu.choices), menu.fallback)
            if Destination.OVERFLOW in to:
                raise PlanEditError(
                    translatable(
                        "“%(menu)s” leads callers to an overflow centre; change that menu before the last centre goes.",
                        menu=find_title(self.plan, PartKind.MENU, menu.name),
                    )
                )
        if "overflow" not in old:
            return old
        return {**old, "overflow": None}


@dataclass(frozen=True, slots=True)
class RulesForm(FormDefaults):
    """The rules in rows: a reason, and its number where it has one."""

    plan: Plan
    row_fields: tuple[str, ...] = ("when", "value")
    plan_path: tuple[str, ...] = ()
    template: str = "plan/overflow_rules.html"

    @property
    def labels(self) -> Mapping[str, Message]:
        return RULE_LABELS

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        return fields_from_rows(
            [
                {"when": str(rule.trigger), "value": "" if rule.threshold is None else str(rule.threshold)}
                for rule in plan.overflow.rules
            ]
        )

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        rules = []
        errors: dict[str, Message] = {}
        for number, row in _filled_rows(fields, self.row_fields, self.row_fields):
            value, has_value = row["value"].strip(), row["when"] in bounds.OVERFLOW_RULES
            if not row["when"]:
                errors[f"when-{number}"] = translatable("choose a reason")
            elif value and not has_value:
                errors[f"value-{number}"] = translatable("this reason has no number; leave the field empty")
            elif has_value and not value:
                errors[f"value-{number}"] = _missing_value(OverflowTrigger(row["when"]))
            rules.append({"when": row["when"], **({"value": value} if value else {})})
        if errors:
            raise FieldErrors(errors, set_entry(old, "overflow.rules", tuple(rules)))
        if not rules:
            overflow = old.get("overflow")
            kept = {**overflow} if isinstance(overflow, Mapping) else {}
            kept.pop("rules", None)
            return {**old, "overflow": kept} if kept else old
        return set_entry(old, "overflow.rules", tuple(rules))

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        rows = _filled_rows(fields, self.row_fields, self.row_fields)
        return _field_of_row(problem, rows, {"when": "when", "value": "value"}, "when")

    def field_label(self, name: str) -> str:
        return _row_label(name, RULE_LABELS, gettext("rule %(number)s", number=_row_number(name)))

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        nothing = ("", translatable("Choose a reason"))
        return {
            "when_choices": [nothing, *((str(trigger), words) for trigger, words in TRIGGERS.items())],
            "reasons_with_number": " ".join(bounds.OVERFLOW_RULES),
        }

    def value_hint(self, when: str) -> Message:
        """What to write beside the reason that is chosen."""
        if when and when not in bounds.OVERFLOW_RULES:
            return translatable("This reason has none; leave it empty.")
        if not when:
            return translatable("Only for a reason with dots.")
        limits = bounds.OVERFLOW_RULES[OverflowTrigger(when)]
        return translatable("From %(low)s to %(high)s %(unit)s.", low=limits.low, high=limits.high, unit=limits.unit)


def _filled_rows(fields: Fields, names: Sequence[str], needed: Sequence[str]) -> list[tuple[int, Row]]:
    """The rows in which one of the `needed` fields is filled, each with its number in the form."""
    rows = enumerate(rows_from_fields(fields, names))
    return [(number, row) for number, row in rows if any(row[name].strip() for name in needed)]


def _field_of_row(problem: PlanProblem, rows: Sequence[tuple[int, Row]], names: Mapping[str, str], default: str) -> str:
    """The field in which a problem of an item of the list lies."""
    found = _PLACE.match(problem.path)
    place = int(found["place"]) - 1 if found else len(rows)
    if not found or place >= len(rows):
        return ""
    return f"{names.get(found['field'] or '', default)}-{rows[place][0]}"


def _row_number(name: str) -> int:
    return int(name.partition("-")[2] or 0) + 1


def _row_label(name: str, labels: Mapping[str, Message], row: str) -> str:
    return f"{row} – {translate(labels[name.partition('-')[0]])}"


def _missing_value(trigger: OverflowTrigger) -> Message:
    limits = bounds.OVERFLOW_RULES[trigger]
    return translatable(
        "say how many %(unit)s, from %(low)s to %(high)s", unit=limits.unit, low=limits.low, high=limits.high
    )


def _centre_before(old: Entries, name: str) -> Entries:
    """The centre of this name as the plan has it."""
    centres = get_entry(old, "overflow.centres")
    items = centres if isinstance(centres, (tuple, list)) else ()
    return next((item for item in items if isinstance(item, Mapping) and item.get("name") == name), {})


def _write_unless_default(entries: dict[str, PlainValue], name: str, value: str, default: str) -> None:
    if name in entries or value != default:
        entries[name] = value
