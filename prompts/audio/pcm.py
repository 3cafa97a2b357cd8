"""PCM samples, how loud they are on a telephone, and when somebody speaks in them.

Only what a telephone carries is measured, 300 to 3,400 Hz (ITU-T G.712): a direct current, the rumble of a table and a
whine of 15 kHz are as silent here as for a caller.
"""

import math
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_LOWEST_HZ, _HIGHEST_HZ = 300, 3_400
FRAME_S = 0.02
_CHUNK_FRAMES = 500
# A frame belongs to speech when it is within this margin of the active level (ITU-T P.56: 15.9 dB).
_SPEECH_MARGIN_DB = 15.9
_LIMITED_FROM = 92  # per cent of the audible frames are softer than the limit
_NOTHING_DBFS = -96.0
_INAUDIBLE_DBFS = -60.0

# A passage is a second of the sound; one begins each half second.
PASSAGE_FRAMES, PASSAGE_HOP = 50, 25
_HEARD_FRAMES = 5  # a passage with fewer audible frames than this is a pause
# The frames of speech differ by more than this within a second; those of noise, of a hum or of a tone do not.
_SPEECH_RANGE_DB = 10
_SOFTER_SHARE = 40  # per cent of the passages that are softer than the reference
_PASSAGE_MARGIN_DB = 8

_TRIM_BELOW_DB = 25
_ABOVE_NOISE_DB = 6
# A sound shorter than this, this far from anything else, is the click of a switch.
_CLICK_S, _ALONE_S = 0.08, 0.3


@dataclass(frozen=True, slots=True)
class Pcm:
    """Mono 16-bit little-endian samples at `rate` per second."""

    samples: bytes
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / self.rate


@dataclass(frozen=True, slots=True)
class Level:
    """Levels in dBFS: that of speech without its pauses, and that of the highest sample."""

    active_dbfs: float
    peak_dbfs: float


def read_wav(path: Path) -> Pcm:
    """Read a mono 16-bit WAV that this program wrote. Raises wave.Error, EOFError or OSError."""
    with wave.open(str(path)) as wav:
        return Pcm(wav.readframes(wav.getnframes()), wav.getframerate())


def write_wav(path: Path, pcm: Pcm) -> None:
    """Write `pcm` as a mono 16-bit WAV."""
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(pcm.rate)
        wav.writeframes(pcm.samples)


def peaks(pcm: Pcm, count: int) -> tuple[int, ...]:
    """The waveform to draw: the highest sample of each of `count` equal parts, in per cent of full scale."""
    signal = np.abs(np.frombuffer(pcm.samples, dtype="<i2").astype(np.int32))
    parts = np.array_split(signal, min(count, max(1, len(signal))))
    return tuple(round(100 * int(part.max(initial=0)) / 32768) for part in parts)


def clipped_share(pcm: Pcm) -> float:
    """The share of samples, 0 to 1, that are at full scale."""
    signal = to_array(pcm)
    return float(np.mean(np.abs(signal) >= 32700)) if len(signal) else 0.0


def to_array(pcm: Pcm) -> np.ndarray:
    """The samples as numbers from -32768 to 32767."""
    return np.frombuffer(pcm.samples, dtype="<i2").astype(np.float32)


def from_array(signal: np.ndarray, rate: int) -> Pcm:
    """The samples of `signal`, from -32768 to 32767; what is beyond is limited to that."""
    return Pcm(np.clip(np.rint(signal), -32768, 32767).astype("<i2").tobytes(), rate)


def measure(pcm: Pcm) -> Level:
    """The level of the sound; silence has -96 dBFS.

    The active level is the mean power of the frames that are at most 15.9 dB below it, which excludes pauses, as in
    ITU-T P.56. Where some passages are much louder than others, such as a jingle before a soft voice, it is the level
    of the softer ones. The loudest of the audible frames are limited, so that a knock on the table does not count as
    speech.
    """
    peak = int(np.abs(to_array(pcm)).max(initial=0))
    if peak == 0:
        return Level(_NOTHING_DBFS, _NOTHING_DBFS)
    return Level(_active_level(frame_levels(pcm)), round(20 * math.log10(peak / 32768), 1))


def frame_levels(pcm: Pcm) -> np.ndarray:
    """The level of each 20 ms in dBFS, within the band of a telephone."""
    powers = [_band_power(spectra) for spectra in band_spectra(to_array(pcm), pcm.rate)]
    if not powers:
        return np.empty(0)
    levels: np.ndarray = 10 * np.log10(np.maximum(np.concatenate(powers), 10 ** (_NOTHING_DBFS / 10)))
    return levels


