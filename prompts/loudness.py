"""How loud a recording is, in the words of who made it."""

from enum import StrEnum

from prompts.pcm import Level, Pcm, clipped_share, measure

_FAINT_DBFS = -38.0
"""Below, the noise of the room comes up with the voice when it is made as loud as our prompts (-20 dBFS)."""
_CLIPPED_SHARE = 0.001


class Loudness(StrEnum):
    GOOD = "good"
    TOO_LOW = "too-low"
    TOO_LOUD = "too-loud"


def judge(pcm: Pcm) -> tuple[Loudness, Level]:
    """What is to be said of a recording, and its level. All but silence and distortion are put right by `render`."""
    level = measure(pcm)
    if clipped_share(pcm) > _CLIPPED_SHARE:
        return Loudness.TOO_LOUD, level
    return (Loudness.TOO_LOW if level.active_dbfs < _FAINT_DBFS else Loudness.GOOD), level
