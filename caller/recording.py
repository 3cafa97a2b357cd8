"""What a phone hears, on the wall clock.

baresip writes the packets it receives one after the other; nobody sends packets while nothing is played. Each piece is
therefore placed where it arrived, so that dead air is as long in the recording as it was in the ear.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from caller.sound import RATE, Samples

_WAV_HEADER = 44
_LATE = RATE // 10  # a piece this many samples behind the clock was preceded by a gap


class Recording:
    """The sound of one phone since second 0, growing while it listens; 8 kHz int16."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[Path, int] = {}
        self._sound = bytearray()
        self._lock = threading.Lock()

    def take(self, now_s: float) -> None:
        """Take over what baresip has written since the last time; `now_s` is the clock of the recording."""
        for path in sorted(self._folder.glob("*-dec.wav")):
            taken = self._taken.get(path, _WAV_HEADER)
            size = path.stat().st_size
            if size < taken:  # baresip names files by the second: a new stream has begun in the same one
                taken = _WAV_HEADER
            if size - taken < 2:
                continue
            with path.open("rb") as file:
                file.seek(taken)
                piece = file.read((size - taken) // 2 * 2)
            self._taken[path] = taken + len(piece)
            self._place(piece, now_s)

    def samples(self, until_s: float) -> Samples:
        """All that was heard from second 0; silence up to `until_s` where nothing arrived."""
        with self._lock:
            heard = np.frombuffer(bytes(self._sound), dtype="<i2").astype(np.int16)
        missing = int(until_s * RATE) - len(heard)
        return np.concatenate([heard, np.zeros(missing, np.int16)]) if missing > _LATE else heard

    def _place(self, piece: bytes, now_s: float) -> None:
        with self._lock:
            gap = int(now_s * RATE) - (len(self._sound) + len(piece)) // 2
            if gap > (_LATE if self._sound else 0):
                self._sound.extend(bytes(2 * gap))
            self._sound.extend(piece)
