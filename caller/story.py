"""One call from outside, told from its first second to its last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caller.ear import Ear, Heard, Silence, Sound
from caller.live import Listener, NotHeardError
from caller.phone import CallerId, Kind, Phone, PhoneEvent, local_address
from caller.sound import Samples
from caller.tones import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The moment of a step: one of `after`, `during`, `at_s`; at once when none is given.

    `after`: the prompt with this key has been heard to its end; `during`: it is being heard, `into_s` seconds of it at
    least; each means a new hearing since the step before. "tone:440" names a tone instead. `at_s`: seconds after the
    answer. The step fails when its moment does not come within `timeout` seconds.
    """

    after: str | None = None
    during: str | None = None
    into_s: float = 0.0
    at_s: float | None = None
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Press(When):
    """Press these keys, one after the other."""

    keys: str


@dataclass(frozen=True, slots=True)
class Hangup(When):
    """End the call."""


@dataclass(frozen=True, slots=True)
class Listen(When):
    """Do nothing but be there at that moment."""


@dataclass(frozen=True, slots=True)
class Act(When):
    """Something that happens elsewhere at that moment: `action` is called, and the call goes on meanwhile."""

    action: Callable[[], object]


Step = Press | Hangup | Listen | Act


@dataclass(frozen=True, slots=True)
class CallStory:
    """What happened in one call; seconds count from dialling. `str()` tells it line by line."""

    target: str
    events: tuple[PhoneEvent, ...]
    sounds: tuple[Sound, ...]
    missed: tuple[str, ...]  # a sentence for each step whose moment did not come
    recording: Samples = field(repr=False, compare=False)  # what was heard, 8 kHz int16

    @property
    def answered_s(self) -> float | None:
        """Seconds from dialling to the answer; None when nobody answered."""
        return next((event.at_s for event in self.events if event.kind is Kind.ANSWERED), None)

    @property
    def closed(self) -> PhoneEvent | None:
        """How the call ended; None when the phone stopped before it did."""
        return next((event for event in self.events if event.kind is Kind.CLOSED), None)

    @property
    def heard(self) -> tuple[str, ...]:
        """The keys of the prompts heard, in order, whole or not."""
        return tuple(sound.key for sound in self.sounds if isinstance(sound, Heard))

    @property
    def dead_air_s(self) -> float:
        """The longest silence between the answer and the end, in seconds."""
        if self.answered_s is None:
            return 0.0
        end = self.closed.at_s if self.closed else float("inf")
        silences = [s for s in self.sounds if isinstance(s, Silence)]
        return max((min(s.end_s, end) - max(s.start_s, self.answered_s) for s in silences), default=0.0)

    def __str__(self) -> str:
        lines = [(e.at_s, f"{e.at_s:7.2f}          {e.kind} {e.detail}".rstrip()) for e in self.events]
        lines += [(s.start_s, f"{s.start_s:7.2f}–{s.end_s:<7.2f}  {_words(s)}") for s in self.sounds]
        told = [line for _, line in sorted(lines, key=lambda line: line[0])]
        return "\n".join([*told, *(f"         missed: {sentence}" for sentence in self.missed)])


def place_call(
    target_uri: str,
    *,
    script: Sequence[Step],
    library: Mapping[str, Path] | Ear,
    caller_id: CallerId | None = None,
    speaks: Path | None = None,
    max_seconds: float = 120.0,
) -> CallStory:
    """Dial `target_uri` ("sip:0199000000@127.0.0.1:5060"), follow the script, stay until the call ends, tell the story.

    A step whose moment does not come ends the script and the call. The call is ended after `max_seconds` in any case.
    `library` is the prompts that may be heard (key → 8 kHz WAV), or an Ear that knows them already. PhoneError when no
    call can be placed at all.
    """
    ear = library if isinstance(library, Ear) else Ear(library)
    with Phone(address=local_address(target_uri), speaks=speaks, max_seconds=max_seconds + 30) as phone:
        phone.dial(target_uri, caller_id)
        missed = _follow(phone, Listener(phone, ear), script, max_seconds)
        if missed or not phone.is_over(within=max_seconds - phone.now_s()):
            _end(phone)
        recording = phone.heard()
        return CallStory(target_uri, phone.events, ear.listen(recording), missed, recording)


def _follow(phone: Phone, listener: Listener, script: Sequence[Step], max_seconds: float) -> tuple[str, ...]:
    since = -1.0
    for step in script:
        try:
            since = _await(phone, listener, step, since, max_seconds)
        except NotHeardError as error:
            return (f"{error}.",)
        if isinstance(step, Press):
            phone.press(step.keys)
        elif isinstance(step, Hangup):
            _end(phone)
        elif isinstance(step, Act):
            step.action()
    return ()


def _await(phone: Phone, listener: Listener, step: Step, since: float, max_seconds: float) -> float:
    """Wait for the step's moment; returns the second from which the next step's sound must begin."""
    timeout = round(min(step.timeout, max_seconds - phone.now_s()), 1)
    name = step.after or step.during
    if name is not None:
        whole = step.after is not None
        return listener.wait_for(name, timeout, after_s=since, whole=whole, into_s=step.into_s).start_s
    if step.at_s is not None:
        answered = phone.wait_for_any((Kind.ANSWERED, Kind.CLOSED, Kind.ENDED), timeout)
        if answered is None:
            raise NotHeardError(f"the call was not answered in {timeout:g} s")
        if phone.is_over(within=min(answered.at_s + step.at_s, max_seconds) - phone.now_s()):
            raise NotHeardError(f"the call ended before second {step.at_s:g} after the answer")
        return phone.now_s()
    return since


def _end(phone: Phone) -> None:
    """Hang up, unless the other side has just done so."""
    if not phone.is_over():
        phone.hangup()
        phone.is_over(within=5.0)


def _words(sound: Sound) -> str:
    if isinstance(sound, Tone):
        return f"tone of {sound.frequency:.0f} Hz"
    if not isinstance(sound, Heard):
        return type(sound).__name__.lower()
    part = "" if sound.whole else f", from {sound.from_s:.1f} s to {sound.reached_s:.1f} s of it"
    alike = f" (or {', '.join(sound.alike)})" if sound.alike else ""
    return f"heard {sound.key}{alike}{part}"
