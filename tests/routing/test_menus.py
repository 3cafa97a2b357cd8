"""What a key does, and what follows a failure."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Destination
from routing.menu_outcomes import MenuMoment
from routing.menus import (
    InputFailure,
    MenuFallback,
    Reprompt,
    decide_after_failure,
    find_choice,
    without_callbacks,
)
from routing.plan.model import DTMF_KEYS, Plan
from routing.sentences import list_sentences, menu_prompt_keys


def test_each_key_of_the_default_plan_does_what_its_row_says(default_plan: Plan):
    menu = default_plan.menus["main"]
    assert find_choice(menu, "1").destination is find_choice(menu, "0").destination is Destination.STAFF
    assert find_choice(menu, "2").destination is Destination.CALLBACK
    assert find_choice(menu, "3").announcement == find_choice(menu, "4").announcement == "daily"
    assert find_choice(menu, "*").repeat


def test_a_key_without_a_row_is_a_wrong_key(default_plan: Plan):
    assert [key for key in DTMF_KEYS if find_choice(default_plan.menus["main"], key) is None] == [
        "5",
        "6",
        "7",
        "8",
        "9",
        "#",
    ]


def test_a_menu_without_callbacks_neither_speaks_nor_knows_their_key(default_plan: Plan):
    menu = default_plan.menus["main"]
    assert find_choice(without_callbacks(menu), "2") is None
    assert find_choice(without_callbacks(menu), "1") == find_choice(menu, "1")
    spoken, without = menu_prompt_keys(menu), menu_prompt_keys(menu, MenuMoment(callbacks=False))
    assert set(spoken) - set(without) == {"menu-main-2"}
    assert [key for key in spoken if key in without] == list(without)
    falls_back = without_callbacks(replace(menu, fallback=Destination.CALLBACK))
    assert decide_after_failure(falls_back, 3, InputFailure.NO_INPUT) == MenuFallback(Destination.VOICEMAIL)


def test_after_two_reprompts_in_other_words_the_caller_goes_to_a_person(default_plan: Plan):
    menu = default_plan.menus["main"]
    assert decide_after_failure(menu, 1, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-1")
    assert decide_after_failure(menu, 2, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-2")
    assert decide_after_failure(menu, 3, InputFailure.WRONG_KEY) == MenuFallback(Destination.STAFF)


def test_wrong_keys_and_missing_input_count_together(default_plan: Plan):
    menu = default_plan.menus["main"]
    assert decide_after_failure(menu, 1, InputFailure.NO_INPUT) == Reprompt("menu-main-silence-1")
    assert decide_after_failure(menu, 2, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-2")
    assert decide_after_failure(menu, 3, InputFailure.NO_INPUT) == MenuFallback(Destination.STAFF)


@given(failures=st.integers(1, 1000), kind=st.sampled_from(InputFailure))
def test_after_any_number_of_failures_there_is_a_reprompt_or_a_destination(
    default_plan: Plan, failures: int, kind: InputFailure
):
    step = decide_after_failure(default_plan.menus["main"], failures, kind)
    if failures >= 3:
        assert step == MenuFallback(Destination.STAFF)
    else:
        assert step.prompt_key in {sentence.key for sentence in list_sentences(default_plan)}
