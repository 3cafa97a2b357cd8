"""Recognises by sound which of the known prompts was heard, when, and how far.

The index proposes where prompts may lie; here each proposal is compared with the recording wave against wave, in
blocks of 20 ms, and the one that explains most wins. What no prompt explains is silence, a tone, or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caller.fingerprint import Index, Match, Wave, low_band
from caller.sound import RATE, Samples, read_wav
from caller.tones import BLOCK, blocks, find_tones, loud_blocks, stretches
from caller.tones import Tone as Tone

_ALIKE = 0.8  # normalised correlation from which two blocks are the same sound (A-law alone leaves more than 0.99)
_FAINT = 0.01  # −40 dBFS: noise of the line in a pause of the prompt is still a pause
_HOLE = 6  # blocks of difference that do not end a prompt: a lost packet, a click
_WHOLE_MIN, _PART_MIN = 5, 25  # blocks of sound needed to recognise a whole prompt, or a part (0.5 s)
_EDGE = 4  # blocks that may be missing at either end of a prompt heard whole
_JOIN_S = 0.6  # a slip of the jitter buffer, or a stall, splits a prompt in pieces at most so far apart
_END = 10  # blocks: the last of a prompt, by which its end is known again behind a slip
_TIE = 3  # blocks


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt, heard from `start_s` to `end_s` of the recording.

    `from_s` and `reached_s` are the positions in the prompt of the first and last sound heard; `whole` says that
    nothing of its sound is missing; `score` is the mean correlation (0.8 to 1). `alike` names prompts that explain the
    same sound as well: two that begin with the same words cannot be told apart when they are cut there.
    """

    key: str
    start_s: float
    end_s: float
    whole: bool
    score: float
    from_s: float
    reached_s: float
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing above −50 dBFS for at least 0.1 s."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sound that is no prompt of the library and no tone."""

    start_s: float
    end_s: float


Sound = Heard | Silence | Tone | Unknown


@dataclass(frozen=True, slots=True)
class _Prompt:
    key: str
    wave: Wave
    low: Wave
    loud: tuple[int, int]  # samples between which there is sound


@dataclass(frozen=True, slots=True)
class _Run:
    """Blocks `first` to `last` (excluded) of the recording explained by one proposal; `same` of them are sound."""

    first: int
    last: int
    same: int
    whole: bool
    score: float


