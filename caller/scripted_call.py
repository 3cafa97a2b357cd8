"""One call that follows a script, and the report of what happened in it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from caller.live_listener import LiveListener, SoundNotHeard
from caller.pcm import Samples
from caller.phone import CallerId, Phone, local_address
from caller.phone_events import PhoneEvent, PhoneEventKind
from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Silence, Sound, UnknownSound
from caller.tones import Tone

_TURN_S = 0.5  # from the end of a beep to the silence after it


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedStep:
    """The moment of a step: one of `after`, `during`, `at_s`; at once if none is given.

    `after`: the prompt with this key has been heard to its end. `during`: it is being heard, at least `into_s` seconds
    of it. Both mean a sound that began after the sound of the previous step; "tone:440" names a tone. `at_s`: seconds
    after the answer. The step fails if its moment does not come within `timeout` seconds.
    """

    after: str | None = None
    during: str | None = None
    into_s: float = 0.0
    at_s: float | None = None
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Press(TimedStep):
    """Presses these keys, one after the other."""

    keys: str


@dataclass(frozen=True, slots=True)
class Hangup(TimedStep):
    """Ends the call."""


@dataclass(frozen=True, slots=True)
class WaitUntil(TimedStep):
    """Only waits for the moment."""


@dataclass(frozen=True, slots=True)
class RunAction(TimedStep):
    """Calls `action` at that moment; the call continues meanwhile."""

    action: Callable[[], object]


Step = Press | Hangup | WaitUntil | RunAction


@dataclass(frozen=True, slots=True)
class CallReport:
    """What happened in one call; seconds count from dialling. `str()` is one line for each event and sound."""

    target: str
    events: tuple[PhoneEvent, ...]
    sounds: tuple[Sound, ...]
    missed_steps: tuple[str, ...]  # a sentence for each step whose moment did not come
    recording: Samples = field(repr=False, compare=False)  # what was heard, 8 kHz int16

    @property
    def answered_s(self) -> float | None:
        """Seconds from dialling to the answer; None if the call was not answered."""
        return next((event.at_s for event in self.events if event.kind is PhoneEventKind.ANSWERED), None)

    @property
    def hangup_event(self) -> PhoneEvent | None:
        """The end of the call; None if the phone stopped earlier."""
        return next((event for event in self.events if event.kind is PhoneEventKind.CLOSED), None)

    @property
    def heard_prompts(self) -> tuple[str, ...]:
        """The keys of the prompts that were heard, in order, whole or not."""
        return tuple(sound.key for sound in self.sounds if isinstance(sound, HeardPrompt))

    @property
    def dead_air_s(self) -> float:
        """The longest silence between the answer and the end, in seconds."""
        return max((end - start for start, end in self._silences()), default=0.0)

    def list_dead_air(self, *, longest_s: float, after_tones: Container[float] = ()) -> tuple[str, ...]:
        """A sentence for each silence of more than `longest_s` seconds in which it is not the caller's turn.

        It is their turn after a tone of one of the frequencies `after_tones` (hertz), such as a beep, and while they
        press keys: each key begins a new silence.
        """
        tones = [
            sound for sound in self.sounds if isinstance(sound, Tone) and round(sound.frequency, -1) in after_tones
        ]
        return tuple(
            f"{end - start:.2f} s of dead air from {start:.2f} s on"
            for start, end in self._silences_between_keys()
            if end - start > longest_s and not any(abs(tone.end_s - start) < _TURN_S for tone in tones)
        )

    def _silences_between_keys(self) -> Iterator[tuple[float, float]]:
        keys = [event.at_s for event in self.events if event.kind is PhoneEventKind.KEY_SENT]
        for start, end in self._silences():
            moments = [start, *(at_s for at_s in keys if start < at_s < end), end]
            yield from pairwise(moments)

    def _silences(self) -> Iterator[tuple[float, float]]:
        if self.answered_s is not None:
            end = self.hangup_event.at_s if self.hangup_event else float("inf")
            for sound in self.sounds:
                if isinstance(sound, Silence):
                    yield max(sound.start_s, self.answered_s), min(sound.end_s, end)

    def __str__(self) -> str:
        lines = [(e.at_s, f"{e.at_s:7.2f}          {e.kind} {e.detail}".rstrip()) for e in self.events]
        lines += [(s.start_s, f"{s.start_s:7.2f}–{s.end_s:<7.2f}  {_describe(s)}") for s in self.sounds]
        report = [line for _, line in sorted(lines, key=lambda line: line[0])]
        return "\n".join([*report, *(f"         missed: {sentence}" for sentence in self.missed_steps)])


def place_call(
    target_uri: str,
    *,
    script: Sequence[Step],
    prompts: Mapping[str, Path] | PromptRecognizer,
    caller_id: CallerId | None = None,
    outgoing_audio: Path | None = None,
    max_seconds: float = 120.0,
) -> CallReport:
    """Dials `target_uri` ("sip:0199000000@127.0.0.1:5060"), follows the script, and stays until the call ends.

    A step whose moment does not come ends the script and the call; the call ends after `max_seconds` in any case.
    `prompts` are those that may be heard (key → 8 kHz WAV), or a recognizer that has read them. Raises PhoneError if no
    call can be placed.
    """
    recognizer = prompts if isinstance(prompts, PromptRecognizer) else PromptRecognizer(prompts)
    with Phone(address=local_address(target_uri), outgoing_audio=outgoing_audio, max_seconds=max_seconds + 30) as phone:
        phone.dial(target_uri, caller_id)
        missed = _run_script(phone, LiveListener(phone, recognizer), script, max_seconds)
        if missed or not phone.is_over(within=max_seconds - phone.elapsed_s()):
            _hang_up(phone)
        recording = phone.received_audio()
        return CallReport(target_uri, phone.events, recognizer.recognize(recording), missed, recording)


def _run_script(phone: Phone, listener: LiveListener, script: Sequence[Step], max_seconds: float) -> tuple[str, ...]:
    since = -1.0
    for step in script:
        try:
            since = _wait_for_step(phone, listener, step, since, max_seconds)
        except SoundNotHeard as error:
            return (f"{error}.",)
        if isinstance(step, Press):
            phone.press(step.keys)
        elif isinstance(step, Hangup):
            _hang_up(phone)
        elif isinstance(step, RunAction):
            step.action()
    return ()


def _wait_for_step(phone: Phone, listener: LiveListener, step: Step, since: float, max_seconds: float) -> float:
    """Waits for the step's moment; returns the second after which the next step's sound must begin."""
    timeout = round(min(step.timeout, max_seconds - phone.elapsed_s()), 1)
    name = step.after or step.during
    if name is not None:
        whole = step.after is not None
        return listener.wait_for(name, timeout, after_s=since, whole=whole, into_s=step.into_s).start_s
    if step.at_s is not None:
        answered = phone.wait_for_any((PhoneEventKind.ANSWERED, PhoneEventKind.CLOSED, PhoneEventKind.ENDED), timeout)
        if answered is None:
            raise SoundNotHeard(f"the call was not answered in {timeout:g} s")
        if phone.is_over(within=min(answered.at_s + step.at_s, max_seconds) - phone.elapsed_s()):
            raise SoundNotHeard(f"the call ended before second {step.at_s:g} after the answer")
        return phone.elapsed_s()
    return since


def _hang_up(phone: Phone) -> None:
    """Hangs up, unless the other side has just done so."""
    if not phone.is_over():
        phone.hangup()
        phone.is_over(within=5.0)


def _describe(sound: Sound) -> str:
    if isinstance(sound, Tone):
        return f"tone of {sound.frequency:.0f} Hz"
    if isinstance(sound, UnknownSound):
        return "another sound"
    if not isinstance(sound, HeardPrompt):
        return "silence"
    part = "" if sound.whole else f", from {sound.position_start_s:.1f} s to {sound.position_end_s:.1f} s of it"
    alike = f" (or {', '.join(sound.ambiguous_with)})" if sound.ambiguous_with else ""
    return f"heard {sound.key}{alike}{part}"
