"""What a person says in tests: a steady tone that identifies them, with notes that make no second like another."""

import wave
from pathlib import Path

import numpy as np

LEVEL = 0.12  # of each of the two, full scale 1
NOTES_HZ, NOTE_S, PAUSE_S = (330, 950), (0.15, 0.25), (0.25, 0.35)
EDGE_S = 0.005


def make_melody_file(file: Path, hertz: int, seconds: float, *, rate: int = 8_000) -> Path:
    """Writes a mono 16-bit WAV.

    The tone of `hertz` is heard alone between the notes. A message of nothing but one tone is recognized as that tone:
    each second of it is like any other.
    """
    time = np.arange(round(seconds * rate)) / rate
    sound = LEVEL * np.sin(2 * np.pi * hertz * time) + _notes(seconds, rate)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes((32767 * sound).astype("<i2").tobytes())
    return file


def _notes(seconds: float, rate: int) -> np.ndarray:
    """The same notes each time, of different heights and lengths, with pauses of different lengths."""
    chance = np.random.default_rng(1)
    sound = np.zeros(round(seconds * rate))
    begins = chance.uniform(*PAUSE_S)
    while begins + NOTE_S[1] < seconds:
        time = np.arange(round(chance.uniform(*NOTE_S) * rate)) / rate
        edge = np.minimum(1, np.minimum(time, time[::-1]) / EDGE_S)  # without clicks
        first = round(begins * rate)
        sound[first : first + len(time)] = LEVEL * edge * np.sin(2 * np.pi * chance.uniform(*NOTES_HZ) * time)
        begins += time[-1] + chance.uniform(*PAUSE_S)
    return sound
