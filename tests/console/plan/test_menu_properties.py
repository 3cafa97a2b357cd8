"""Properties of the forms of numbers, menus and announcements: what they show is what the plan says."""

import pytest
from generated_plans import plans, to_text, words
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_section import SEED
from thorough import examples

from console.plan.announcement_form import announcement_form
from console.plan.forms import Entries, FieldErrors, PlanForm
from console.plan.menu_form import MenuForm, list_actions
from console.plan.number_form import NumberForm
from routing.menus import find_choice
from routing.plan.editing import plain_value
from routing.plan.errors import PlanError
from routing.plan.model import DTMF_KEYS, Plan
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import list_parts, replace_part
from routing.typed_endings import find_typed_ending


def make_form(kind: PartKind, name: str, old: Entries, plan: Plan) -> PlanForm:
    if kind is PartKind.MENU:
        return MenuForm(name, plan.languages)
    if kind is PartKind.NUMBER:
        return NumberForm(name, plan.country, plan.languages)
    return announcement_form(name, old, plan)


@settings(max_examples=examples(30))
@given(plans(), st.sampled_from([PartKind.MENU, PartKind.NUMBER, PartKind.ANNOUNCEMENT]))
def test_a_form_that_is_saved_as_it_was_shown_changes_nothing(wanted: dict, kind: PartKind) -> None:
    text = to_text(wanted)
    plan = parse_plan(text)
    for name, old in list_parts(plain_value(parse_tree(text)), kind).items():
        form = make_form(kind, name, old, plan)
        try:
            value = form.to_plan(form.to_fields(old, plan), old)
        except FieldErrors:
            assert any(find_typed_ending(str(typed)) for typed in form.to_fields(old, plan).values())
            continue
        assert parse_plan(replace_part(text, kind, name, value)) == plan


rows = st.lists(
    st.fixed_dictionaries({"key": st.sampled_from(DTMF_KEYS), "does": st.integers(0, 20), "fr": words, "en": words}),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row["key"],
)


@settings(max_examples=examples(60))
@given(rows)
def test_what_is_typed_into_a_menu_is_a_plan_that_says_so_or_is_refused(typed: list[dict]) -> None:
    plan, old = parse_plan(SEED), list_parts(plain_value(parse_tree(SEED)), PartKind.MENU)["main"]
    form, actions = MenuForm("main", plan.languages), list_actions(plan, "main")
    fields = {n: value for n, value in form.to_fields(old, plan).items() if n.partition("-")[0] not in form.row_fields}
    for number, row in enumerate(typed):
        values = row | {"does": actions[row["does"] % len(actions)]}
        fields |= {f"{name}-{number}": value for name, value in values.items()}
    try:
        changed = parse_plan(replace_part(SEED, PartKind.MENU, "main", form.to_plan(fields, old)))
    except (FieldErrors, PlanError):
        return
    menu = changed.menus["main"]
    assert [choice.key for choice in menu.choices] == [row["key"] for row in typed]
    assert all(find_choice(menu, row["key"]).texts["fr"] == row["fr"].strip() for row in typed)
    assert form.to_fields(old, changed)["key-0"] == typed[0]["key"]


def test_the_property_above_can_fail() -> None:
    plan, old = parse_plan(SEED), list_parts(plain_value(parse_tree(SEED)), PartKind.MENU)["main"]
    fields = MenuForm("main").to_fields(old, plan) | {"fr-0": "Pour nous, tapez 1"}
    with pytest.raises(FieldErrors):
        MenuForm("main").to_plan(fields, old)
