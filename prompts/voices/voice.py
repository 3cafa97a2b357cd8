"""The interface of a synthetic voice."""

from pathlib import Path
from typing import Protocol


class VoiceError(Exception):
    """A voice failed to speak; str() is one sentence that says why and what to do."""


class Voice(Protocol):
    """A synthetic voice. It can be used by several threads at once."""

    def name(self, language: str) -> str:
        """The name of the voice with its settings in this language; when it changes, prompts are spoken again."""
        ...

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write `text`, spoken in `language` ("fr", "en"), to `out` as 16-bit mono WAV of any rate.

        Raises VoiceError.
        """
        ...
