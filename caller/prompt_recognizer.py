"""Recognizes the known prompts in a recording: which, when, and which part of each.

The index of fingerprints proposes prompts and their places; each proposal is compared with the recording in blocks of
20 ms, and the one that explains most is chosen first. What no prompt explains is silence, a tone, or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caller.fingerprint import FingerprintIndex, Match, Wave, filter_low_band
from caller.pcm import SAMPLE_RATE, Samples, read_wav
from caller.tones import BLOCK, Tone, find_loud_blocks, find_runs, find_tones, split_blocks

_ALIKE = 0.8  # normalized correlation from which two blocks are the same sound (A-law alone leaves more than 0.99)
_FAINT = 0.01  # −40 dBFS: a pause of the prompt with fainter noise is still a pause
_HOLE = 6  # blocks of difference that do not end a prompt: a lost packet, a click
_WHOLE_MIN = 5  # blocks of sound needed to recognize a whole prompt
_EDGE = 4  # blocks that may be missing at either end of a prompt that was heard whole
_JOIN_S = 0.6  # after a slip of a jitter buffer, or a stall, the pieces of a prompt are at most so far apart
_END = 10  # blocks at the end of a prompt by which its end is found after a slip
_TIE = 3  # blocks


@dataclass(frozen=True, slots=True)
class HeardPrompt:
    """A prompt, heard from `start_s` to `end_s` of the recording.

    `position_start_s` and `position_end_s` are the positions in the prompt of the first and last sound that was heard;
    `whole`: nothing of its sound is missing; `score`: the mean correlation (0.8 to 1). `ambiguous_with` names prompts
    that explain the same sound as well: two that begin with the same words are alike if they are cut there.
    """

    key: str
    start_s: float
    end_s: float
    whole: bool
    score: float
    position_start_s: float
    position_end_s: float
    ambiguous_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing above −50 dBFS for at least 0.1 s."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class UnknownSound:
    """Sound that is neither a known prompt nor a tone."""

    start_s: float
    end_s: float


Sound = HeardPrompt | Silence | Tone | UnknownSound


@dataclass(frozen=True, slots=True)
class _Prompt:
    key: str
    wave: Wave
    low: Wave
    loud: tuple[int, int]  # first sample with sound, and the one after the last


@dataclass(frozen=True, slots=True)
class _Run:
    """Blocks `first` to `last` (excluded) of the recording that one proposal explains; `same` of them have sound."""

    first: int
    last: int
    same: int
    whole: bool
    score: float


class _Alignment:
    """One prompt at one place of the recording: each block has the same sound (1), no sound (0), or differs (-1)."""

    def __init__(self, prompt: _Prompt, match: Match, wave: Wave, low: Wave, part: int) -> None:
        self.prompt, self.shift, self._part = prompt, match.shift, part
        self._origin = max(0, -(-match.shift // BLOCK))
        end = min(len(wave), match.shift + len(prompt.wave)) // BLOCK
        here = slice(self._origin * BLOCK, max(end, self._origin) * BLOCK)
        there = slice(here.start - match.shift, here.stop - match.shift)
        likeness = np.maximum(
            _block_correlation(wave[here], prompt.wave[there]), _block_correlation(low[here], prompt.low[there])
        )
        heard, meant = find_loud_blocks(wave[here], _FAINT), find_loud_blocks(prompt.wave[there])
        self._likeness = likeness
        self._state = np.where(meant & (likeness > _ALIKE), 1, np.where(heard | meant, -1, 0))
        self.best = self._best()

    def exclude(self, first: int, last: int) -> None:
        """Excludes blocks that a better proposal explains."""
        low, high = max(0, first - self._origin), max(0, last - self._origin)
        if np.any(self._state[low:high] > 0):
            self._state[low:high] = -1
            self.best = self._best()

    def position_s(self, block: int) -> float:
        """The position in the prompt of a block of the recording."""
        return (block * BLOCK - self.shift) / SAMPLE_RATE

    def _best(self) -> _Run | None:
        runs = [self._run(places) for places in self._bridged(np.flatnonzero(self._state > 0))]
        runs = [run for run in runs if run.same >= (_WHOLE_MIN if run.whole else self._part)]
        return max(runs, key=lambda run: run.same, default=None)

    def _bridged(self, same: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """The blocks of the same sound, split where too many that differ are between two of them."""
        if len(same):
            different = np.cumsum(self._state < 0)[same]
            yield from np.split(same, np.flatnonzero(np.diff(different) > _HOLE) + 1)

    def _run(self, same: NDArray[np.int64]) -> _Run:
        first, last = int(same[0]) + self._origin, int(same[-1]) + 1 + self._origin
        begin, end = self.prompt.loud
        reaches = (first - _EDGE) * BLOCK - self.shift <= begin and (last + _EDGE) * BLOCK - self.shift >= end
        sound = np.count_nonzero(self._state[same[0] : same[-1] + 1])
        return _Run(
            first, last, len(same), bool(reaches and len(same) > 0.7 * sound), float(self._likeness[same].mean())
        )


class PromptRecognizer:
    """Recognizes the prompts of `library` (key → 8 kHz mono 16-bit WAV) in recordings.

    A part of a prompt is recognized if it lasts at least `part_s` seconds. A prompt that is one steady tone is reported
    as Tone. Raises ValueError for a file of another format.
    """

    def __init__(self, library: Mapping[str, Path], part_s: float = 0.5) -> None:
        self._part = round(part_s * SAMPLE_RATE / BLOCK)
        self._prompts = [_load_prompt(key, read_wav(path)) for key, path in library.items()]
        self._index = FingerprintIndex([prompt.low for prompt in self._prompts])

    def recognize(self, samples: Samples) -> tuple[Sound, ...]:
        """Everything in the recording (8 kHz int16), in order of time, to 20 ms."""
        wave = _to_float(samples)
        low = filter_low_band(wave)
        proposals = [
            _Alignment(self._prompts[m.prompt], m, wave, low, self._part) for m in self._index.find_matches(low)
        ]
        heard, explained = _select_best(proposals, len(wave) // BLOCK)
        heard += [end for piece in heard if (end := self._cut_off_end(piece, low, explained))]
        heard = _merge_pieces(sorted(heard, key=lambda h: h.start_s), self._whole_ends())
        for piece in heard:  # the gap between two pieces of a prompt is explained too
            explained[round(piece.start_s * SAMPLE_RATE / BLOCK) : round(piece.end_s * SAMPLE_RATE / BLOCK)] = True
        tones = find_tones(wave, explained)
        rest = _find_unexplained(find_loud_blocks(wave), explained)
        return tuple(sorted([*heard, *tones, *rest], key=lambda sound: sound.start_s))

    def is_heard_to_end(self, heard: HeardPrompt) -> bool:
        """Whether its last sound was heard; its beginning may be missing."""
        return heard.whole or heard.position_end_s >= self._whole_ends()[heard.key][1] - _seconds(_EDGE)

    def _cut_off_end(self, piece: HeardPrompt, low: Wave, explained: NDArray[np.bool_]) -> HeardPrompt | None:
        """The end of this prompt after a slip: too short to be recognized, except where it is expected."""
        prompt = next(p for p in self._prompts if p.key == piece.key)
        begin, end = round(piece.position_end_s * SAMPLE_RATE), prompt.loud[1]
        here = round(piece.end_s * SAMPLE_RATE)
        last = prompt.low[max(begin, end - _END * BLOCK) : end]
        window = low[here : here + end - begin + round(_JOIN_S * SAMPLE_RATE)]
        if not _EDGE * BLOCK < end - begin < SAMPLE_RATE or len(window) < len(last):
            return None
        place, likeness = _best_correlation(window, last)
        slip = place + len(last) - (end - begin)
        first, until = here + max(0, slip), here + place + len(last)
        if likeness < _ALIKE or np.any(explained[-(-first // BLOCK) : until // BLOCK]):
            return None
        from_s = (begin + max(0, -slip)) / SAMPLE_RATE
        return HeardPrompt(
            piece.key, first / SAMPLE_RATE, until / SAMPLE_RATE, False, likeness, from_s, end / SAMPLE_RATE
        )

    def _whole_ends(self) -> dict[str, tuple[float, float]]:
        return {p.key: (p.loud[0] / SAMPLE_RATE, p.loud[1] / SAMPLE_RATE) for p in self._prompts}


def _seconds(block: int) -> float:
    return block * BLOCK / SAMPLE_RATE


def _to_float(samples: Samples) -> Wave:
    return np.divide(samples, 32768, dtype=np.float32)


def _load_prompt(key: str, samples: Samples) -> _Prompt:
    wave = _to_float(samples)
    loud = np.flatnonzero(find_loud_blocks(wave))
    ends = (int(loud[0]) * BLOCK, int(loud[-1] + 1) * BLOCK) if len(loud) else (0, 0)
    return _Prompt(key, wave, filter_low_band(wave), ends)


def _block_correlation(heard: Wave, meant: Wave) -> Wave:
    """Normalized correlation of each block together with its neighbours (60 ms)."""
    if len(heard) == 0:
        return np.empty(0, np.float32)
    a, b = split_blocks(heard), split_blocks(meant)
    sums = [np.convolve((x * y).sum(axis=1), np.ones(3), mode="full")[1:-1] for x, y in ((a, b), (a, a), (b, b))]
    return (sums[0] / np.sqrt(sums[1] * sums[2] + 1e-12)).astype(np.float32)


def _best_correlation(window: Wave, part: Wave) -> tuple[int, float]:
    """The sample of the window at which it is most like this part, and their normalized correlation there."""
    energy = np.convolve(np.square(window), np.ones(len(part), np.float32), mode="valid")
    likeness = np.correlate(window, part, mode="valid") / np.sqrt(energy * np.square(part).sum() + 1e-12)
    place = int(likeness.argmax())
    return place, float(likeness[place])


def _select_best(proposals: list[_Alignment], length: int) -> tuple[list[HeardPrompt], NDArray[np.bool_]]:
    """Repeatedly chooses the proposal that explains most, and excludes its blocks from the others."""
    heard: list[HeardPrompt] = []
    explained = np.zeros(length, dtype=bool)
    while candidates := [(p, p.best) for p in proposals if p.best]:
        most = max(run.same for _, run in candidates)
        tied = [(p, run) for p, run in candidates if run.same >= most - _TIE]
        proposal, run = max(tied, key=lambda c: (c[1].whole, c[1].same, c[1].score))
        alike = {p.prompt.key for p, r in tied if abs(r.first - run.first) <= _TIE and r.whole is run.whole}
        start, end = _seconds(run.first), _seconds(run.last)
        from_s, reached_s = proposal.position_s(run.first), proposal.position_s(run.last)
        others = tuple(sorted(alike - {proposal.prompt.key}))
        heard.append(HeardPrompt(proposal.prompt.key, start, end, run.whole, run.score, from_s, reached_s, others))
        explained[run.first : run.last] = True
        for other in proposals:
            other.exclude(run.first, run.last)
    return heard, explained


def _merge_pieces(heard: list[HeardPrompt], ends: Mapping[str, tuple[float, float]]) -> list[HeardPrompt]:
    """Merges the pieces of one prompt that a slip has shifted against each other."""
    result: list[HeardPrompt] = []
    for piece in heard:
        last = result[-1] if result else None
        if (
            last
            and last.key == piece.key
            and piece.start_s - last.end_s < _JOIN_S
            and -0.1 < piece.position_start_s - last.position_end_s < _JOIN_S
        ):
            begin, end = ends[piece.key]
            margin = _seconds(_EDGE)
            whole = last.position_start_s <= begin + margin and piece.position_end_s >= end - margin
            score = min(last.score, piece.score)
            result[-1] = replace(
                last,
                end_s=piece.end_s,
                position_end_s=piece.position_end_s,
                whole=whole,
                score=score,
                ambiguous_with=(),
            )
        else:
            result.append(piece)
    return result


def _find_unexplained(loud: NDArray[np.bool_], explained: NDArray[np.bool_]) -> list[Silence | UnknownSound]:
    """Silence of 0.1 s or more, and unknown sound; shorter pauses are part of the unknown sound around them."""
    found: list[Silence | UnknownSound] = []
    loud = loud & ~explained
    for first, last in find_runs(~explained):
        breaks = [(a, b) for a, b in find_runs(~loud[first:last]) if b - a >= 5]
        found += [Silence(_seconds(first + a), _seconds(first + b)) for a, b in breaks]
        edges = [0, *(edge for pair in breaks for edge in pair), last - first]
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if np.count_nonzero(loud[first + a : first + b]) >= 4:
                found.append(UnknownSound(_seconds(first + a), _seconds(first + b)))
    return found
