"""The languages that callers are served in, changed in a form: a new one asks for each text that is missing."""

import re
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields

from routing.access.permissions import Role
from routing.plan.editing import plain_value
from routing.plan.localized_texts import list_missing, list_places
from routing.plan.parsing import parse_plan, parse_tree

IN_FRENCH = "languages: [fr]\n" + re.sub(r"[ ,]*\ben: (\"[^\"]*\"|\[[^]]*\])", "", SEED)
FULL = (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text(encoding="utf-8")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def without_language(staff: ConsoleUser, code: str) -> dict[str, str]:
    fields = form_fields(staff.get("/plan/languages")) | {"do": "review"}
    del fields[f"language-{code}"]
    return fields


def test_a_language_is_taken_away_and_its_texts_stay(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = staff.post("/plan/languages", without_language(staff, "en"))
    assert confirm_change(staff, review).status_code == 303
    assert parse_plan(plan_section.text).languages == ("fr",)
    assert plan_section.text == "languages: [fr]\n" + SEED or "To speak to the team" in plan_section.text


def test_a_new_language_asks_for_each_missing_text(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan_section.replace_text(IN_FRENCH)
    ticked = form_fields(staff.get("/plan/languages")) | {"language-en": "yes", "language-fr": "yes", "do": "review"}
    asked = staff.post("/plan/languages", ticked)
    assert asked.status_code == 422 and "remplissez les textes ci-dessous" in asked.text
    fields = form_fields(asked)
    missing = [name for name in fields if name.startswith("text.en.")]
    assert "text.en.menus.main.keys.1" in missing and "text.en.menus.main.wrong" in missing
    assert "Pour parler à l&#39;équipe" in asked.text

    words = {name: "First words\nOther words" if name.endswith(("wrong", "silence")) else "Words" for name in missing}
    some = ticked | words | {"text.en.menus.main.keys.1": ""}
    answer = staff.post("/plan/languages", some)
    assert answer.status_code == 422
    assert 'id="text.en.menus.main.keys.1-error"' in answer.text and answer.text.count('class="wrong"') == 1

    review = staff.post("/plan/languages", ticked | words)
    assert confirm_change(staff, review).status_code == 303
    plan = parse_plan(plan_section.text)
    assert plan.languages == ("fr", "en")
    assert plan.menus["main"].wrong_key_reprompts["en"] == ("First words", "Other words")


def test_a_language_in_which_a_number_greets_is_not_taken_away(plan_section: PlanSection, staff: ConsoleUser) -> None:
    answer = staff.post("/plan/languages", without_language(staff, "fr"))
    assert answer.status_code == 422 and "accueille en français" in answer.text
    nothing = {name: value for name, value in without_language(staff, "fr").items() if name != "language-en"}
    assert "choisissez au moins une langue" in staff.post("/plan/languages", nothing).text


def test_every_text_of_a_plan_is_found() -> None:
    whole = plain_value(parse_tree(FULL))
    paths = {".".join(place.path) for place in list_places(whole)}
    assert "numbers.+33199000000.greeting" in paths and "menus.services.silence" in paths
    assert "menus.main.keys.7" not in paths and not list_missing(whole, "en")


def test_naughty_strings_in_a_new_language(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan_section.replace_text(IN_FRENCH)
    ticked = form_fields(staff.get("/plan/languages")) | {"language-en": "yes", "language-fr": "yes", "do": "review"}
    missing = [name for name in form_fields(staff.post("/plan/languages", ticked)) if name.startswith("text.en.")]
    words = {name: "First words\nOther words" if name.endswith(("wrong", "silence")) else "Words" for name in missing}
    for place, naughty in enumerate(NAUGHTY_STRINGS[::4]):
        answer = staff.post("/plan/languages", ticked | words | {missing[place % len(missing)]: naughty})
        assert answer.status_code in (200, 422)
