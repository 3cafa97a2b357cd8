"""An index of audio fingerprints, which finds a piece of sound in hours of known prompts within milliseconds.

In each stretch of about 25 ms of the voice's low band, the signs of the wave around its highest peak make a word of
30 bits. A-law companding changes few of these words, so that the same sound gives the same words at the same distances:
each word of a recording votes for a (prompt, shift), and a prompt that is there gets many votes for one shift. The
method is that of landmark fingerprints (Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR 2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from caller.pcm import SAMPLE_RATE

Wave = NDArray[np.float32]
Integers = NDArray[np.int64]

_REACH = 100  # samples on each side that are lower than a peak
_OFFSETS = np.array([s * o for o in (5, 9, 14, 18, 23, 29, 36, 44, 53, 63, 74, 86, 99, 113, 128) for s in (-1, 1)])
_MARGIN = int(_OFFSETS.max())
_QUIET = 0.003  # peaks below −50 dBFS are noise
_DOUBTFUL = 4  # signs nearest to a zero crossing, which noise or half a sample of delay may invert
_COMMON = 64  # a more frequent word of the library is ignored
_VOTES = 3
_SAME_SHIFT = 3  # samples


def filter_low_band(wave: Wave) -> Wave:
    """The part between 200 and 1100 Hz, which codecs and half a sample of delay hardly change."""
    if len(wave) == 0:
        return wave
    taps = np.arange(-40, 41)
    kernel = 2 * 1100 / SAMPLE_RATE * np.sinc(2 * 1100 / SAMPLE_RATE * taps) - 2 * 200 / SAMPLE_RATE * np.sinc(
        2 * 200 / SAMPLE_RATE * taps
    )
    filtered = np.convolve(wave, (kernel * np.hamming(len(taps))).astype(np.float32))
    return filtered[40 : 40 + len(wave)].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    """Sample 0 of prompt number `prompt` is sample `shift` of the recording; `shift` may be negative."""

    prompt: int
    shift: int


class FingerprintIndex:
    """The fingerprint words (hashes) of every prompt, sorted. `prompts`: the low frequency band of each prompt."""

    def __init__(self, prompts: Sequence[Wave]) -> None:
        found = [_fingerprints(prompt) for prompt in prompts]
        words = np.concatenate([words for words, _ in found] or [np.empty(0, np.int64)])
        order = np.argsort(words, kind="stable")
        self._words = words[order]
        self._places = np.concatenate([places for _, places in found] or [np.empty(0, np.int64)])[order]
        self._prompts = np.repeat(np.arange(len(found)), [len(words) for words, _ in found])[order]

    def find_matches(self, recording: Wave) -> list[Match]:
        """Every (prompt, shift) for which enough words of the recording's low band vote."""
        words, places = _with_doubtful_bits_flipped(recording, *_fingerprints(recording))
        first = np.searchsorted(self._words, words, "left")
        count = np.searchsorted(self._words, words, "right") - first
        count[count > _COMMON] = 0
        rows = np.repeat(first, count) + _count_up(count)
        prompts, shifts = self._prompts[rows], np.repeat(places, count) - self._places[rows]
        order = np.lexsort((shifts, prompts))
        prompts, shifts = prompts[order], shifts[order]
        breaks = np.flatnonzero((np.diff(prompts) != 0) | (np.diff(shifts) > _SAME_SHIFT)) + 1
        groups = np.split(np.arange(len(order)), breaks)
        return [Match(int(prompts[g[0]]), int(np.median(shifts[g]))) for g in groups if len(g) >= _VOTES]


def _fingerprints(wave: Wave) -> tuple[Integers, Integers]:
    """The fingerprint words of a low band, and the sample at which the peak of each is."""
    stretches = len(wave) // _REACH
    if stretches == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = wave[: stretches * _REACH].reshape(stretches, _REACH).argmax(axis=1) + np.arange(stretches) * _REACH
    places = places[(places >= _MARGIN) & (places < len(wave) - _MARGIN) & (wave[places] > _QUIET)]
    around = wave[places[:, None] + np.arange(-_REACH, _REACH + 1)]
    places = places[around.max(axis=1) <= wave[places]]
    signs = wave[places[:, None] + _OFFSETS] > 0
    return signs @ (1 << np.arange(len(_OFFSETS), dtype=np.int64)), places.astype(np.int64)


def _with_doubtful_bits_flipped(wave: Wave, words: Integers, places: Integers) -> tuple[Integers, Integers]:
    """Each word with its most doubtful signs inverted, in every combination."""
    weakest = np.argsort(np.abs(wave[places[:, None] + _OFFSETS]), axis=1)[:, :_DOUBTFUL]
    turns = np.array(list(product((0, 1), repeat=_DOUBTFUL)), dtype=np.int64)
    masks = (1 << weakest.astype(np.int64)) @ turns.T
    return (words[:, None] ^ masks).ravel(), np.repeat(places, len(turns))


def _count_up(count: Integers) -> Integers:
    """For each count, the numbers from 0 up to it: count_up([2, 3]) is [0, 1, 0, 1, 2]."""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