def band_spectra(signal: np.ndarray, rate: int) -> Iterator[np.ndarray]:
    """The spectrum of each 20 ms from 300 to 3,400 Hz, some frames at a time; the sum of its squares is its power."""
    if not len(signal):
        return
    hop = round(rate * FRAME_S)
    # Windows of 40 ms, so that a loud rumble below 300 Hz does not leak into the band.
    window = np.hanning(2 * hop + 1)[:-1]
    hertz = np.fft.rfftfreq(2 * hop, 1 / rate)
    band = slice(*np.searchsorted(hertz, (_LOWEST_HZ, _HIGHEST_HZ + 1)))
    scale = math.sqrt(2 / (2 * hop * float(window @ window))) / 32768
    frames = -(-len(signal) // hop)
    # Mirrored ends: a sound that begins or ends within a rumble does not begin or end with a click.
    padded = np.pad(signal - signal.mean(), (hop // 2, frames * hop - len(signal) + hop), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop][:frames]
    for start in range(0, frames, _CHUNK_FRAMES):
        yield np.fft.rfft(windows[start : start + _CHUNK_FRAMES] * window)[:, band] * scale


def passage_levels(frames: np.ndarray, length: int, hop: int) -> tuple[np.ndarray, np.ndarray]:
    """For each passage of `length` frames: its active level (-96 for a pause), and whether it changes as speech does.

    The loudest tenth of a passage is limited.
    """
    short = max(0, length - len(frames)) + (-(max(len(frames), length) - length) % hop)
    padded = np.pad(frames, (0, short), constant_values=_NOTHING_DBFS)
    passages = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    heard = passages > _INAUDIBLE_DBFS
    # Pauses are left out: where less than a tenth is heard, the highest tenth would be silence.
    ranks = length - np.maximum(1, heard.sum(axis=1) // 10)
    ordered = np.sort(passages, axis=1)
    high = np.take_along_axis(ordered, ranks[:, None] - 1, axis=1)
    active = passages >= high - _SPEECH_MARGIN_DB
    power = 10 ** (np.minimum(passages, high) / 10)
    levels = 10 * np.log10((power * active).sum(axis=1) / active.sum(axis=1))
    levels[heard.sum(axis=1) < min(_HEARD_FRAMES, length, len(frames))] = _NOTHING_DBFS
    return levels, (high[:, 0] - np.percentile(passages, 10, axis=1)) > _SPEECH_RANGE_DB


def find_speech(pcm: Pcm) -> tuple[float, float]:
    """When speech begins and ends, in seconds, with its soft first and last sounds; (0, 0) in silence.

    Noise before and after it, and the click of a switch, do not belong to it.
    """
    frames = frame_levels(pcm)
    if not len(frames):
        return 0.0, 0.0
    active = _active_level(frames)
    noise = float(np.percentile(frames, 10)) + _ABOVE_NOISE_DB
    threshold = max(active - _TRIM_BELOW_DB, _INAUDIBLE_DBFS, min(noise, active - _SPEECH_MARGIN_DB))
    runs = _without_clicks(_runs(frames > threshold))
    if not runs:
        return 0.0, 0.0
    return float(runs[0][0] * FRAME_S), min(float(runs[-1][1] * FRAME_S), pcm.seconds)


def active_seconds(pcm: Pcm) -> float:
    """How long something is heard at the level of speech, without the pauses."""
    frames = frame_levels(pcm)
    if not len(frames) or frames.max() <= _INAUDIBLE_DBFS:
        return 0.0
    return float(np.count_nonzero(frames >= _active_level(frames) - _SPEECH_MARGIN_DB) * FRAME_S)


def _band_power(spectra: np.ndarray) -> np.ndarray:
    power: np.ndarray = (spectra.real**2 + spectra.imag**2).sum(axis=1)
    return power


def _active_level(frames: np.ndarray) -> float:
    chosen = frames[_typical_frames(frames)]
    audible = chosen[chosen > min(_INAUDIBLE_DBFS, chosen.max() - 1)]
    limited = np.minimum(chosen, np.percentile(audible, _LIMITED_FROM))
    active = _mean_dbfs(limited)
    for _ in range(8):
        active = _mean_dbfs(limited[limited >= active - _SPEECH_MARGIN_DB])
    return round(active, 1)


def _typical_frames(frames: np.ndarray) -> np.ndarray:
    """Which frames belong to passages of about the same level: of speech where there is any, and the softer ones."""
    levels, as_speech = passage_levels(frames, PASSAGE_FRAMES, PASSAGE_HOP)
    heard = levels > _INAUDIBLE_DBFS
    wanted = heard & as_speech if (heard & as_speech).any() else heard
    if not wanted.any():
        return np.ones(len(frames), bool)
    reference = np.percentile(levels[wanted], _SOFTER_SHARE, method="lower")
    chosen = np.zeros(len(frames), bool)
    for place in np.flatnonzero(wanted & (np.abs(levels - reference) <= _PASSAGE_MARGIN_DB)):
        chosen[place * PASSAGE_HOP : place * PASSAGE_HOP + PASSAGE_FRAMES] = True
    return chosen


def _runs(loud: np.ndarray) -> list[tuple[int, int, int]]:
    """Where frames are loud, with less than 0.3 s between two: first frame, the frame after the last, loud frames."""
    runs: list[tuple[int, int, int]] = []
    for place in np.flatnonzero(loud).tolist():
        if runs and (place - runs[-1][1]) * FRAME_S < _ALONE_S:
            runs[-1] = (runs[-1][0], place + 1, runs[-1][2] + 1)
        else:
            runs.append((place, place + 1, 1))
    return runs


def _without_clicks(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    speech = [number for number, run in enumerate(runs) if run[2] * FRAME_S > _CLICK_S]
    return runs[speech[0] : speech[-1] + 1] if speech else runs


def _mean_dbfs(frames: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(10 ** (frames / 10))))
