"""The vocabulary of a conversation: say, ask, play, note, and at last name where the call goes."""

import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from agi.channel import Channel, CommandFailed, HungUp
from agi.entries import Entry, Noted
from agi.notebook import COMMIT_S, PROMISE_S, Notebook
from dialplan import names
from prompts.lengths import seconds
from records.events import CallEvent, CallEventKind
from routing.destinations import Destination

HASH = "#"  # Read() takes it as the end of an entry and leaves it out
END_S = 0.05  # a key at the very end of a sound still counts
PAUSE_S = 1.5  # of silence, between two times that somebody is asked for patience
MARGIN_S = 2  # beyond the length of a step, before Asterisk goes on without us; where it knows the end: listen.conf
SILENT_MARGIN_S = 0.5  # the same, where nothing is heard meanwhile

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
        status, key = self._listen(prompts, 1, seconds)
        if status != "OK":  # TIMEOUT; INTERRUPTED and ERROR, which an unreadable prompt may be, are no key either
            return None
        return key or HASH

    def digits(self, prompts: Iterable[str], most: int, seconds: float) -> str:
        """Says the prompts and takes up to `most` keys, each within `seconds`; # ends them. Empty when none came."""
        return self._listen(prompts, most, seconds)[1]

    def secret(self, prompts: Iterable[str], most: int, seconds: float) -> str:
        """As `digits`; Asterisk forgets what was typed."""
        typed = self.digits(prompts, most, seconds)
        self.channel.set_variable(names.KEY, "")
        return typed

    def record(self, file: Path, most_s: int, silence_s: int) -> None:
        """Records what is said after a beep as 8 kHz WAV, until #, so many seconds of silence, or the longest.

        Raises HungUp; what was said until then is in the file.
        """
        self.channel.execute("GOSUB", names.RECORD, "s", "1", f"{file},{silence_s},{most_s}")

    def meanwhile(self, prompt: str, work: Callable[[], T]) -> T:
        """What `work` gives; the prompt is said as long as it takes, at least once. Who hangs up does not end it."""
        with ThreadPoolExecutor(1) as worker:
            done = worker.submit(copy_context().run, work)  # in which a line of the log says of which call it is
            while True:
                self.say(prompt)
                self._allow(PAUSE_S, SILENT_MARGIN_S)
                if wait([done], PAUSE_S).done:
                    return done.result()

    def say(self, prompt: str) -> None:
        """Says one prompt to its end."""
        self.channel.execute("GOSUB", names.SAY, "s", "1", prompt)

    def say_free(self, *prompts: str) -> None:
        """Says the prompts before the answer, as early media: nothing is charged yet."""
        self._allow(self._length(prompts))
        self.channel.appexec("Progress")
        self.channel.appexec("Playback", f"{'&'.join(prompts)},noanswer")

    def answer(self) -> None:
        """The call is answered: from here on a surcharged number costs. Who is asked something is answered by that."""
        self.channel.answer()

    def play(self, sound: str, seconds: float = math.inf) -> Played:
        """Plays a sound of this length until its end, any key, or the hang-up, which the next command then meets."""
        started = time.monotonic()
        try:
            status, key = self._listen([sound], 1, END_S)
        except HungUp:
            return Played(min(time.monotonic() - started, seconds), whole=False, key=None)
        heard = min(time.monotonic() - started, seconds)
        match status:
            case "OK":
                return Played(heard, whole=False, key=key or HASH)
            case "TIMEOUT":
                return Played(heard, whole=True, key=None)
        raise CommandFailed(f"a sound could not be played ({status})")

    def route(self, destination: Destination, **variables: object) -> None:
        """Names where the call goes. The last thing said to Asterisk: its absence means that we failed."""
        self.note(CallEventKind.ROUTED, destination=destination.value)
        self.channel.set_variables(**variables, **{names.ROUTE: destination.value})

    def note(self, kind: CallEventKind, **detail: object) -> None:
        """Adds an event to the call's story."""
        self.write_down(Noted(self.ref, CallEvent(self.now, kind, detail)))

    def write_down(self, entry: Entry[Any]) -> None:
        """Has something written to the record, behind the caller's back."""
        self._notebook.write(entry)

    def promise(self, entry: Entry[T]) -> T:
        """Has something written, and waits for it: what the caller hears next depends on it. Raises NotKept."""
        self._allow(PROMISE_S + COMMIT_S, SILENT_MARGIN_S)
        return self._notebook.promise(entry)

    def _listen(self, prompts: Iterable[str], most: int, seconds: float) -> tuple[str, str]:
        """How Read() ended, in its own word, and the keys that it took. Raises HungUp."""
        arguments = "&".join(prompts), most, f"{seconds:g}"
        told = self.channel.subroutine(names.LISTEN, *arguments, tells=f"${{READSTATUS}}:${{{names.KEY}}}")
        status, _, keys = told.partition(":")
        if status == "HANGUP":
            raise HungUp("while he listened")
        return status, keys

    def _allow(self, seconds: float, margin_s: float = MARGIN_S) -> None:
        """Asterisk goes on without us this long after the step should have ended."""
        self.channel.set_variable("TIMEOUT(absolute)", f"{seconds + margin_s:.1f}")

    def _length(self, prompts: Iterable[str]) -> float:
        return sum(seconds(self._sounds, self.language, prompt) for prompt in prompts)
