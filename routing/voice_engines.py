"""The engines of synthetic voices that a plan may choose."""

from enum import StrEnum


class VoiceEngine(StrEnum):
    """What speaks the prompts that nobody has recorded."""

    ESPEAK = "espeak-ng"
    PIPER = "piper"
    GOOGLE = "google"
    """Opt-in: it sends each text to a third party."""
