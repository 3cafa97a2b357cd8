from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Destination
from routing.menus import InputFailure, MenuFallback, Reprompt, decide_after_failure, find_choice
from routing.plan.model import DTMF_KEYS, Plan
from routing.sentences import list_sentences


def test_each_key_of_the_seed_does_what_its_row_says(seed: Plan):
    menu = seed.menus["main"]
    assert find_choice(menu, "1").destination is find_choice(menu, "0").destination is Destination.STAFF
    assert find_choice(menu, "2").destination is Destination.CALLBACK
    assert find_choice(menu, "3").announcement == find_choice(menu, "4").announcement == "daily"
    assert find_choice(menu, "*").repeat


def test_a_key_without_a_row_is_a_wrong_key(seed: Plan):
    assert [key for key in DTMF_KEYS if find_choice(seed.menus["main"], key) is None] == ["5", "6", "7", "8", "9", "#"]


def test_the_caller_is_asked_again_twice_in_other_words_and_then_taken_to_a_person(seed: Plan):
    menu = seed.menus["main"]
    assert decide_after_failure(menu, 1, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-1")
    assert decide_after_failure(menu, 2, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-2")
    assert decide_after_failure(menu, 3, InputFailure.WRONG_KEY) == MenuFallback(Destination.STAFF)


def test_wrong_keys_and_silences_count_together(seed: Plan):
    menu = seed.menus["main"]
    assert decide_after_failure(menu, 1, InputFailure.NO_INPUT) == Reprompt("menu-main-silence-1")
    assert decide_after_failure(menu, 2, InputFailure.WRONG_KEY) == Reprompt("menu-main-wrong-2")
    assert decide_after_failure(menu, 3, InputFailure.NO_INPUT) == MenuFallback(Destination.STAFF)


@given(misses=st.integers(1, 1000), kind=st.sampled_from(InputFailure))
def test_however_often_a_caller_misses_there_is_a_way_out_and_it_has_a_voice(
    seed: Plan, misses: int, kind: InputFailure
):
    step = decide_after_failure(seed.menus["main"], misses, kind)
    if misses >= 3:
        assert step == MenuFallback(Destination.STAFF)
    else:
        assert step.prompt_key in {sentence.key for sentence in list_sentences(seed)}