class _Proposal:
    """One prompt laid on the recording: for each block the same sound (1), silence in both (0), or different (-1)."""

    def __init__(self, prompt: _Prompt, match: Match, wave: Wave, low: Wave) -> None:
        self.prompt, self.shift = prompt, match.shift
        self._origin = max(0, -(-match.shift // BLOCK))
        end = min(len(wave), match.shift + len(prompt.wave)) // BLOCK
        here = slice(self._origin * BLOCK, max(end, self._origin) * BLOCK)
        there = slice(here.start - match.shift, here.stop - match.shift)
        likeness = np.maximum(_likeness(wave[here], prompt.wave[there]), _likeness(low[here], prompt.low[there]))
        heard, meant = loud_blocks(wave[here], _FAINT), loud_blocks(prompt.wave[there])
        self._likeness = likeness
        self._state = np.where(meant & (likeness > _ALIKE), 1, np.where(heard | meant, -1, 0))
        self.best = self._best()

    def give_up(self, first: int, last: int) -> None:
        """Blocks that something better explains."""
        low, high = max(0, first - self._origin), max(0, last - self._origin)
        if np.any(self._state[low:high] > 0):
            self._state[low:high] = -1
            self.best = self._best()

    def position_s(self, block: int) -> float:
        """Where in the prompt this block of the recording is."""
        return (block * BLOCK - self.shift) / RATE

    def _best(self) -> _Run | None:
        runs = [self._run(places) for places in self._bridged(np.flatnonzero(self._state > 0))]
        runs = [run for run in runs if run.same >= (_WHOLE_MIN if run.whole else _PART_MIN)]
        return max(runs, key=lambda run: run.same, default=None)

    def _bridged(self, same: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """The blocks of the same sound, cut where too many different ones lie between two of them."""
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


class Ear:
    """Knows the prompts of `library` (key → 8 kHz mono 16-bit WAV) and tells them in a recording.

    A prompt that is nothing but one steady tone is reported as Tone. ValueError for a file of another format.
    """

    def __init__(self, library: Mapping[str, Path]) -> None:
        self._prompts = [_prompt(key, read_wav(path)) for key, path in library.items()]
        self._index = Index([prompt.low for prompt in self._prompts])

    def listen(self, samples: Samples) -> tuple[Sound, ...]:
        """All that is in the recording (8 kHz int16), in order of time, to 20 ms."""
        wave = _wave(samples)
        low = low_band(wave)
        proposals = [_Proposal(self._prompts[m.prompt], m, wave, low) for m in self._index.matches(low)]
        heard, explained = _choose(proposals, len(wave) // BLOCK)
        heard += [end for piece in heard if (end := self._cut_off_end(piece, low, explained))]
        heard = _joined(sorted(heard, key=lambda h: h.start_s), self._whole_ends())
        for piece in heard:  # what a slip has put between two pieces is explained too
            explained[round(piece.start_s * RATE / BLOCK) : round(piece.end_s * RATE / BLOCK)] = True
        tones = find_tones(wave, explained)
        rest = _unexplained(loud_blocks(wave), explained)
        return tuple(sorted([*heard, *tones, *rest], key=lambda sound: sound.start_s))

    def to_its_end(self, heard: Heard) -> bool:
        """Whether the last of its sound was heard; the beginning may have been lost on the way."""
        return heard.whole or heard.reached_s >= self._whole_ends()[heard.key][1] - _seconds(_EDGE)

    def _cut_off_end(self, piece: Heard, low: Wave, explained: NDArray[np.bool_]) -> Heard | None:
        """The last of this prompt where a slip has put it: too short to be recognised but as what must follow here."""
        prompt = next(p for p in self._prompts if p.key == piece.key)
        begin, end = round(piece.reached_s * RATE), prompt.loud[1]
        here = round(piece.end_s * RATE)
        last = prompt.low[max(begin, end - _END * BLOCK) : end]
        window = low[here : here + end - begin + round(_JOIN_S * RATE)]
        if not _EDGE * BLOCK < end - begin < RATE or len(window) < len(last):
            return None
        place, likeness = _most_alike(window, last)
        slip = place + len(last) - (end - begin)
        first, until = here + max(0, slip), here + place + len(last)
        if likeness < _ALIKE or np.any(explained[-(-first // BLOCK) : until // BLOCK]):
            return None
        from_s = (begin + max(0, -slip)) / RATE
        return Heard(piece.key, first / RATE, until / RATE, False, likeness, from_s, end / RATE)

    def _whole_ends(self) -> dict[str, tuple[float, float]]:
        return {p.key: (p.loud[0] / RATE, p.loud[1] / RATE) for p in self._prompts}


def _seconds(block: int) -> float:
    return block * BLOCK / RATE


def _wave(samples: Samples) -> Wave:
    return np.divide(samples, 32768, dtype=np.float32)


def _prompt(key: str, samples: Samples) -> _Prompt:
    wave = _wave(samples)
    loud = np.flatnonzero(loud_blocks(wave))
    ends = (int(loud[0]) * BLOCK, int(loud[-1] + 1) * BLOCK) if len(loud) else (0, 0)
    return _Prompt(key, wave, low_band(wave), ends)


def _likeness(heard: Wave, meant: Wave) -> Wave:
    """Normalised correlation of each block, taken over its neighbours too (60 ms)."""
    if len(heard) == 0:
        return np.empty(0, np.float32)
    a, b = blocks(heard), blocks(meant)
    sums = [np.convolve((x * y).sum(axis=1), np.ones(3), mode="full")[1:-1] for x, y in ((a, b), (a, a), (b, b))]
    return (sums[0] / np.sqrt(sums[1] * sums[2] + 1e-12)).astype(np.float32)


def _most_alike(window: Wave, part: Wave) -> tuple[int, float]:
    """The sample of the window from which it is most like this part, and their normalised correlation there."""
    energy = np.convolve(np.square(window), np.ones(len(part), np.float32), mode="valid")
    likeness = np.correlate(window, part, mode="valid") / np.sqrt(energy * np.square(part).sum() + 1e-12)
    place = int(likeness.argmax())
    return place, float(likeness[place])


def _choose(proposals: list[_Proposal], length: int) -> tuple[list[Heard], NDArray[np.bool_]]:
    """Take the proposal that explains most, withdraw what it explains from the others, and so on."""
    heard: list[Heard] = []
    explained = np.zeros(length, dtype=bool)
    while candidates := [(p, p.best) for p in proposals if p.best]:
        most = max(run.same for _, run in candidates)
        tied = [(p, run) for p, run in candidates if run.same >= most - _TIE]
        proposal, run = max(tied, key=lambda c: (c[1].whole, c[1].same, c[1].score))
        alike = {p.prompt.key for p, r in tied if abs(r.first - run.first) <= _TIE and r.whole is run.whole}
        start, end = _seconds(run.first), _seconds(run.last)
        from_s, reached_s = proposal.position_s(run.first), proposal.position_s(run.last)
        others = tuple(sorted(alike - {proposal.prompt.key}))
        heard.append(Heard(proposal.prompt.key, start, end, run.whole, run.score, from_s, reached_s, others))
        explained[run.first : run.last] = True
        for other in proposals:
            other.give_up(run.first, run.last)
    return heard, explained


def _joined(heard: list[Heard], ends: Mapping[str, tuple[float, float]]) -> list[Heard]:
    """Pieces of one prompt that a slip has shifted against each other are one hearing."""
    result: list[Heard] = []
    for piece in heard:
        last = result[-1] if result else None
        if (
            last
            and last.key == piece.key
            and piece.start_s - last.end_s < _JOIN_S
            and -0.1 < piece.from_s - last.reached_s < _JOIN_S
        ):
            begin, end = ends[piece.key]
            margin = _seconds(_EDGE)
            whole = last.from_s <= begin + margin and piece.reached_s >= end - margin
            score = min(last.score, piece.score)
            result[-1] = replace(last, end_s=piece.end_s, reached_s=piece.reached_s, whole=whole, score=score, alike=())
        else:
            result.append(piece)
    return result


def _unexplained(loud: NDArray[np.bool_], explained: NDArray[np.bool_]) -> list[Silence | Unknown]:
    """Silence of 0.1 s or more, and unknown sound; shorter pauses are part of the unknown sound around them."""
    found: list[Silence | Unknown] = []
    loud = loud & ~explained
    for first, last in stretches(~explained):
        breaks = [(a, b) for a, b in stretches(~loud[first:last]) if b - a >= 5]
        found += [Silence(_seconds(first + a), _seconds(first + b)) for a, b in breaks]
        edges = [0, *(edge for pair in breaks for edge in pair), last - first]
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if np.count_nonzero(loud[first + a : first + b]) >= 4:
                found.append(Unknown(_seconds(first + a), _seconds(first + b)))
    return found
