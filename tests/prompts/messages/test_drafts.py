"""Loudness, waveform and cut of a draft."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from prompts.audio.pcm import Pcm, measure, peaks, read_wav, write_wav
from prompts.audio.recording_level import assess_loudness
from prompts.audio.refusals import REFUSALS, AudioRefused
from prompts.audio.rendering import extract, generate_tone
from prompts.messages import draft_previews
from prompts.messages.drafts import SoundStorage


def louder(pcm: Pcm, decibels: float) -> Pcm:
    samples = np.frombuffer(pcm.samples, dtype="<i2") * 10 ** (decibels / 20)
    return Pcm(np.clip(samples, -32768, 32767).astype("<i2").tobytes(), pcm.rate)


@pytest.mark.parametrize(("decibels", "word"), [(0, "good"), (-15, "good"), (-25, "too-low"), (18, "too-loud")])
def test_a_recording_is_good_too_low_or_too_loud(decibels, word):
    hum = generate_tone(440, 1000)  # at -20 dBFS
    loudness, level = assess_loudness(louder(hum, decibels))
    assert (loudness, level) == (word, measure(louder(hum, decibels)))


def test_the_waveform_shows_where_the_sound_is_loud():
    silence = Pcm(bytes(2 * 48_000), 48_000)
    hum = generate_tone(440, 1000)
    waveform = peaks(Pcm(silence.samples + hum.samples, 48_000), 100)
    assert len(waveform) == 100 and max(waveform[:50]) == 0 and min(waveform[51:99]) > 10
    assert peaks(Pcm(b"", 48_000), 100) == (0,)


def test_an_extract_has_its_length_and_does_not_click():
    part = extract(generate_tone(440, 1000), 0.25, 0.75)
    assert part.seconds == pytest.approx(0.5, abs=0.002)
    assert peaks(part, 1000)[0] < 2 and peaks(part, 1000)[-1] < 2


def test_every_refusal_is_one_sentence_in_both_languages():
    values = {"cause": "x", "name": "x", "count": 9, "megabytes": 1, "seconds": "1", "most": 1}
    for reason in REFUSALS:
        refusal = AudioRefused(reason, **values)
        french, english = refusal.format_message("fr"), refusal.format_message("en")
        assert str(refusal) == english != french
        assert all(not any(part in text for part in ("\n", "{", "%(")) for text in (french, english))


def test_colleagues_can_hear_different_parts_of_one_draft_at_once(tmp_path: Path):
    storage = SoundStorage(tmp_path, tmp_path / "daily")
    draft = SimpleNamespace(audio=SimpleNamespace(sha256="a" * 64), prompt="")
    write_wav(tmp_path / f"{draft.audio.sha256}.wav", generate_tone(440, 2000))
    parts = [(number / 10, 1.5) for number in range(4)]

    with ThreadPoolExecutor(4) as colleagues:
        made = list(colleagues.map(lambda part: draft_previews.render_preview(storage, draft, *part), parts))

    assert len(set(made)) == 4
    assert [round(read_wav(file).seconds, 1) for file in made] == [1.5, 1.4, 1.3, 1.2]
    for file in made:
        os.utime(file, (0, 0))
    draft_previews.render_preview(storage, draft, 0.5, 1.5)
    assert not any(file.exists() for file in made)  # heard long ago
