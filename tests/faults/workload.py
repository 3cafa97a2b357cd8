"""Callers from outside while something fails, and what each of them lived through."""

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
from caller.phone import OTHER_SIDE_HUNG_UP, CallerId, PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from caller.scripted_call import RunAction, Step, place_call

ALL_CALLERS = ""


@dataclass(frozen=True, slots=True)
class SimulatedCaller:
    """Who calls (E.164), how long after the others, what he does meanwhile, and when he hangs up.

    `to`: where he dials; else the public number, through the operator's network. `speaks`: what he says, 8 kHz WAV.
    """

    number: str
    steps: tuple[Step, ...] = ()
    after_s: float = 0.0
    stays_s: float = 25.0
    uri: str = ""
    outgoing_audio: Path | None = None


class Workload:
    """A reception with the operator's network in front of it, to be called while something fails."""

    def __init__(self, reception: Reception, carrier: Carrier, folder: Path) -> None:
        self.reception, self.carrier, self.folder = reception, carrier, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.clear_fault()

    @cached_property
    def prompt_recognizer(self) -> PromptRecognizer:
        """Knows the prompts, and the messages published before it was first asked for."""
        return self.reception.prompt_recognizer()

    def numbers(self, chance: Random, count: int) -> list[str]:
        """Different callers, E.164, of a range that belongs to nobody."""
        return [f"+3363998{number:04}" for number in chance.sample(range(10_000), count)]

    def call(
        self, callers: Sequence[SimulatedCaller], fault: Callable[[], object] = lambda: None
    ) -> list[CallerExperience]:
        """All of them call; meanwhile `fault` runs, from the first moment on. Returns when everybody has hung up."""
        with ThreadPoolExecutor(len(callers)) as telephones:
            living = [telephones.submit(self._one, caller) for caller in callers]
            fault()
            return [lived.result() for lived in living]

    def mark_fault(self, number: str = ALL_CALLERS) -> None:
        """The fault begins now; for this caller, where one is named."""
        self._fault_at[number] = time.monotonic()

    def clear_fault(self) -> None:
        self._fault_at = {ALL_CALLERS: float("inf")}

    def _one(self, caller: SimulatedCaller) -> CallerExperience:
        Event().wait(caller.after_s)
        answered: list[float] = []
        story = place_call(
            caller.uri or self.carrier.uri(NUMBER),
            script=(RunAction(action=lambda: answered.append(time.monotonic()), at_s=0.0), *caller.steps),
            prompts=self.prompt_recognizer,
            caller_id=CallerId(caller.number, CANARY),
            outgoing_audio=caller.outgoing_audio,
            max_seconds=caller.stays_s,
        )
        hung_up_on = story.hangup_event is not None and story.hangup_event.detail == OTHER_SIDE_HUNG_UP
        fault_s = self._fault_at.get(caller.number, self._fault_at[ALL_CALLERS])
        if fault_s < float("inf"):  # whoever is never answered was there all the time
            fault_s = fault_s - answered[0] + (story.answered_s or 0.0) if answered else float("-inf")
        pressed_s = tuple(event.at_s for event in story.events if event.kind is PhoneEventKind.KEY_SENT)
        told = str(story)
        return CallerExperience(
            caller.number, story.sounds, story.answered_s, hung_up_on, fault_s, pressed_s=pressed_s, report=told
        )

    def call_without_phone(self, numbers: Iterable[str], keys: str, seconds: int) -> list[Path]:
        """Subscribers without a telephone call at once: cheap, but where nothing is sent no time passes for them."""
        return [self.carrier.place_call(number, NUMBER, keys, seconds) for number in numbers]

    def read_experience(self, file: Path) -> CallerExperience:
        """What such a subscriber heard."""
        return CallerExperience(
            f"+{file.stem}", self.prompt_recognizer.recognize(read_wav(file)), 0.0, hung_up_on=True, timed=False
        )

    def publish(self, words: str, slot: str = "daily") -> str:
        """A message; the ear knows it by the name returned."""
        self.__dict__.pop("ear", None)
        return self.reception.publish(words, self.folder, slot=slot)

    def count_leftover_channels(self, seconds: float = 4.0) -> int:
        """How many channels Asterisk still has, so long after the operator has none."""
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
        """Returns when nobody is on the line any more and every call has its end on record."""
        wait_for(self._is_quiet, "every call to be over and on record", seconds)

    def _is_quiet(self) -> bool:
        if "0 active channels" not in self.carrier.run_command("core show channels count"):
            return False
        if any(
            file.read_bytes()[:1].strip(b"\0") for file in self.reception.settings.write_behind_spool.glob("*.journal")
        ):
            return False  # there is more to tell
        rows = read_calls(self.reception.settings.sqlalchemy_url)
        return all(row.ended for row in rows) and len(rows) >= sum(count_invites(self.carrier).values())
