from hypothesis import given
from hypothesis import strategies as st

from routing.destinations import Destination
from routing.menus import Lost, Miss, Reprompt, after_key, after_miss
from routing.plan import KEYS, Plan
from routing.sentences import sentences


def test_each_key_of_the_seed_does_what_its_row_says(seed: Plan):
    menu = seed.menus["main"]
    assert after_key(menu, "1").to is after_key(menu, "0").to is Destination.STAFF
    assert after_key(menu, "2").to is Destination.CALLBACK
    assert after_key(menu, "3").play == after_key(menu, "4").play == "daily"
    assert after_key(menu, "*").repeat


def test_a_key_without_a_row_is_a_wrong_key(seed: Plan):
    assert [key for key in KEYS if after_key(seed.menus["main"], key) is None] == ["5", "6", "7", "8", "9", "#"]


def test_the_caller_is_asked_again_twice_in_other_words_and_then_taken_to_a_person(seed: Plan):
    menu = seed.menus["main"]
    assert after_miss(menu, 1, Miss.WRONG) == Reprompt("menu-main-wrong-1")
    assert after_miss(menu, 2, Miss.WRONG) == Reprompt("menu-main-wrong-2")
    assert after_miss(menu, 3, Miss.WRONG) == Lost(Destination.STAFF)


def test_wrong_keys_and_silences_count_together(seed: Plan):
    menu = seed.menus["main"]
    assert after_miss(menu, 1, Miss.SILENCE) == Reprompt("menu-main-silence-1")
    assert after_miss(menu, 2, Miss.WRONG) == Reprompt("menu-main-wrong-2")
    assert after_miss(menu, 3, Miss.SILENCE) == Lost(Destination.STAFF)


@given(misses=st.integers(1, 1000), kind=st.sampled_from(Miss))
def test_however_often_a_caller_misses_there_is_a_way_out_and_it_has_a_voice(seed: Plan, misses: int, kind: Miss):
    step = after_miss(seed.menus["main"], misses, kind)
    if misses >= 3:
        assert step == Lost(Destination.STAFF)
    else:
        assert step.prompt_key in {sentence.key for sentence in sentences(seed)}
