"""What the other leg of a call hears, an agent's or a visitor's: never more than two seconds of silence either."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from caller.pcm import SAMPLE_RATE, Samples
from caller.phone import Phone
from caller.phone_events import PhoneEvent, PhoneEventKind

LONGEST_SILENCE_S = 2.0 + 0.3  # a loaded machine may hold a packet back
RINGING_SILENCE_S = 3.5 + 0.3  # between two ringing tones (440 Hz, ITU-T E.180 supplement 2)
_FRAME = SAMPLE_RATE // 50
_QUIET = 0.003 * 32768  # as in caller/tones.py


def assert_no_dead_air(phone: Phone) -> None:
    """In none of the telephone's calls so far; each key that it pressed begins a new silence."""
    events = phone.events
    heard = phone.received_audio()
    found = [
        f"{end - start:.2f} s of dead air from {start:.2f} s on"
        for start, end in _silences(heard, events)
        if end - start > (RINGING_SILENCE_S if _rings_until(heard, start) else LONGEST_SILENCE_S)
    ]
    assert found == [], "\n".join([*found, *(f"{event.at_s:7.2f} {event.kind} {event.detail}" for event in events)])


def _silences(heard: Samples, events: tuple[PhoneEvent, ...]) -> Iterator[tuple[float, float]]:
    keys = [event.at_s for event in events if event.kind is PhoneEventKind.KEY_SENT]
    for answered_s, ended_s in _conversations(events, len(heard) / SAMPLE_RATE):
        loud = _loud_frames(heard[round(answered_s * SAMPLE_RATE) : round(ended_s * SAMPLE_RATE)])
        moments = [answered_s, *(answered_s + frame / 50 for frame in np.flatnonzero(loud)), ended_s]
        yield from pairwise(sorted([*moments, *(at_s for at_s in keys if answered_s < at_s < ended_s)]))


def _conversations(events: tuple[PhoneEvent, ...], now_s: float) -> Iterator[tuple[float, float]]:
    """From each answer to its end."""
    ends = [event.at_s for event in events if event.kind is PhoneEventKind.CLOSED]
    for event in events:
        if event.kind is PhoneEventKind.ANSWERED:
            yield event.at_s, next((at_s for at_s in ends if at_s > event.at_s), now_s)


def _rings_until(heard: Samples, end_s: float) -> bool:
    """Whether the sound before that moment is a ringing tone."""
    end = round(end_s * SAMPLE_RATE)
    tone = heard[max(0, end - 1600) : end].astype(np.float64)
    strongest = np.argmax(np.abs(np.fft.rfft(tone))) if len(tone) else 0
    return bool(abs(strongest * SAMPLE_RATE / max(1, len(tone)) - 440) < 15)


def _loud_frames(heard: Samples) -> NDArray[np.bool_]:
    frames = heard[: len(heard) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)) > _QUIET)
