"""What a caller hears while a key is awaited, after a menu or an offer."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

PAUSE_KEY = "key-wait-pause"
SOUND_KEY = "key-wait-sound"
PAUSE_S = 1.7
"""Seconds of silence, together with the pause at the end of a prompt less than two: the sound begins with the third."""
SOUND_S = 1.0


class WhileChoosing(StrEnum):
    """What is heard while a key is awaited; a plan's key `while_choosing`."""

    NOTHING = "nothing"
    SOUND = "sound"  # a soft sound from the third second
    REPEAT = "repeat"  # the choices again, without what came before them; then the soft sound


class KeyWait(NamedTuple):
    """Prompts that fill the time for a key, and the seconds of silence that are left of it."""

    prompts: tuple[str, ...]
    rest_s: float


def fill_key_wait(heard: WhileChoosing, seconds: float, choices: Sequence[str] = ()) -> KeyWait:
    """Fills the `seconds` in which a key is awaited. The time of the repeated `choices` is not part of them."""
    if heard is WhileChoosing.NOTHING or seconds <= PAUSE_S + SOUND_S / 2:
        return KeyWait((), seconds)
    prompts, left = [PAUSE_KEY], seconds - PAUSE_S
    if heard is WhileChoosing.REPEAT and choices:
        prompts += choices
        if left <= PAUSE_S + SOUND_S / 2:
            return KeyWait(tuple(prompts), round(left, 1))
        prompts.append(PAUSE_KEY)
        left -= PAUSE_S
    sounds = int(left // SOUND_S)
    return KeyWait((*prompts, *[SOUND_KEY] * sounds), round(left - sounds * SOUND_S, 1))
