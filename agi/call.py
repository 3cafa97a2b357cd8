"""What a flow can do with a call: play prompts, read keys, record, write to the call's record, and route the call."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from agi.channel import Channel, CommandFailed, HungUp
from agi.pending_writes import CallEventAdded, PendingWrite
from agi.write_behind import COMMIT_TIMEOUT_S, WRITE_TIMEOUT_S, WriteBehindQueue
from dialplan import names
from prompts.duration import prompt_duration_s
from records.call_events import CallEvent, CallEventKind
from routing.destinations import Destination
from routing.key_wait import WhileChoosing, fill_key_wait

HASH = "#"  # ends the input of several keys
FINAL_KEY_WAIT_S = 0.05  # a key pressed as the sound ends still counts
HOLD_PROMPT_INTERVAL_S = 1.5  # of silence before the hold prompt is repeated
LONGEST_PLAYED = 1500  # characters of one list of prompts
MARGIN_S = 2  # TIMEOUT(absolute) beyond the length of a step; reading keys sets its own (agi_subroutines.conf)
SILENT_MARGIN_S = 0.5  # the same for a step in which the caller hears nothing

PATIENCE_PROMPT = "one-moment"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Playback:
    """How a sound was played: for how many seconds, whether to its end, and the key that stopped it."""

    seconds: float
    complete: bool
    key: str | None


class Call:
    """One call while a flow serves it. `ref` is Asterisk's linkedid; the arguments are those of AGI() in the dialplan.

    Every method that sends a command raises HungUp when the caller is gone, and CommandFailed.
    """

    def __init__(
        self,
        channel: Channel,
        write_behind: WriteBehindQueue,
        sounds: Path,
        while_choosing: WhileChoosing = WhileChoosing.NOTHING,
    ) -> None:
        self.channel, self._write_behind, self._sounds = channel, write_behind, sounds
        self._while_choosing = while_choosing
        self.ref, self.landing = channel.argument(1), channel.argument(2)
        self.withheld = channel.argument(3) == "1"
        self.caller = channel.env.get("agi_callerid", "")  # not authenticated; screened by [screen-caller-id]
        self.language = channel.env.get("agi_language", "")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def set_language(self, language: str) -> None:
        """Sets the language of our prompts and of Asterisk's own announcements."""
        if language != self.language:
            self.channel.set_variable("CHANNEL(language)", language)
            self.language = language

    def read_key(self, prompts: Iterable[str], seconds: float, choices: Sequence[str] = ()) -> str | None:
        """Plays the prompts and reads one key, during them or up to `seconds` after; None when no key came.

        `choices`: those of the prompts that are worth repeating, where the plan says so; () for all of them.
        """
        played = tuple(prompts)
        status, key = self._read_keys(played, 1, seconds, choices or played)
        if status != "OK":  # TIMEOUT; INTERRUPTED; ERROR, for example an unreadable prompt
            return None
        return key or HASH

    def read_digits(self, prompts: Iterable[str], max_digits: int, seconds: float) -> str:
        """Plays the prompts and reads up to `max_digits` keys, each within `seconds`, until #. "" when none came."""
        return self._read_keys(prompts, max_digits, seconds)[1]

    def read_secret(self, prompts: Iterable[str], max_digits: int, seconds: float) -> str:
        """Like `read_digits`, and clears the channel variable that held the keys."""
        typed = self.read_digits(prompts, max_digits, seconds)
        self.channel.set_variable(names.PRESSED_KEY, "")
        return typed

    def record(self, file: Path, max_s: int, silence_s: int) -> None:
        """Records 8 kHz WAV after a beep, until #, `silence_s` seconds of silence, or `max_s` seconds.

        When the caller hangs up, the file holds what was recorded until then.
        """
        self.channel.execute("GOSUB", names.RECORD_MESSAGE, "s", "1", f"{file},{silence_s},{max_s}")

    def say_while(self, prompt: str, work: Callable[[], T]) -> T:
        """Runs `work` in a thread and returns its result; repeats the prompt meanwhile, at least once.

        A hang-up does not interrupt `work`.
        """
        with ThreadPoolExecutor(1) as worker:
            done = worker.submit(copy_context().run, work)  # the context holds the call's reference for the log
            while True:
                self.say(prompt)
                self._set_timeout(HOLD_PROMPT_INTERVAL_S, SILENT_MARGIN_S)
                if wait([done], HOLD_PROMPT_INTERVAL_S).done:
                    return done.result()

    def say(self, prompt: str) -> None:
        """Plays one prompt to its end; no key stops it."""
        self.channel.execute("GOSUB", names.PLAY_PROMPT, "s", "1", prompt)

    def say_as_early_media(self, *prompts: str) -> None:
        """Plays the prompts as early media: the call is not answered, so the caller pays nothing yet."""
        timeout = f"{self._length(prompts) + MARGIN_S:.1f}"
        self.channel.set_variables(**{"TIMEOUT(absolute)": timeout, f"GROUP({names.SET_UP_GROUP})": ""})
        self.channel.appexec("Progress")
        self.channel.appexec("Playback", f"{'&'.join(prompts)},noanswer")

    def answer(self) -> None:
        """Answers the channel: from here on the caller of a surcharged number pays. Read() answers implicitly."""
        self.channel.answer()

    def play(self, sound: str, seconds: float = math.inf) -> Playback:
        """Plays a sound of this length until its end or a key. After a hang-up the next command raises HungUp."""
        started = time.monotonic()
        try:
            status, key = self._read_keys([sound], 1, FINAL_KEY_WAIT_S)
        except HungUp:
            return Playback(min(time.monotonic() - started, seconds), complete=False, key=None)
        played_s = min(time.monotonic() - started, seconds)
        match status:
            case "OK":
                return Playback(played_s, complete=False, key=key or HASH)
            case "TIMEOUT":
                return Playback(played_s, complete=True, key=None)
        raise CommandFailed(f"a sound could not be played ({status})")

    def route(self, destination: Destination, **variables: object) -> None:
        """Sets where the dialplan sends the call. Must be the last command: without ROUTE the dialplan falls back."""
        self.add_event(CallEventKind.ROUTED, destination=destination.value)
        self.channel.set_variables(**variables, **{names.ROUTE: destination.value})

    def add_event(self, kind: CallEventKind, **detail: object) -> None:
        """Adds an event to the call's record, without waiting for the database."""
        self.write(CallEventAdded(self.ref, CallEvent(self.now, kind, detail)))

    def write(self, entry: PendingWrite[Any]) -> None:
        """Queues a write and returns at once."""
        self._write_behind.write(entry)

    def write_and_wait(self, entry: PendingWrite[T]) -> T:
        """Queues a write and waits for its result, on which the next prompt depends. Raises WriteFailed.

        While nobody can say whether it will be written, the caller is asked for patience.
        """
        self._set_timeout(WRITE_TIMEOUT_S + COMMIT_TIMEOUT_S, SILENT_MARGIN_S)
        return self._write_behind.write_and_wait(entry, self._ask_for_patience)

    def _ask_for_patience(self) -> None:
        self.say(PATIENCE_PROMPT)
        self._set_timeout(COMMIT_TIMEOUT_S, SILENT_MARGIN_S)

    def _read_keys(
        self, prompts: Iterable[str], max_digits: int, seconds: float, choices: Sequence[str] = ()
    ) -> tuple[str, str]:
        """READSTATUS of Read(), and the keys."""
        first, wait = list(prompts), fill_key_wait(self._while_choosing, seconds, choices)
        played = "&".join([*first, *wait.prompts])
        if len(played) > LONGEST_PLAYED:  # a command of AGI has a limit, and hearing the choices counts more
            wait, played = fill_key_wait(WhileChoosing.NOTHING, seconds), "&".join(first)
        arguments: list[object] = [played, max_digits, f"{wait.rest_s:g}"]
        if max_digits > 1 and (between := fill_key_wait(self._while_choosing, seconds)).prompts:
            arguments += ["&".join(between.prompts), f"{between.rest_s:g}"]
        result = self.channel.gosub(
            names.READ_KEYS, *arguments, result_expression=f"${{READSTATUS}}:${{{names.PRESSED_KEY}}}"
        )
        status, _, keys = result.partition(":")
        if status == "HANGUP":
            raise HungUp("during Read()")
        return status, keys

    def _set_timeout(self, seconds: float, margin_s: float = MARGIN_S) -> None:
        """Asterisk leaves AGI `margin_s` after a step of `seconds` should have ended, and the dialplan falls back."""
        self.channel.set_variable("TIMEOUT(absolute)", f"{seconds + margin_s:.1f}")

    def _length(self, prompts: Iterable[str]) -> float:
        return sum(prompt_duration_s(self._sounds, self.language, prompt) for prompt in prompts)
