"""What a caller hears while a key is awaited, after a menu or an offer."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

PAUSE_KEY = "key-wait-pause"
SOUND_KEY = "key-wait-sound"
PAUSE_S = 1.6
"""Seconds of silence; with the pauses around it less than two, so that the sound begins in the third second."""
SOUND_S = 1.0
FINAL_S = 0.05
"""For a key that is pressed as the last sound ends."""
SHORTEST_S = 2
"""A shorter time for a key is not filled."""


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
    """Fills the `seconds` in which a key is awaited, and not more than one more.

    The time of the repeated `choices` is not part of them.
    """
    if heard is WhileChoosing.NOTHING or seconds < SHORTEST_S:
        return KeyWait((), seconds)
    prompts, left = [PAUSE_KEY], seconds - PAUSE_S
    if heard is WhileChoosing.REPEAT and choices:
        prompts += choices
        prompts.append(PAUSE_KEY)
        left -= PAUSE_S
    sounds = max(1, int(left // SOUND_S))
    return KeyWait((*prompts, *[SOUND_KEY] * sounds), round(max(FINAL_S, left - sounds * SOUND_S), 2))
