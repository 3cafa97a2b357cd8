"""Music on hold, synthesised here: it needs no licence to be played in public."""

import os
import tempfile
from pathlib import Path

import numpy as np

from prompts.audio import rendering
from prompts.audio.pcm import Pcm

_RATE = 16_000
_BAR_S = 3.2
# Chords around C, A minor, F and G, in Hz: all within the band of a telephone.
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
_ORDER = (0, 1, 2, 3, 2, 1, 2, 3)  # the order in which a bar's notes are played


def ensure_hold_music(folder: Path) -> None:
    """Make `waiting.wav` and `waiting.sln16`, which loop seamlessly, unless they exist. Raises AudioToolError."""
    if (folder / "waiting.wav").is_file():
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        made = rendering.render(_compose(), Path(scratch), "waiting")
        os.replace(made.wide, folder / "waiting.sln16")
        os.replace(made.narrow, folder / "waiting.wav")


def _compose() -> Pcm:
    bar = int(_BAR_S * _RATE)
    sound = np.zeros(bar * len(_BARS))
    for number, notes in enumerate(_BARS):
        for beat, note in enumerate(_ORDER):
            at = number * bar + beat * bar // len(_ORDER)
            tone = _pluck(notes[note])
            # A note that decays beyond the end continues at the beginning, so that the loop is seamless.
            places = np.arange(at, at + len(tone)) % len(sound)
            sound[places] += tone
    return Pcm((sound / np.abs(sound).max() * 12_000).astype("<i2").tobytes(), _RATE)


def _pluck(hertz: float, seconds: float = 2.4) -> np.ndarray:
    time = np.arange(int(seconds * _RATE)) / _RATE
    tone = sum(np.sin(2 * np.pi * hertz * harmonic * time) / harmonic**2 for harmonic in (1, 2, 3))
    return tone * np.exp(-1.8 * time) * np.minimum(1, time / 0.02)
