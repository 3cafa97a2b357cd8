"""A fault case: something fails during calls, and the reception is restored afterwards."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from signal import Signals

from evidence import CallerExperience
from workload import SimulatedCaller, Workload

from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import Press


class GuaranteeBroken(Exception):
    """A guarantee of this case, beyond the invariants, does not hold."""


class NotPossibleHere(Exception):
    """This machine cannot produce the fault; the text says why."""


@dataclass(frozen=True, slots=True)
class FaultCase:
    """`run` returns what the callers experienced; `short`: part of the grid of every test run."""

    name: str
    run: Callable[[Workload, Random], list[CallerExperience]]
    short: bool = False


CASES: dict[str, FaultCase] = {}


def fault_case(*, short: bool = False) -> Callable[[Callable[[Workload, Random], list[CallerExperience]]], object]:
    def add(run: Callable[[Workload, Random], list[CallerExperience]]) -> object:
        name = run.__name__.replace("_", "-")
        CASES[name] = FaultCase(name, run, short)
        return run

    return add


def check_normal_service(work: Workload, chance: Random) -> list[CallerExperience]:
    """Callers hear the message, request a callback and ask for staff as if nothing had failed."""
    message, callback, staff = work.numbers(chance, 3)
    lived = work.call(
        [
            SimulatedCaller(message, (Press(keys="3", at_s=0.5),), stays_s=9),
            SimulatedCaller(callback, (Press(keys="2", at_s=0.5),), stays_s=9),
            SimulatedCaller(staff, (Press(keys="1", at_s=0.5),), stays_s=9),
        ]
    )
    for one, prompt in zip(lived, ("message-", "callback-accepted", "staff-connecting"), strict=True):
        prompts = [sound.key for sound in heard_prompts(one)]
        if not any(key.startswith(prompt) for key in prompts) or "apology" in prompts:
            raise GuaranteeBroken(f"{prompt} was not heard:\n{one.report}")
    return lived


def send_signal(processes: list[int], number: Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # it was frozen for so long that it was killed
            os.kill(process, number)


@contextmanager
def limit_workers(work: Workload, limit: int, least: Callable[[int], int]) -> Iterator[None]:
    """Limits a resource of the workers to what they use now."""
    before = {pid: resource.prlimit(pid, limit) for pid in work.reception.worker_pids()}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, limit, (least(pid), hard))
    try:
        yield
    finally:
        for pid, values in before.items():
            if Path(f"/proc/{pid}").exists():
                resource.prlimit(pid, limit, values)


def heard_prompts(lived: CallerExperience) -> list[HeardPrompt]:
    return [sound for sound in lived.sounds if isinstance(sound, HeardPrompt)]
