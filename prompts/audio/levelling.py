"""Turns down the passages that are much louder than speech, such as a jingle before a soft voice."""

import numpy as np

from prompts.audio.pcm import (
    FRAME_S,
    PASSAGE_FRAMES,
    PASSAGE_HOP,
    Pcm,
    frame_levels,
    from_array,
    measure,
    passage_levels,
    to_array,
)

_MUCH_LOUDER_DB = 10
_LOUDER_DB = 3  # passages that are turned down stay this much above the level of speech
_SHORT_FRAMES, _SHORT_HOP = 20, 5


def turn_down_loud_passages(pcm: Pcm) -> Pcm:
    """The sound with its loud passages about 3 dB above speech; the same sound if none is 10 dB above it.

    Nothing is amplified, so that the noise in pauses stays as it is.
    """
    frames = frame_levels(pcm)
    if not len(frames):
        return pcm
    speech = measure(pcm).active_dbfs
    passages, _ = passage_levels(frames, PASSAGE_FRAMES, PASSAGE_HOP)
    if passages.max() < speech + _MUCH_LOUDER_DB:
        return pcm
    levels, _ = passage_levels(frames, _SHORT_FRAMES, _SHORT_HOP)
    gains_db = np.minimum(0, speech + _LOUDER_DB - levels)
    middles = (np.arange(len(levels)) * _SHORT_HOP + _SHORT_FRAMES / 2) * FRAME_S * pcm.rate
    signal = to_array(pcm)
    gains = np.interp(np.arange(len(signal)), middles, 10 ** (gains_db / 20)).astype(np.float32)
    return from_array(signal * gains, pcm.rate)
