"""The choice of a synthetic voice by its name."""

from pathlib import Path

from prompts.espeak import EspeakVoice
from prompts.voice import Voice, VoiceError

__all__ = ["Voice", "VoiceError", "voice"]


def voice(name: str, *, cache: Path) -> Voice:
    """Return the voice called `name`; `cache` is the folder that keeps what was fetched from a network.

    Raises VoiceError for a name that is neither "espeak-ng" nor "google".
    """
    match name:
        case "espeak-ng":
            return EspeakVoice()
        case "google":
            from prompts.google import GoogleVoice  # here: no part that only talks or routes need load sound tools

            return GoogleVoice(cache)
    raise VoiceError(f"there is no voice called {name!r}; choose espeak-ng or google")
