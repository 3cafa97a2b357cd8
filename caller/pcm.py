"""Telephone audio as numpy arrays of int16: 8 kHz, one channel."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 8000  # samples a second (ITU-T G.711)

Samples = NDArray[np.int16]


def read_wav(path: Path) -> Samples:
    """The samples of an 8 kHz mono 16-bit WAV file. Raises ValueError for any other file."""
    try:
        with wave.open(str(path)) as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is not a WAV file: give an 8 kHz mono 16-bit one.") from error
    if shape != (SAMPLE_RATE, 1, 2):
        actual = f"{shape[0]} Hz, {shape[1]} channel(s), {8 * shape[2]} bits"
        raise ValueError(f"{path} is {actual}: give an 8 kHz mono 16-bit WAV file.")
    return np.frombuffer(frames, dtype="<i2").astype(np.int16)


def write_wav(path: Path, samples: Samples) -> None:
    """Writes the samples as an 8 kHz mono 16-bit WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def tone(frequency: float, seconds: float, amplitude: float = 0.3) -> Samples:
    """A sine of `frequency` hertz, which identifies the telephone that sends it."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * 32767 * np.sin(2 * np.pi * frequency * time)).astype(np.int16)


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(int(seconds * SAMPLE_RATE), dtype=np.int16)
