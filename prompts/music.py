"""The music of the waiting queue: composed here, so that nobody's rights are played to the public."""

import os
import tempfile
from pathlib import Path

import numpy as np

from prompts import audio
from prompts.pcm import Pcm

_RATE = 16_000
_BAR_S = 3.2
# C, A minor, F, G with their neighbours, as frequencies in Hz; soft, slow, nothing that a telephone would cut.
_BARS = (
    (261.6, 329.6, 392.0, 523.3),
    (220.0, 329.6, 440.0, 523.3),
    (261.6, 349.2, 440.0, 523.3),
    (246.9, 293.7, 392.0, 493.9),
    (261.6, 329.6, 392.0, 659.3),
    (220.0, 293.7, 440.0, 587.3),
    (261.6, 349.2, 440.0, 698.5),
    (246.9, 392.0, 493.9, 587.3),
)
_ORDER = (0, 1, 2, 3, 2, 1, 2, 3)  # each bar's notes, one after the other


def ensure(folder: Path) -> None:
    """Makes the music once, as `waiting.wav` and `waiting.sln16`; it loops without a seam. Raises AudioFailure."""
    if (folder / "waiting.wav").is_file():
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        made = audio.render(_composed(), Path(scratch), "waiting")
        os.replace(made.wide, folder / "waiting.sln16")
        os.replace(made.narrow, folder / "waiting.wav")


def _composed() -> Pcm:
    bar = int(_BAR_S * _RATE)
    sound = np.zeros(bar * len(_BARS))
    for number, notes in enumerate(_BARS):
        for beat, note in enumerate(_ORDER):
            at = number * bar + beat * bar // len(_ORDER)
            tone = _plucked(notes[note])
            # What rings beyond the end rings at the beginning: the loop has no seam.
            places = np.arange(at, at + len(tone)) % len(sound)
            sound[places] += tone
    return Pcm((sound / np.abs(sound).max() * 12_000).astype("<i2").tobytes(), _RATE)


def _plucked(hertz: float, seconds: float = 2.4) -> np.ndarray:
    time = np.arange(int(seconds * _RATE)) / _RATE
    tone = sum(np.sin(2 * np.pi * hertz * harmonic * time) / harmonic**2 for harmonic in (1, 2, 3))
    return tone * np.exp(-1.8 * time) * np.minimum(1, time / 0.02)
