"""Whatever is typed into a form of the settings within its bounds is a valid plan, and the form shows it again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from console_client import ConsoleApp
from generated_plans import words
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_section import SEED
from thorough import examples

from console.plan.comparison.texts import compare_texts
from console.plan.edited_form import Editing, FormState
from console.plan.form_editing import write_change
from console.plan.form_rows import fields_from_rows
from console.plan.forms import PlanForm
from console.plan.settings.callbacks import callbacks_form, limits_form
from console.plan.settings.fields import (
    ChecksField,
    ChoiceField,
    LineField,
    NumberField,
    NumberListField,
    SettingField,
    SpokenField,
    TelephoneField,
)
from console.plan.settings.organisation import organisation_form, staff_line_form
from console.plan.settings.overflow import CentresForm, RulesForm
from console.plan.settings.place import place_form
from console.plan.settings.retention import retention_form
from console.plan.settings.sites import SiteForm, written_sites
from console.plan.settings.team import EscalationField, team_form
from console.plan.settings.waiting import waiting_form
from records.plan.plan_versions import PlanVersion
from routing.plan.bounds import OVERFLOW_RULES
from routing.plan.editing import plain_value, replace_value
from routing.plan.model import OverflowTrigger, Plan
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import list_parts, replace_part

SETTINGS = (
    *(team_form, waiting_form, callbacks_form, limits_form, organisation_form, staff_line_form, retention_form),
    place_form,
)
WITH_CENTRE = f'{SEED}\noverflow:\n  centres:\n    - {{name: nord, number: "+33199000050"}}  # our partner\n'
ORIGINS = ["https://www.example.org", "https://a.example:8443", "http://localhost"]
WORDS = words.map(str.strip).filter(lambda text: text and not text.isspace())
REMARK = re.compile(r"^\s*# (?!\s*[\w-]+:)(?! *- ).*", re.MULTILINE)


@pytest.fixture(scope="module")
def app():
    """The application alone: forms need its languages."""
    return ConsoleApp(None).app


def values_of(field: SettingField) -> st.SearchStrategy[dict[str, str]]:
    """What may be typed into the fields of a setting, in the spelling in which a page shows it."""
    match field:
        case NumberField():
            return st.integers(field.bounds.low, field.bounds.high).map(lambda number: {field.path: str(number)})
        case ChoiceField():
            return st.sampled_from([*field.options]).map(lambda chosen: {field.path: str(chosen)})
        case NumberListField():
            numbers = st.lists(st.integers(field.bounds.low, field.bounds.high), min_size=1, max_size=5)
            return numbers.map(lambda typed: {field.path: ", ".join(map(str, typed))})
        case ChecksField():
            boxes = st.sets(st.sampled_from([*field.options]), min_size=1)
            return boxes.map(lambda chosen: {f"{field.path}.{word}": "yes" for word in chosen})
        case TelephoneField():
            return st.sampled_from(["", "01 99 00 00 09", "02 61 91 00 01"]).map(lambda typed: {field.path: typed})
        case SpokenField():
            texts = st.tuples(WORDS, WORDS) | st.just(("", ""))
            return texts.map(lambda pair: {f"{field.path}.fr": pair[0], f"{field.path}.en": pair[1]})
        case EscalationField():
            steps = st.sampled_from([(), (2,), (1, 4), (0, 1, 2), (3, 3, 4)])
            return steps.map(lambda seconds: dict(zip(field.steps, map(str, seconds), strict=False)))
    assert isinstance(field, LineField)
    examples = {
        "email": st.sampled_from(["", "donnees@mairie.example"]),
        "url": st.sampled_from(["", "https://mairie.example/donnees?a=1#b"]),
    }
    return examples.get(field.input_type, st.just("") | WORDS).map(lambda typed: {field.path: typed})


def typed_into(make: Callable[[Plan], PlanForm]) -> st.SearchStrategy[dict[str, str]]:
    form = make(parse_plan(SEED))
    each = [values_of(field) for group in form.groups for field in group.fields]
    return st.tuples(*each).map(lambda values: {name: text for part in values for name, text in part.items()})


def write(text: str, make: Callable[[Plan], PlanForm], typed: dict[str, str]) -> str:
    """The text of the plan after this was typed; every remark is still there, and nothing is written twice."""
    form, old = make(parse_plan(text)), plain_value(parse_tree(text))
    new = replace_value(text, form.plan_path, form.to_plan(typed, old))
    assert set(REMARK.findall(text)) <= set(REMARK.findall(new))
    shown = make(parse_plan(new)).to_fields(plain_value(parse_tree(new)), parse_plan(new))
    assert {name: value for name, value in shown.items() if value} == {
        name: value for name, value in typed.items() if value
    }
    return new


def mistake_in(field: SettingField) -> tuple[str, dict[str, str]]:
    """The name of a field of the setting, and what is typed that is wrong there."""
    match field:
        case NumberField() | NumberListField() | TelephoneField() | ChoiceField():
            return field.path, {field.path: "12 cats"}
        case ChecksField():
            return field.path, {f"{field.path}.{word}": "" for word in field.options}
        case EscalationField():
            return [*field.steps][1], {[*field.steps][1]: "12 cats"}
        case SpokenField():
            return f"{field.path}.en", {f"{field.path}.fr": "Bonjour.", f"{field.path}.en": ""}
    wrong = {"email": "nobody", "url": "somewhere"}.get(field.input_type, "x" * 10_000)
    return field.path, {field.path: wrong}


@pytest.mark.parametrize("make", SETTINGS, ids=lambda make: make.__name__)
@settings(max_examples=examples(3), deadline=None)
@given(data=st.data())
def test_all_mistakes_of_a_form_are_shown_together_each_at_its_field(app, make, data) -> None:
    """Whether the form finds them itself, or the validator of the plan."""
    plan, version = parse_plan(SEED), PlanVersion(1, SEED, "Anne", datetime(2031, 3, 4, tzinfo=UTC))
    form, old = make(plan), plain_value(parse_tree(SEED))
    fields = [field for group in form.groups for field in group.fields]
    wrong = data.draw(st.lists(st.sampled_from(fields), min_size=1, unique_by=id))
    with app.test_request_context("/"):
        typed, expected = form.to_fields(old, plan), set()
        for field in wrong:
            name, mistake = mistake_in(field)
            typed |= mistake
            expected.add(name)
        state = FormState(typed)
        assert write_change(Editing(form, version, SEED, SEED, plan, old), state) is None
    assert set(state.errors) == expected and not state.other_errors


@pytest.mark.parametrize("make", SETTINGS, ids=lambda make: make.__name__)
@settings(max_examples=examples(3), deadline=None)
@given(data=st.data())
def test_settings_are_shown_as_they_were_typed_and_nothing_changes_without_a_change(app, make, data) -> None:
    with app.test_request_context("/"):
        first = write(SEED, make, data.draw(typed_into(make)))
        assert make(parse_plan(SEED)).is_heard or not compare_texts(SEED, first).spoken
        second = write(first, make, data.draw(typed_into(make)))
        form, old = make(parse_plan(second)), plain_value(parse_tree(second))
        unchanged = form.to_plan(form.to_fields(old, parse_plan(second)), old)
        assert replace_value(second, (), unchanged) == second


TITLES = st.lists(WORDS.map(lambda title: title[:60].strip()), max_size=4, unique_by=str.casefold)


@settings(max_examples=examples(5), deadline=None)
@given(titles=TITLES, rings=st.integers(5, 120), again=st.permutations(range(4)))
def test_any_centres_are_added_renamed_ordered_and_removed(app, titles, rings, again) -> None:
    with app.test_request_context("/"):
        rows = [
            {"title": title, "centre": "", "number": f"01 99 00 00 5{place}", "trunk": "", "ring": str(rings)}
            for place, title in enumerate(titles)
        ]
        text = WITH_CENTRE
        for order in (range(len(rows)), [place for place in again if place < len(rows)]):
            ordered = [{**rows[place], "caller": "+33199000000"} for place in order]
            plan = parse_plan(text)
            known = {centre.number: centre.name for centre in plan.overflow.centres}
            for row in ordered:
                row["centre"] = known.get(f"+33{row['number'].replace(' ', '')[1:]}", "")
            form = CentresForm(plan)
            text = replace_value(text, (), form.to_plan(fields_from_rows(ordered), plain_value(parse_tree(text))))
            shown = CentresForm(parse_plan(text)).to_fields({}, parse_plan(text))
            assert [shown[f"title-{place}"] for place in range(len(rows))] == [row["title"] for row in ordered]
            assert [shown[f"number-{place}"] for place in range(len(rows))] == [row["number"] for row in ordered]
        assert len(parse_plan(text).overflow.centres) == len(rows)


rule_rows = st.lists(
    st.sampled_from([*OverflowTrigger]).flatmap(
        lambda when: (
            st.integers(OVERFLOW_RULES[when].low, min(OVERFLOW_RULES[when].high, 299)).map(
                lambda value: {"when": str(when), "value": str(value)}
            )
            if when in OVERFLOW_RULES
            else st.just({"when": str(when), "value": ""})
        )
    ),
    max_size=5,
)


@settings(max_examples=examples(5), deadline=None)
@given(first=rule_rows, second=rule_rows)
def test_any_rules_are_shown_as_they_were_chosen(app, first, second) -> None:
    text = WITH_CENTRE
    with app.test_request_context("/"):
        for rows in (first, second):
            typed = fields_from_rows(rows)
            text = write(text, RulesForm, typed)
    assert "# our partner" in text


@settings(max_examples=examples(5), deadline=None)
@given(
    topics=st.lists(st.tuples(WORDS, WORDS), max_size=4),
    origins=st.lists(
        st.sampled_from(["https://www.example.org", "https://a.example:8443", "http://localhost"]), unique=True
    ),
)
def test_any_website_is_shown_as_it_was_typed(app, topics, origins) -> None:
    typed = {"number": "+33199000000", "origins": "\n".join(origins)}
    typed |= fields_from_rows([{"topic_fr": french, "topic_en": english} for french, english in topics])
    with app.test_request_context("/"):
        text = written_sites(SEED, parse_plan(SEED))
        form = SiteForm("www", parse_plan(text))
        old = list_parts(plain_value(parse_tree(text)), PartKind.SITE)["www"]
        text = replace_part(text, PartKind.SITE, "www", form.to_plan(typed, old))
        written = list_parts(plain_value(parse_tree(text)), PartKind.SITE)["www"]
        assert form.to_fields(written, parse_plan(text)) == typed
    assert set(REMARK.findall(SEED)) <= set(REMARK.findall(text))
