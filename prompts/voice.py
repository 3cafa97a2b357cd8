"""The contract of a synthetic voice."""

from pathlib import Path
from typing import Protocol


class VoiceError(Exception):
    """A voice could not speak; str() is one sentence that says why and what to do."""


class Voice(Protocol):
    """Speaks a text. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """Which voice this is, settings included: prompts are spoken again when it changes."""
        ...

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write `text`, spoken in `language` ("fr", "en"), to `out` as 16-bit mono WAV of any rate.

        Raises VoiceError.
        """
        ...
