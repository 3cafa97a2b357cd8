"""Synthetic voices by name."""

from pathlib import Path

from prompts.voices.espeak import EspeakVoice
from prompts.voices.voice import Voice, VoiceError


def get_voice(name: str, *, cache: Path) -> Voice:
    """The voice of this name; `cache` is the folder for sounds fetched from the network.

    Raises VoiceError for a name that is neither "espeak-ng" nor "google".
    """
    match name:
        case "espeak-ng":
            return EspeakVoice()
        case "google":
            # Imported here, so that processes that need no sound tools do not load them.
            from prompts.voices.google import GoogleVoice

            return GoogleVoice(cache)
    raise VoiceError(f"there is no voice called {name!r}; choose espeak-ng or google")
