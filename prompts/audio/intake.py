"""From a file to speech that can be rendered: decoded, usable, without silence around it, and not too long."""

from pathlib import Path

from prompts.audio.decoding import Decoded, decode
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import SHORTEST_MESSAGE_S, require_usable, trim_silence

_LONGEST_FILE_S = 600
_KEPT_S = 0.3  # of the silence around speech


def read_speech(path: Path, *, max_seconds: float, shortest_s: float = SHORTEST_MESSAGE_S) -> Decoded:
    """The speech in a file; `max_seconds` and `shortest_s` count it without the silence around it.

    Raises AudioRefused for a file that cannot be used, AudioToolError.
    """
    decoded = decode(path, max_seconds=max(max_seconds, _LONGEST_FILE_S))
    speech = trim_silence(require_usable(decoded.sound, shortest_s=shortest_s))
    if speech.seconds > max_seconds + _KEPT_S + 0.1:
        raise AudioRefused("too-long", seconds=f"{max_seconds:g}")
    return Decoded(speech, decoded.media_type)
