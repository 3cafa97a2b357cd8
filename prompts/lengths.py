"""How long a sound of the house lasts. Light on purpose: calls ask for it, and need nothing else of this room."""

import os
from pathlib import Path

_WAV_HEADER = 44  # bytes
_BYTES_A_SECOND = 16_000  # 8 kHz, 16 bits, one channel


def seconds(sounds: Path, language: str, key: str) -> float:
    """Length of the 8 kHz file of a prompt, in seconds; 0 when there is none, as Asterisk then plays nothing."""
    try:
        size = os.stat(f"{sounds}/{language}/{key}.wav").st_size
    except OSError:
        return 0.0
    return max(0, size - _WAV_HEADER) / _BYTES_A_SECOND
