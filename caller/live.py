"""Listening while the call goes on, so that a caller can act on what it hears."""

from __future__ import annotations

import time
from dataclasses import replace

from caller.ear import Ear, Heard, Sound
from caller.phone import Phone
from caller.sound import RATE
from caller.tones import Tone

_TONE = "tone:"
_TONE_HZ = 5.0
_LOOK_S = 0.15
_ENDED_S = 0.2  # a prompt is over when something else, or nothing, has followed it for so long
_SAME_S = 0.1
_BEFORE_S = 2.0  # by what was heard before, a sound that has gone on for longer is not taken for a new one


class NotHeardError(Exception):
    """What was waited for was not heard; `str()` says what and why."""


def is_named(sound: Sound, name: str) -> bool:
    """Whether the sound is the prompt with this key, or, for "tone:440", a tone of that frequency (within 5 Hz)."""
    if name.startswith(_TONE):
        return isinstance(sound, Tone) and abs(sound.frequency - float(name.removeprefix(_TONE))) < _TONE_HZ
    return isinstance(sound, Heard) and sound.key == name


class Listener:
    """The ear at the receiver of one phone. Looking costs a tenth of one processor at most."""

    def __init__(self, phone: Phone, ear: Ear) -> None:
        self._phone, self._ear = phone, ear

    def wait_for(
        self, name: str, timeout: float, *, after_s: float = -1.0, whole: bool = False, into_s: float = 0.0
    ) -> Sound:
        """The first sound called `name` (see `is_named`) that begins later than `after_s`; NotHeardError otherwise.

        It is returned while it plays, once `into_s` seconds of it are heard and no other prompt begins alike; with
        `whole`, once it has been heard to its end.
        """
        deadline = time.monotonic() + timeout
        while True:
            begun = time.monotonic()
            sound = self._look(name, after_s, whole, into_s)
            if sound is not None:
                return sound
            if begun >= deadline:
                raise NotHeardError(f"{name} was not heard in {timeout:g} s")
            if self._phone.is_over(within=max(_LOOK_S, 9 * (time.monotonic() - begun))):
                raise NotHeardError(f"{name} was not heard before the call ended")

    def _look(self, name: str, after_s: float, whole: bool, into_s: float) -> Sound | None:
        samples = self._phone.heard()
        # Looking is quick however long the call has lasted: what counts begins later than `after_s`.
        skipped = max(0, int((after_s - _BEFORE_S) * RATE))
        for found in self._ear.listen(samples[skipped:]):
            sound = replace(found, start_s=found.start_s + skipped / RATE, end_s=found.end_s + skipped / RATE)
            if is_named(sound, name) and sound.start_s > after_s + _SAME_S:
                over = len(samples) / RATE - sound.end_s >= _ENDED_S
                long_enough = sound.end_s - sound.start_s >= into_s
                if (over and self._to_its_end(sound)) if whole else (long_enough and _is_certain(sound)):
                    return sound
        return None

    def _to_its_end(self, sound: Sound) -> bool:
        return not isinstance(sound, Heard) or self._ear.to_its_end(sound)


def _is_certain(sound: Sound) -> bool:
    return not isinstance(sound, Heard) or sound.whole or not sound.alike
