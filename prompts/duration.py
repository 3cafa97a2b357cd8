"""The length of a prompt. It imports no audio library, because the call server uses it."""

import os
from pathlib import Path

_WAV_HEADER = 44  # bytes
_BYTES_A_SECOND = 16_000  # 8 kHz, 16 bits, one channel


def prompt_duration_s(sounds: Path, language: str, key: str) -> float:
    """Length of a prompt's 8 kHz file in seconds; 0 when it is missing, because Asterisk then plays nothing."""
    try:
        size = os.stat(f"{sounds}/{language}/{key}.wav").st_size
    except OSError:
        return 0.0
    return max(0, size - _WAV_HEADER) / _BYTES_A_SECOND
