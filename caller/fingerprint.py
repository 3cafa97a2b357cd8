"""Finding where a sound comes from in hours of known sound, in milliseconds.

On the highest crest in each stretch of about 25 ms of the voice's low band, the signs of the wave around it make a
word of 30 bits. A-law companding leaves most of those words as they were, so the same sound gives the same words at
the same distances: words found in a recording vote for (prompt, shift), and a true prompt gathers many votes for one
shift. (The idea is that of landmark fingerprints: Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR 2003.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from caller.sound import RATE

Wave = NDArray[np.float32]
Integers = NDArray[np.int64]

_REACH = 100  # samples on each side among which a crest is the highest
_OFFSETS = np.array([s * o for o in (5, 9, 14, 18, 23, 29, 36, 44, 53, 63, 74, 86, 99, 113, 128) for s in (-1, 1)])
_MARGIN = int(_OFFSETS.max())
_QUIET = 0.003  # crests below −50 dBFS are noise
_DOUBTFUL = 4  # signs nearest to a zero crossing, which noise or half a sample of delay may have turned
_COMMON = 64  # a word that is in the library more often than this says nothing
_VOTES = 3
_SAME_SHIFT = 3  # samples


def low_band(wave: Wave) -> Wave:
    """The part between 200 and 1100 Hz: it survives codecs, and half a sample of delay hardly changes it."""
    if len(wave) == 0:
        return wave
    taps = np.arange(-40, 41)
    kernel = 2 * 1100 / RATE * np.sinc(2 * 1100 / RATE * taps) - 2 * 200 / RATE * np.sinc(2 * 200 / RATE * taps)
    filtered = np.convolve(wave, (kernel * np.hamming(len(taps))).astype(np.float32))
    return filtered[40 : 40 + len(wave)].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    """Prompt number `prompt` lies so that its sample 0 is sample `shift` of the recording (may be negative)."""

    prompt: int
    shift: int


class Index:
    """The words of every prompt, sorted; `prompts` are their low bands."""

    def __init__(self, prompts: Sequence[Wave]) -> None:
        found = [_words(prompt) for prompt in prompts]
        words = np.concatenate([words for words, _ in found] or [np.empty(0, np.int64)])
        order = np.argsort(words, kind="stable")
        self._words = words[order]
        self._places = np.concatenate([places for _, places in found] or [np.empty(0, np.int64)])[order]
        self._prompts = np.repeat(np.arange(len(found)), [len(words) for words, _ in found])[order]

    def matches(self, recording: Wave) -> list[Match]:
        """Every (prompt, shift) that enough words of the recording's low band vote for."""
        words, places = _with_doubts(recording, *_words(recording))
        first = np.searchsorted(self._words, words, "left")
        count = np.searchsorted(self._words, words, "right") - first
        count[count > _COMMON] = 0
        rows = np.repeat(first, count) + _counting(count)
        prompts, shifts = self._prompts[rows], np.repeat(places, count) - self._places[rows]
        order = np.lexsort((shifts, prompts))
        prompts, shifts = prompts[order], shifts[order]
        breaks = np.flatnonzero((np.diff(prompts) != 0) | (np.diff(shifts) > _SAME_SHIFT)) + 1
        groups = np.split(np.arange(len(order)), breaks)
        return [Match(int(prompts[g[0]]), int(np.median(shifts[g]))) for g in groups if len(g) >= _VOTES]


def _words(wave: Wave) -> tuple[Integers, Integers]:
    """The words of a low band and the samples where they stand."""
    stretches = len(wave) // _REACH
    if stretches == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = wave[: stretches * _REACH].reshape(stretches, _REACH).argmax(axis=1) + np.arange(stretches) * _REACH
    places = places[(places >= _MARGIN) & (places < len(wave) - _MARGIN) & (wave[places] > _QUIET)]
    around = wave[places[:, None] + np.arange(-_REACH, _REACH + 1)]
    places = places[around.max(axis=1) <= wave[places]]
    signs = wave[places[:, None] + _OFFSETS] > 0
    return signs @ (1 << np.arange(len(_OFFSETS), dtype=np.int64)), places.astype(np.int64)


def _with_doubts(wave: Wave, words: Integers, places: Integers) -> tuple[Integers, Integers]:
    """The words again with their most doubtful signs turned, in every combination."""
    weakest = np.argsort(np.abs(wave[places[:, None] + _OFFSETS]), axis=1)[:, :_DOUBTFUL]
    turns = np.array(list(product((0, 1), repeat=_DOUBTFUL)), dtype=np.int64)
    masks = (1 << weakest.astype(np.int64)) @ turns.T
    return (words[:, None] ^ masks).ravel(), np.repeat(places, len(turns))


def _counting(count: Integers) -> Integers:
    """0, 1, … count[0]-1, 0, 1, … count[1]-1, …"""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
