"""The soft sound of a caller who has time to choose."""

from pathlib import Path

import numpy as np

from prompts.audio.pcm import read_wav
from prompts.checks import check_key_wait
from prompts.key_wait import ensure_key_wait_sounds
from routing.key_wait import PAUSE_KEY, PAUSE_S, SOUND_KEY, SOUND_S, WhileChoosing


def test_the_sound_while_a_key_is_awaited_is_soft_and_doctor_finds_it(tmp_path: Path) -> None:
    assert not check_key_wait(tmp_path, ["fr"], WhileChoosing.SOUND).ok
    assert check_key_wait(tmp_path, ["fr"], WhileChoosing.NOTHING).ok

    ensure_key_wait_sounds(tmp_path, ["fr"])

    assert check_key_wait(tmp_path, ["fr"], WhileChoosing.REPEAT).ok
    sound, pause = (read_wav(tmp_path / "fr" / f"{key}.wav") for key in (SOUND_KEY, PAUSE_KEY))
    assert (sound.seconds, pause.seconds) == (SOUND_S, PAUSE_S)
    samples = np.frombuffer(sound.samples, "<i2") / 32768
    assert 0.02 < np.abs(samples).max() < 0.05  # heard, and softer than prompts
    assert not any(pause.samples)
