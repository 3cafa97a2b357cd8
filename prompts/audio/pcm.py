"""PCM samples and their loudness."""

import math
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_FRAME_S = 0.02
# A frame belongs to speech when it is within this margin of the active level (ITU-T P.56: 15.9 dB).
_SPEECH_MARGIN_DB = 15.9
_NOTHING_DBFS = -96.0
_INAUDIBLE_DBFS = -60.0


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


def measure(pcm: Pcm) -> Level:
    """The level of the sound; silence has -96 dBFS.

    The active level is the mean power of the frames that are at most 15.9 dB below it, which excludes pauses, as in
    ITU-T P.56. The loudest twentieth of the audible frames is limited, so that a knock on the table does not count as
    speech.
    """
    peak = int(np.abs(_signal(pcm)).max(initial=0))
    if peak == 0:
        return Level(_NOTHING_DBFS, _NOTHING_DBFS)
    frames = frame_levels(pcm)
    audible = frames[frames > min(_INAUDIBLE_DBFS, frames.max() - 1)]
    frames = np.minimum(frames, np.percentile(audible, 95))
    active = _mean_dbfs(frames)
    for _ in range(8):
        active = _mean_dbfs(frames[frames >= active - _SPEECH_MARGIN_DB])
    return Level(round(active, 1), round(20 * math.log10(peak / 32768), 1))


def frame_levels(pcm: Pcm) -> np.ndarray:
    """The level of each 20 ms in dBFS; the last frame is padded with silence."""
    length = round(pcm.rate * _FRAME_S)
    signal = _signal(pcm) / 32768
    padded = np.pad(signal, (0, -len(signal) % length)).reshape(-1, length)
    levels: np.ndarray = 10 * np.log10(np.maximum(np.mean(padded**2, axis=1), 10 ** (_NOTHING_DBFS / 10)))
    return levels


def peaks(pcm: Pcm, count: int) -> tuple[int, ...]:
    """The waveform to draw: the highest sample of each of `count` equal parts, in per cent of full scale."""
    signal = np.abs(np.frombuffer(pcm.samples, dtype="<i2").astype(np.int32))
    parts = np.array_split(signal, min(count, max(1, len(signal))))
    return tuple(round(100 * int(part.max(initial=0)) / 32768) for part in parts)


def find_speech(pcm: Pcm) -> tuple[float, float]:
    """When speech begins and ends, in seconds, with its soft first and last sounds; (0, 0) in silence."""
    frames = frame_levels(pcm)
    loud = np.flatnonzero(frames > max(measure(pcm).active_dbfs - 25, _INAUDIBLE_DBFS))
    if not len(loud):
        return 0.0, 0.0
    return float(loud[0] * _FRAME_S), min(float((loud[-1] + 1) * _FRAME_S), pcm.seconds)


def clipped_share(pcm: Pcm) -> float:
    """The share of samples, 0 to 1, that are at full scale."""
    signal = _signal(pcm)
    return float(np.mean(np.abs(signal) >= 32700)) if len(signal) else 0.0


def _signal(pcm: Pcm) -> np.ndarray:
    return np.frombuffer(pcm.samples, dtype="<i2").astype(np.float64)


def _mean_dbfs(frames: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(10 ** (frames / 10))))
