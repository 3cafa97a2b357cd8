"""Properties of generated plans."""

from copy import deepcopy

import pytest
from generated_plans import plans, to_text
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.destinations import Destination
from routing.menus import decide_after_failure, find_choice
from routing.plan.errors import PlanError
from routing.plan.model import DTMF_KEYS
from routing.plan.parsing import parse_plan
from routing.sentences import greeting_prompt_key, list_sentences, menu_prompt_keys


@settings(max_examples=examples(20))
@given(plans())
def test_each_prompt_that_a_call_may_need_is_a_sentence_in_each_language(wanted: dict):
    plan = parse_plan(to_text(wanted))
    texts = {sentence.key: sentence.texts for sentence in list_sentences(plan)}
    assert all(by_language["fr"] and by_language["en"] for by_language in texts.values())
    assert len(texts) == len(list_sentences(plan))
    for number in plan.numbers:
        assert texts[greeting_prompt_key(number)]["fr"] == wanted["numbers"][number.e164]["greeting"]["fr"].strip()
    for menu in plan.menus.values():
        assert set(menu_prompt_keys(menu)) <= texts.keys()
        assert {choice.key for choice in menu.choices} == wanted["menus"][menu.name]["keys"].keys()
        for kind in ("wrong", "silence"):
            steps = [decide_after_failure(menu, failures, kind) for failures in range(1, menu.tries + 1)]
            assert {step.prompt_key for step in steps[:-1]} <= texts.keys()
            assert steps[-1].destination is menu.fallback
    for name, hours in plan.hours.items():
        for special in hours.exceptions.values():
            assert special.prompt_key is None or texts[special.prompt_key]
            assert special.prompt_key is None or special.prompt_key.startswith(f"exception-{name}-203")


@settings(max_examples=examples(20))
@given(plans())
def test_each_menu_has_a_key_to_staff(wanted: dict):
    for menu in parse_plan(to_text(wanted)).menus.values():
        assert any((choice := find_choice(menu, key)) and choice.destination is Destination.STAFF for key in DTMF_KEYS)


FIXED = ("timezone", "country", "numbers", "menus", "hours", "announcements", "staff")


@settings(max_examples=examples(20))
@given(plans(), st.data())
def test_a_plan_with_one_wrong_part_is_refused_at_a_line_of_its_text(wanted: dict, data):
    wrong = deepcopy(wanted)
    part = data.draw(st.sampled_from(FIXED))
    how = data.draw(st.sampled_from(["lacks", "empty", "unknown", "garbage"]))
    inner = wrong[part]
    if how == "lacks":
        del wrong[part]
    elif how == "empty":
        wrong[part] = data.draw(st.sampled_from([None, "", [], {}]))
    elif how == "unknown":
        (inner if part == "staff" else wrong)["colour"] = "blue"
    elif isinstance(inner, str):
        wrong[part] = "§"
    else:
        name = data.draw(st.sampled_from(sorted(inner)))
        inner[name] = "§"
    text = to_text(wrong)
    with pytest.raises(PlanError) as error:
        parse_plan(text)
    assert all(1 <= problem.line <= text.count("\n") + 1 and problem.reason for problem in error.value.problems)


@given(st.text(max_size=300) | st.text("{}[]:,-?&*!|>'\"%@#\n ab1~", max_size=60))
def test_any_other_text_is_refused(text: str):
    with pytest.raises(PlanError):
        parse_plan(text)
