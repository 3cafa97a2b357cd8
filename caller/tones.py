"""Audio in blocks of 20 ms: loud blocks, and steady tones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caller.fingerprint import Wave
from caller.pcm import SAMPLE_RATE

BLOCK = 160  # samples: 20 ms, one RTP packet
_QUIET = 0.003  # −50 dBFS; silence in A-law is at −72
_PURE = 0.9  # share of a block's energy in its strongest frequency
_LOWEST_HZ = 300.0  # below, a steady vowel looks like a tone
_STEADY_HZ = 20.0
_SHORTEST = 6  # blocks


@dataclass(frozen=True, slots=True)
class Tone:
    """A steady tone of `frequency` hertz (above 300, to about 1 Hz), 0.12 s or longer."""

    frequency: float
    start_s: float
    end_s: float


def split_blocks(wave: Wave) -> Wave:
    """The wave as rows of 20 ms; an incomplete last row is left out."""
    count = len(wave) // BLOCK
    return wave[: count * BLOCK].reshape(count, BLOCK)


def find_loud_blocks(wave: Wave, threshold: float = _QUIET) -> NDArray[np.bool_]:
    """For each block, whether it is louder than `threshold` (root mean square, full scale 1), by default −50 dBFS."""
    loud: NDArray[np.bool_] = np.sqrt(np.square(split_blocks(wave)).mean(axis=1)) > threshold
    return loud


def find_runs(chosen: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The first index of each run of True, and the index after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def find_tones(wave: Wave, explained: NDArray[np.bool_]) -> list[Tone]:
    """The tones in the blocks that are not yet explained; marks their blocks as explained."""
    found = []
    for first, last in find_runs(find_loud_blocks(wave) & ~explained):
        lines, pure = _strongest_lines(wave[first * BLOCK : last * BLOCK])
        steady = np.abs(np.diff(lines, prepend=lines[:1])) < _STEADY_HZ
        for begin, end in find_runs(pure & (steady | (np.arange(len(lines)) == 0))):
            if end - begin >= _SHORTEST:
                frequency = _frequency(wave[(first + begin) * BLOCK : (first + end) * BLOCK])
                found.append(
                    Tone(frequency, (first + begin) * BLOCK / SAMPLE_RATE, (first + end) * BLOCK / SAMPLE_RATE)
                )
                explained[first + begin : first + end] = True
    return found


def _strongest_lines(wave: Wave) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each block its strongest frequency (to 12 Hz), and whether there is almost nothing else."""
    spectra = np.square(np.abs(np.fft.rfft(split_blocks(wave) * np.hanning(BLOCK), 4 * BLOCK)))
    peaks = spectra.argmax(axis=1)
    around = np.clip(peaks[:, None] + np.arange(-8, 9), 0, spectra.shape[1] - 1)
    # Digital silence has no energy: without the minimum, the division by zero would warn.
    whole = np.maximum(spectra.sum(axis=1), np.finfo(np.float64).tiny)
    share = np.take_along_axis(spectra, around, axis=1).sum(axis=1) / whole
    lines = peaks * SAMPLE_RATE / (4 * BLOCK)
    return lines, (share > _PURE) & (lines > _LOWEST_HZ)


def _frequency(wave: Wave) -> float:
    size = 8 * SAMPLE_RATE
    spectrum = np.abs(np.fft.rfft(wave[:size] * np.hanning(len(wave[:size])), size))
    return float(spectrum.argmax() * SAMPLE_RATE / size)
