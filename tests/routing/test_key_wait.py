"""What a caller hears while a key is awaited."""

import pytest

from routing.key_wait import PAUSE_KEY, PAUSE_S, SOUND_KEY, SOUND_S, WhileChoosing, fill_key_wait

SECONDS = {PAUSE_KEY: PAUSE_S, SOUND_KEY: SOUND_S}


@pytest.mark.parametrize("seconds", range(2, 31))
def test_the_soft_sound_begins_with_the_third_second_and_takes_no_time_away(seconds: int) -> None:
    prompts, rest_s = fill_key_wait(WhileChoosing.SOUND, seconds)
    assert prompts[:2] == (PAUSE_KEY, SOUND_KEY)
    assert PAUSE_S < 2
    assert 0 < rest_s < SOUND_S
    assert seconds <= sum(SECONDS[key] for key in prompts) + rest_s + 1e-9 < seconds + 1


@pytest.mark.parametrize("seconds", [0.05, 1])
def test_a_short_wait_is_silent(seconds: float) -> None:
    for heard in WhileChoosing:
        assert fill_key_wait(heard, seconds, ["menu"]) == ((), seconds)


def test_nothing_is_heard_where_the_plan_says_so() -> None:
    assert fill_key_wait(WhileChoosing.NOTHING, 6, ["menu"]) == ((), 6)


def test_the_choices_come_again_once_and_then_the_soft_sound() -> None:
    prompts, rest_s = fill_key_wait(WhileChoosing.REPEAT, 6, ["menu-1", "menu-2"])
    assert prompts == (PAUSE_KEY, "menu-1", "menu-2", PAUSE_KEY, SOUND_KEY, SOUND_KEY)
    assert sum(SECONDS.get(key, 0.0) for key in prompts) + rest_s == pytest.approx(6)


def test_a_short_time_is_not_lengthened_by_more_than_a_second_of_silence() -> None:
    assert fill_key_wait(WhileChoosing.REPEAT, 2, ["menu"]).prompts == (PAUSE_KEY, "menu", PAUSE_KEY, SOUND_KEY)


def test_between_the_digits_of_a_number_there_are_no_choices_to_repeat() -> None:
    assert fill_key_wait(WhileChoosing.REPEAT, 5) == fill_key_wait(WhileChoosing.SOUND, 5)
