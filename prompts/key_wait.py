"""The soft sound that callers hear while a key is awaited; synthesised here, so that it needs no licence."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from prompts.audio.pcm import Pcm, write_wav
from routing.key_wait import PAUSE_KEY, PAUSE_S, SOUND_KEY, SOUND_S

_WIDE, _NARROW = 16_000, 8_000
_NOTE_HZ = 587.3  # D5: unlike the tones of telephones, such as 440 Hz for ringing
_NOTE_S = 0.45
_PEAK = 1300  # −28 dBFS: heard, and 10 dB softer than prompts


def ensure_key_wait_sounds(sounds: Path, languages: Iterable[str]) -> None:
    """Makes the pause and the soft sound in each language's folder, unless they exist."""
    for language in languages:
        for key, samples in ((PAUSE_KEY, np.zeros(int(PAUSE_S * _WIDE))), (SOUND_KEY, _compose())):
            _write(sounds / language / key, samples.astype("<i2"))


def _write(path: Path, wide: np.ndarray) -> None:
    narrow = path.with_name(f"{path.name}.wav")
    if narrow.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as scratch:
        new = Path(scratch) / narrow.name
        write_wav(new, Pcm(wide[:: _WIDE // _NARROW].tobytes(), _NARROW))
        new.with_suffix(".sln16").write_bytes(wide.tobytes())
        os.replace(new.with_suffix(".sln16"), path.with_name(f"{path.name}.sln16"))
        os.replace(new, narrow)


def _compose() -> np.ndarray:
    """One note that swells and fades, then silence to the end of the second."""
    time = np.arange(int(_NOTE_S * _WIDE)) / _WIDE
    note = np.sin(2 * np.pi * _NOTE_HZ * time) * np.sin(np.pi * time / _NOTE_S) ** 2 * _PEAK
    return np.concatenate([note, np.zeros(int(SOUND_S * _WIDE) - len(note))])
