"""What a phone receives, in real time.

baresip writes the packets that it receives one after the other, and Asterisk sends none while nothing is played. So
each piece is placed at the time of its arrival: a gap is as long in the recording as it was in the call.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from caller.pcm import SAMPLE_RATE, Samples

_WAV_HEADER = 44
_LATE = SAMPLE_RATE // 10  # a piece that is so many samples behind the clock was preceded by a gap


class ReceivedAudio:
    """The audio of one phone since second 0, which grows during the call; 8 kHz int16."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_bytes: dict[Path, int] = {}
        self._sound = bytearray()
        self._lock = threading.Lock()

    def read_new(self, now_s: float) -> None:
        """Reads what baresip has written since the last time; `now_s` is the time of the recording."""
        for path in sorted(self._folder.glob("*-dec.wav")):
            done = self._read_bytes.get(path, _WAV_HEADER)
            size = path.stat().st_size
            if size < done:  # a new stream in the same file: baresip names files by the second
                done = _WAV_HEADER
            if size - done < 2:
                continue
            with path.open("rb") as file:
                file.seek(done)
                piece = file.read((size - done) // 2 * 2)
            self._read_bytes[path] = done + len(piece)
            self._place(piece, now_s)

    def samples(self, until_s: float) -> Samples:
        """All audio from second 0, with silence up to `until_s` if nothing arrived."""
        with self._lock:
            heard = np.frombuffer(bytes(self._sound), dtype="<i2").astype(np.int16)
        missing = int(until_s * SAMPLE_RATE) - len(heard)
        return np.concatenate([heard, np.zeros(missing, np.int16)]) if missing > _LATE else heard

    def _place(self, piece: bytes, now_s: float) -> None:
        with self._lock:
            gap = int(now_s * SAMPLE_RATE) - (len(self._sound) + len(piece)) // 2
            if gap > (_LATE if self._sound else 0):
                self._sound.extend(bytes(2 * gap))
            self._sound.extend(piece)
