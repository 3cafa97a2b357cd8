"""Blocks of 20 ms, which of them are loud, and where one steady tone is heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caller.fingerprint import Wave
from caller.sound import RATE

BLOCK = 160  # samples: 20 ms, one RTP packet
_QUIET = 0.003  # −50 dBFS; an idle A-law line is at −72
_PURE = 0.9  # share of a window's energy in its strongest line
_LOWEST_HZ = 300.0  # below, a vowel at rest looks like a tone
_STEADY_HZ = 20.0
_SHORTEST = 6  # blocks


@dataclass(frozen=True, slots=True)
class Tone:
    """A steady tone of `frequency` hertz (over 300, known to about 1 Hz), 0.12 s or longer."""

    frequency: float
    start_s: float
    end_s: float


def blocks(wave: Wave) -> Wave:
    """The wave as rows of 20 ms; an incomplete last row is left out."""
    count = len(wave) // BLOCK
    return wave[: count * BLOCK].reshape(count, BLOCK)


def loud_blocks(wave: Wave, threshold: float = _QUIET) -> NDArray[np.bool_]:
    """For each block, whether it is louder than silence, or than `threshold` (root mean square, full scale 1)."""
    return np.sqrt(np.square(blocks(wave)).mean(axis=1)) > threshold


def stretches(chosen: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last (excluded) index of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def find_tones(wave: Wave, explained: NDArray[np.bool_]) -> list[Tone]:
    """The tones in the blocks not yet explained; marks theirs as explained."""
    found = []
    for first, last in stretches(loud_blocks(wave) & ~explained):
        lines, pure = _strongest_lines(wave[first * BLOCK : last * BLOCK])
        steady = np.abs(np.diff(lines, prepend=lines[:1])) < _STEADY_HZ
        for begin, end in stretches(pure & (steady | (np.arange(len(lines)) == 0))):
            if end - begin >= _SHORTEST:
                frequency = _frequency(wave[(first + begin) * BLOCK : (first + end) * BLOCK])
                found.append(Tone(frequency, (first + begin) * BLOCK / RATE, (first + end) * BLOCK / RATE))
                explained[first + begin : first + end] = True
    return found


def _strongest_lines(wave: Wave) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each block its strongest frequency (to 12 Hz), and whether there is nothing but it."""
    spectra = np.square(np.abs(np.fft.rfft(blocks(wave) * np.hanning(BLOCK), 4 * BLOCK)))
    peaks = spectra.argmax(axis=1)
    around = np.clip(peaks[:, None] + np.arange(-8, 9), 0, spectra.shape[1] - 1)
    # A block of silence has no strongest frequency; dividing by nothing would say so with a warning.
    whole = np.maximum(spectra.sum(axis=1), np.finfo(np.float64).tiny)
    share = np.take_along_axis(spectra, around, axis=1).sum(axis=1) / whole
    lines = peaks * RATE / (4 * BLOCK)
    return lines, (share > _PURE) & (lines > _LOWEST_HZ)


def _frequency(wave: Wave) -> float:
    size = 8 * RATE
    spectrum = np.abs(np.fft.rfft(wave[:size] * np.hanning(len(wave[:size])), size))
    return float(spectrum.argmax() * RATE / size)
