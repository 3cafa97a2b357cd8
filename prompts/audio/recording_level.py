"""Whether a recording is too soft or too loud, to tell the person who made it."""

from enum import StrEnum

from prompts.audio.pcm import Level, Pcm, clipped_share, measure

_FAINT_DBFS = -38.0
"""Below this level, amplifying the voice to the level of prompts (-20 dBFS) also amplifies the noise of the room."""
_CLIPPED_SHARE = 0.001


class Loudness(StrEnum):
    GOOD = "good"
    TOO_LOW = "too-low"
    TOO_LOUD = "too-loud"


def assess_loudness(pcm: Pcm) -> tuple[Loudness, Level]:
    """The loudness and level of a recording. `render` corrects levels, but not silence or distortion."""
    level = measure(pcm)
    if clipped_share(pcm) > _CLIPPED_SHARE:
        return Loudness.TOO_LOUD, level
    return (Loudness.TOO_LOW if level.active_dbfs < _FAINT_DBFS else Loudness.GOOD), level
