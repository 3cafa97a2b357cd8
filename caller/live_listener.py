"""Recognizing sounds during a call, so that a script can react to them."""

from __future__ import annotations

import time
from dataclasses import replace

from caller.pcm import SAMPLE_RATE
from caller.phone import Phone
from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Sound
from caller.tones import Tone

_TONE = "tone:"
_TONE_HZ = 5.0
_POLL_S = 0.15
_LONGEST_PAUSE_S = 0.5  # a script presses a key within a prompt of one second, also on a machine that is slow
_ENDED_S = 0.2  # a prompt has ended when other sound, or silence, has followed it for so long
_SAME_S = 0.1
_SETTLED_S = 3.0  # a sound that ended so long ago, and was not the expected one then, will not be it
_BEFORE_S = (
    2.0  # audio before `after_s` that is recognized too, so that a sound that began there is not taken for a new one
)


class SoundNotHeard(Exception):
    """The expected sound was not heard; the text says which, and why."""


def matches_name(sound: Sound, name: str) -> bool:
    """Whether the sound is the prompt with this key, or, for "tone:440", a tone of that frequency (within 5 Hz)."""
    if name.startswith(_TONE):
        return isinstance(sound, Tone) and abs(sound.frequency - float(name.removeprefix(_TONE))) < _TONE_HZ
    return isinstance(sound, HeardPrompt) and sound.key == name


class LiveListener:
    """Recognizes what one phone receives; uses a tenth of one processor, and more on a slow machine."""

    def __init__(self, phone: Phone, recognizer: PromptRecognizer) -> None:
        self._phone, self._recognizer = phone, recognizer

    def wait_for(
        self, name: str, timeout: float, *, after_s: float = -1.0, whole: bool = False, into_s: float = 0.0
    ) -> Sound:
        """The first sound called `name` (see `matches_name`) that begins later than `after_s`. Raises SoundNotHeard.

        It is returned while it plays, once `into_s` seconds of it are heard and no other prompt begins alike; with
        `whole`, once it has been heard to its end.
        """
        deadline = time.monotonic() + timeout
        while True:
            started, used_s = time.monotonic(), time.thread_time()
            sound, after_s = self._find(name, after_s, whole, into_s)
            if sound is not None:
                return sound
            if started >= deadline:
                raise SoundNotHeard(f"{name} was not heard in {timeout:g} s")
            pause_s = 9 * (time.thread_time() - used_s)
            if self._phone.is_over(within=min(max(_POLL_S, pause_s), _LONGEST_PAUSE_S)):
                raise SoundNotHeard(f"{name} was not heard before the call ended")

    def _find(self, name: str, after_s: float, whole: bool, into_s: float) -> tuple[Sound | None, float]:
        """The sound, and the time before which none can begin that is still to be found."""
        samples = self._phone.received_audio()
        # Only the audio that may matter is recognized, so that this is fast however long the call has lasted.
        skipped = max(0, int((after_s - _BEFORE_S) * SAMPLE_RATE))
        settled_s, next_s = len(samples) / SAMPLE_RATE - _SETTLED_S, after_s
        for found in self._recognizer.recognize(samples[skipped:]):
            sound = replace(
                found, start_s=found.start_s + skipped / SAMPLE_RATE, end_s=found.end_s + skipped / SAMPLE_RATE
            )
            if matches_name(sound, name) and sound.start_s > after_s + _SAME_S:
                over = len(samples) / SAMPLE_RATE - sound.end_s >= _ENDED_S
                long_enough = sound.end_s - sound.start_s >= into_s
                if (over and self._is_heard_to_end(sound)) if whole else (long_enough and _is_certain(sound)):
                    return sound, after_s
            if sound.end_s < settled_s:
                next_s = max(next_s, sound.end_s - 2 * _SAME_S)
        return None, next_s

    def _is_heard_to_end(self, sound: Sound) -> bool:
        return not isinstance(sound, HeardPrompt) or self._recognizer.is_heard_to_end(sound)


def _is_certain(sound: Sound) -> bool:
    return not isinstance(sound, HeardPrompt) or sound.whole or not sound.ambiguous_with
