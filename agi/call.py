"""The vocabulary of a conversation: say, ask, play, note, and at last name where the call goes."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from agi.channel import Channel, HungUp
from agi.entries import Entry, Noted
from agi.notebook import COMMIT_S, PROMISE_S, Notebook
from dialplan import names
from prompts.lengths import seconds
from records.events import CallEvent, CallEventKind
from routing.destinations import Destination

ANY_KEY = "0123456789*#"
MARGIN_S = 2  # beyond the length of a step, before Asterisk goes on without us

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Played:
    """How a sound was heard: for how long (monotonic clock), whether to its end, and the key that stopped it."""

    seconds: float
    whole: bool
    key: str | None


class Call:
    """One call as long as we talk with it. `ref` is Asterisk's linkedid; arguments: see AGI() in the dialplan."""

    def __init__(self, channel: Channel, notebook: Notebook, sounds: Path) -> None:
        self.channel, self._notebook, self._sounds = channel, notebook, sounds
        self.ref, self.landing = channel.argument(1), channel.argument(2)
        self.withheld = channel.argument(3) == "1"
        self.caller = channel.env.get("agi_callerid", "")  # a hint, already filtered by the dialplan's door
        self.language = channel.env.get("agi_language", "")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def speak(self, language: str) -> None:
        """The language of all that follows, ours and Asterisk's own announcements."""
        if language != self.language:
            self.channel.set_variable("CHANNEL(language)", language)
            self.language = language

    def ask(self, prompts: Iterable[str], seconds: float) -> str | None:
        """Says the prompts and takes one key, during them or up to `seconds` after; None when none came."""
        said = tuple(prompts)
        self._allow(self._length(said) + seconds)
        self.channel.appexec("Read", f"{names.KEY},{'&'.join(said)},1,,1,{seconds:g}")
        status, _, key = self.channel.evaluate(f"${{READSTATUS}}:${{{names.KEY}}}").partition(":")
        if status == "HANGUP":
            raise HungUp("while a key was awaited")
        if status != "OK":  # TIMEOUT; INTERRUPTED and ERROR, which an unreadable prompt may be, are no key either
            return None
        return key or "#"  # Read() takes # as the end of an entry and leaves it out

    def digits(self, prompts: Iterable[str], most: int, seconds: float) -> str:
        """Says the prompts and takes up to `most` keys, each within `seconds`; # ends them. Empty when none came."""
        said = tuple(prompts)
        self._allow(self._length(said) + most * seconds)
        self.channel.appexec("Read", f"{names.KEY},{'&'.join(said)},{most},,1,{seconds:g}")
        return self.channel.evaluate(f"${{{names.KEY}}}")

    def say(self, prompt: str) -> None:
        """Says one prompt to its end."""
        self._allow(self._length([prompt]))
        self.channel.stream_file(prompt)

    def say_free(self, *prompts: str) -> None:
        """Says the prompts before the answer, as early media: nothing is charged yet."""
        self._allow(self._length(prompts))
        self.channel.appexec("Progress")
        self.channel.appexec("Playback", f"{'&'.join(prompts)},noanswer")

    def answer(self) -> None:
        """The call is answered: from here on a surcharged number costs."""
        self.channel.answer()

    def play(self, sound: str, seconds: float | None = None) -> Played:
        """Plays a sound until its end, any key, or the hang-up, which the next command then meets.

        `seconds` is its length; a prompt's is known.
        """
        seconds = self._length([sound]) if seconds is None else seconds
        self._allow(seconds)
        started = time.monotonic()
        try:
            key = self.channel.stream_file(sound, ANY_KEY)
        except HungUp:
            return Played(min(time.monotonic() - started, seconds), whole=False, key=None)
        return Played(min(time.monotonic() - started, seconds), whole=not key, key=key or None)

    def route(self, destination: Destination, **variables: object) -> None:
        """Names where the call goes. The last thing said to Asterisk: its absence means that we failed."""
        self.note(CallEventKind.ROUTED, destination=destination.value)
        self.channel.set_variables(**variables, **{names.ROUTE: destination.value})

    def note(self, kind: CallEventKind, **detail: object) -> None:
        """Adds an event to the call's story."""
        self.write_down(Noted(self.ref, CallEvent(self.now, kind, detail)))

    def write_down(self, entry: Entry[object]) -> None:
        """Has something written to the record, behind the caller's back."""
        self._notebook.write(entry)

    def promise(self, entry: Entry[T]) -> T:
        """Has something written, and waits for it: what the caller hears next depends on it. Raises NotKept."""
        self._allow(PROMISE_S + COMMIT_S)
        return self._notebook.promise(entry)

    def _allow(self, seconds: float) -> None:
        """Asterisk goes on without us this long after the step should have ended."""
        self.channel.set_variable("TIMEOUT(absolute)", f"{seconds + MARGIN_S:.1f}")

    def _length(self, prompts: Iterable[str]) -> float:
        return sum(seconds(self._sounds, self.language, prompt) for prompt in prompts)
