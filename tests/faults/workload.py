"""Callers during a fault, and what each of them experiences."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from threading import Event

from carrier import Carrier
from evidence import CANARY, CallerExperience, count_invites, read_calls
from reception import NUMBER, Reception, wait_for

from caller.pcm import read_wav
from caller.phone import CallerId
from caller.phone_events import OTHER_SIDE_HUNG_UP, PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from caller.scripted_call import RunAction, Step, place_call

ALL_CALLERS = ""


@dataclass(frozen=True, slots=True)
class SimulatedCaller:
    """A caller: number (E.164), delay, script, and seconds until they hang up.

    `uri`: the dialled address; by default the public number, through the operator's network. `outgoing_audio`: an 8 kHz
    WAV that the caller speaks.
    """

    number: str
    steps: tuple[Step, ...] = ()
    after_s: float = 0.0
    stays_s: float = 25.0
    uri: str = ""
    outgoing_audio: Path | None = None


class Workload:
    """A reception behind an operator's network, which is called while something fails."""

    def __init__(self, reception: Reception, carrier: Carrier, folder: Path) -> None:
        self.reception, self.carrier, self.folder = reception, carrier, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.clear_fault()

    @cached_property
    def prompt_recognizer(self) -> PromptRecognizer:
        """Recognizes the prompts, and the messages that were published before its first use."""
        return self.reception.prompt_recognizer()

    def numbers(self, chance: Random, count: int) -> list[str]:
        """Different callers (E.164), of a range that is reserved for fiction."""
        return [f"+3363998{number:04}" for number in chance.sample(range(10_000), count)]

    def call(
        self, callers: Sequence[SimulatedCaller], fault: Callable[[], object] = lambda: None
    ) -> list[CallerExperience]:
        """All callers call, and `fault` runs meanwhile. Returns when all have hung up."""
        with ThreadPoolExecutor(len(callers)) as telephones:
            living = [telephones.submit(self._one, caller) for caller in callers]
            fault()
            return [lived.result() for lived in living]

    def mark_fault(self, number: str = ALL_CALLERS) -> None:
        """The fault begins now, for all callers or for this one."""
        self._fault_at[number] = time.monotonic()

    def clear_fault(self) -> None:
        self._fault_at = {ALL_CALLERS: float("inf")}

    def _one(self, caller: SimulatedCaller) -> CallerExperience:
        Event().wait(caller.after_s)
        answered: list[float] = []
        report = place_call(
            caller.uri or self.carrier.uri(NUMBER),
            script=(RunAction(action=lambda: answered.append(time.monotonic()), at_s=0.0), *caller.steps),
            prompts=self.prompt_recognizer,
            caller_id=CallerId(caller.number, CANARY),
            outgoing_audio=caller.outgoing_audio,
            max_seconds=caller.stays_s,
        )
        hung_up_on = report.hangup_event is not None and report.hangup_event.detail == OTHER_SIDE_HUNG_UP
        fault_s = self._fault_at.get(caller.number, self._fault_at[ALL_CALLERS])
        if fault_s < float("inf"):  # a caller who was never answered was there from the beginning
            fault_s = fault_s - answered[0] + (report.answered_s or 0.0) if answered else float("-inf")
        pressed_s = tuple(event.at_s for event in report.events if event.kind is PhoneEventKind.KEY_SENT)
        return CallerExperience(
            caller.number,
            report.sounds,
            report.answered_s,
            hung_up_on,
            fault_s,
            pressed_s=pressed_s,
            report=str(report),
        )

    def call_without_phone(self, numbers: Iterable[str], keys: str, seconds: int) -> list[Path]:
        """Calls of subscribers without a telephone: cheap, but gaps are missing from their recordings."""
        return [self.carrier.place_call(number, NUMBER, keys, seconds) for number in numbers]

    def read_experience(self, file: Path) -> CallerExperience:
        """What such a subscriber heard."""
        return CallerExperience(
            f"+{file.stem}", self.prompt_recognizer.recognize(read_wav(file)), 0.0, hung_up_on=True, timed=False
        )

    def publish(self, words: str, slot: str = "daily") -> str:
        """Publishes a message; returns the name by which it is recognized."""
        self.__dict__.pop("prompt_recognizer", None)
        return self.reception.publish(words, self.folder, slot=slot)

    def count_leftover_channels(self, seconds: float = 4.0) -> int:
        """The channels that Asterisk still has so many seconds after the operator has none."""
        wait_for(
            lambda: "0 active channels" in self.carrier.run_command("core show channels count"),
            "nobody on the line",
            30,
        )
        with suppress(AssertionError):
            wait_for(lambda: self._channels() == 0, "no channel to be left", seconds)
        return self._channels()

    def _channels(self) -> int:
        shown = self.reception.installation.asterisk_cli.run("core show channels count")
        return int(shown.split()[0]) if shown else 0

    def wait_until_idle(self, seconds: float = 20.0) -> None:
        """Returns when no call is active and every call has its end on record."""
        wait_for(self._is_quiet, "every call to have ended and to be on record", seconds)

    def _is_quiet(self) -> bool:
        if "0 active channels" not in self.carrier.run_command("core show channels count"):
            return False
        if any(
            file.read_bytes()[:1].strip(b"\0") for file in self.reception.settings.write_behind_spool.glob("*.journal")
        ):
            return False  # entries are still to be written
        rows = read_calls(self.reception.settings.sqlalchemy_url)
        return all(row.ended for row in rows) and len(rows) >= sum(count_invites(self.carrier).values())
