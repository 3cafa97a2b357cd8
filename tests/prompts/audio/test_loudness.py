"""Level and length are those of what a telephone carries."""

from pathlib import Path

import numpy as np
import pytest

from prompts.audio.intake import read_speech
from prompts.audio.pcm import Pcm, active_seconds, find_speech, from_array, measure, read_wav, to_array
from prompts.audio.recording_level import Loudness, assess_loudness
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import render, require_usable, trim_silence

RATE = 22_050
SECOND = np.arange(RATE) / RATE
SOFT_DB = -22


@pytest.fixture(scope="session")
def voice(speech: Path) -> np.ndarray:
    pcm = read_wav(speech)
    assert pcm.rate == RATE
    return to_array(pcm)


@pytest.fixture(scope="session")
def soft_voice(voice: np.ndarray) -> np.ndarray:
    return voice * 10 ** (SOFT_DB / 20)


def tone(hertz: float, samples: int, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(samples) / RATE)


def level(signal: np.ndarray) -> float:
    return measure(from_array(signal, RATE)).active_dbfs


NOT_CARRIED = {
    "a direct current": lambda size: np.full(size, 9_000.0),
    "the rumble of a table": lambda size: tone(30, size, 9_000),
    "the hum of the mains": lambda size: tone(50, size, 9_000),
    "a whine": lambda size: tone(9_500, size, 9_000),
}


@pytest.mark.parametrize("name", NOT_CARRIED)
def test_what_a_telephone_does_not_carry_has_no_level(name, soft_voice, tmp_path):
    disturbed = soft_voice + NOT_CARRIED[name](len(soft_voice))
    assert level(disturbed) == pytest.approx(level(soft_voice), abs=0.5)
    rendered = render(trim_silence(from_array(disturbed, RATE)), tmp_path, "out", master=True)
    assert rendered.level.active_dbfs == pytest.approx(-20, abs=1)
    narrow = to_array(read_wav(rendered.narrow))
    assert abs(narrow.mean()) < 50
    with pytest.raises(AudioRefused, match="nothing can be heard"):
        require_usable(from_array(NOT_CARRIED[name](3 * RATE), RATE))


JINGLES = {
    "a tone": tone(600, 4 * RATE, 12_000),
    "struck notes": np.tile(tone(523, RATE // 2, 20_000) * np.exp(-6 * SECOND[: RATE // 2]), 8),
    "a loud voice": None,
}


@pytest.mark.parametrize("name", JINGLES)
def test_a_jingle_before_a_soft_voice_does_not_make_it_loud(name, voice, soft_voice, tmp_path):
    jingle = voice[: 4 * RATE] if JINGLES[name] is None else JINGLES[name]
    both = from_array(np.concatenate([jingle, soft_voice]), RATE)
    assert measure(both).active_dbfs == pytest.approx(level(soft_voice), abs=1)
    assert assess_loudness(both)[0] == Loudness.TOO_LOW
    rendered = to_array(read_wav(render(both, tmp_path, "out").narrow))
    parts = [measure(Pcm(from_array(part, 8000).samples, 8000)) for part in (rendered[:28_000], rendered[36_000:])]
    assert parts[1].active_dbfs == pytest.approx(-20, abs=2)
    assert parts[0].active_dbfs < -10  # the jingle is turned down


def test_a_click_is_no_message(voice):
    click = np.zeros(3 * RATE)
    click[RATE : RATE + RATE // 20] = np.random.default_rng(1).normal(0, 8_000, RATE // 20)
    clicks = from_array(np.tile(click, 3), RATE)
    assert active_seconds(clicks) < 0.3
    with pytest.raises(AudioRefused, match=r"less than 0\.3 seconds can be heard"):
        require_usable(clicks)


def test_the_click_of_a_switch_and_noise_around_speech_are_cut(voice):
    noise = np.random.default_rng(1).normal(0, 120, len(voice) + 10 * RATE)
    noise[5 * RATE : 5 * RATE + len(voice)] += voice
    noise[RATE : RATE + 500] += 9_000
    begins, ends = find_speech(from_array(noise, RATE))
    alone = find_speech(from_array(voice, RATE))
    assert (begins - 5, ends - 5) == pytest.approx(alone, abs=0.3)


def test_length_is_counted_without_the_silence_around_speech(speech, make_with_ffmpeg):
    padded = make_with_ffmpeg("in.wav", "-i", speech, "-af", "adelay=3000,apad=pad_dur=20")
    lasts = trim_silence(read_wav(speech)).seconds
    assert read_speech(padded, max_seconds=lasts).sound.seconds == pytest.approx(lasts, abs=0.3)
    with pytest.raises(AudioRefused, match="longer than 5 seconds"):
        read_speech(padded, max_seconds=5)


def test_the_room_in_a_long_pause_is_not_taken_for_a_soft_voice(voice):
    room = np.random.default_rng(1).normal(0, 60, 8 * RATE)
    assert level(np.concatenate([voice, room])) == pytest.approx(level(voice), abs=0.5)
