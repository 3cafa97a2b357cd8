"""People are called back while something fails: who asks, who could talk with them, the processes in between."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from plans import PLAN, with_parts
from reception import wait_for
from witnesses import query
from workload import Workload

from records import callback_acceptance, callback_staff, people, plans, switches
from records.callback_wish import Accepted, CallbackChannel, Wish
from records.switches import SwitchName
from routing import plan_text
from routing.callback_states import CallbackState
from standardiste.publication import publish
from standardiste.settings import CHECKOUT

OURS = "+33199000000"
"""The first number of the plan, always open."""


@contextmanager
def called_back(work: Workload, **parts: str) -> Iterator[None]:
    """By a plan with these parts; nobody else waits for it."""
    base, at = work.reception.base, datetime.now(UTC)
    for row in callback_staff.waiting(base):
        if row.state is CallbackState.QUEUED:
            callback_staff.cancel_by_staff(base, row.ref, "a test", at)
    publish(work.reception.house, with_parts(**parts))
    hold(work, False)
    try:
        yield
    finally:
        hold(work, True)
        publish(work.reception.house, PLAN.read_text())


def hold(work: Workload, on: bool) -> None:
    """Nobody is called back any more, or everybody again."""
    switches.turn(work.reception.base, SwitchName.CALLBACKS, on, by="a test", at=datetime.now(UTC))


@contextmanager
def mobiles(work: Workload, count: int) -> Iterator[None]:
    """So many of the team take calls, at numbers outside; a visitor who is rung first rings nobody there by himself."""
    base, at = work.reception.base, datetime.now(UTC)
    team = [
        people.add(base, f"Outside {n}", language="fr", outside_number=f"+3363997{n:04}", at=at) for n in range(count)
    ]
    try:
        yield
    finally:
        for person in team:
            people.remove(base, person.id, password=person.password, at=at)


def ask(work: Workload, number: str, ours: str = OURS, at: datetime | None = None) -> Accepted:
    """Whose number it is asks to be called back from `ours`, as soon as possible."""
    plan = plan_text.parse(plans.current(work.reception.base).text)
    hours = plan.hours[next(each.hours for each in plan.numbers if each.public == ours)]
    wish = Wish(number, ours, CallbackChannel.CLI, "fr")
    return callback_acceptance.accept(
        work.reception.base, wish, plan.callbacks, hours, plan.timezone, at=at or datetime.now(UTC)
    )


def states(work: Workload, *numbers: str) -> dict[str, str]:
    """How far the last callback of each of these numbers is."""
    of = "FROM callback JOIN request ON request.id = request_id JOIN line ON line.id = line_id ORDER BY request.id"
    found = dict(query(work.reception.settings.base_url, f"SELECT e164, state {of}"))
    return {number: found[number] for number in numbers}


def become(work: Workload, state: str, *numbers: str, seconds: float = 30) -> None:
    """Returns when the callbacks of these numbers are in this state."""
    wait_for(lambda: set(states(work, *numbers).values()) == {state}, f"the callbacks to be {state}", seconds)


class Switches:
    """Processes that act on Asterisk, by this port, in place of the supervisor's one: as many as are started."""

    def __init__(self, work: Workload, ami_port: int | None = None) -> None:
        self._reception, self._settings = work.reception, work.reception.settings
        port = {"STANDARDISTE_AMI_PORT": str(ami_port)} if ami_port else {}
        self._environment = os.environ | work.reception.environment | port
        self._logs: dict[subprocess.Popen[bytes], Path] = {}

    def __enter__(self) -> Self:
        self._reception.supervisor("stop", "switch")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._logs:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._logs:
            process.wait(20)
        self._reception.supervisor("start", "switch")

    def start(self) -> None:
        """One more."""
        command = [sys.executable, "-m", "standardiste", "serve-switch"]
        with NamedTemporaryFile(prefix="switch-", suffix=".log", dir=self._settings.log, delete=False) as log:
            process = subprocess.Popen(command, env=self._environment, cwd=CHECKOUT, stderr=log)
        self._logs[process] = Path(log.name)

    def start_two(self) -> None:
        """Returns when one leads and the other waits: both give signs of life, each its own."""
        began, seen = time.clock_gettime(time.CLOCK_BOOTTIME), set()
        self.start()
        self.start()

        def both() -> bool:
            # They write to one file once a second, perhaps a moment apart: looked at all the time, not now and then.
            until = time.monotonic() + 1.2
            while time.monotonic() < until:
                seen.add((self._settings.heartbeats / "switch").read_text().split()[1])
                time.sleep(0.0005)
            return len([since for since in seen if float(since) > began]) > 1

        wait_for(both, "two processes to be alive", 30)

    def leader(self, *, but: "subprocess.Popen[bytes] | None" = None, seconds: float = 30) -> "subprocess.Popen[bytes]":
        """Who leads, once somebody does."""

        def leading() -> "subprocess.Popen[bytes] | None":
            others = (process for process in self._logs if process is not but)
            return next((one for one in others if '"leading"' in self._logs[one].read_text()), None)

        return wait_for(leading, "one of them to lead", seconds)

    def gave_up(self, process: "subprocess.Popen[bytes]") -> bool:
        """It has led, and leads no more."""
        return "no longer leading" in self._logs[process].read_text()

    def replace(self, process: "subprocess.Popen[bytes]") -> None:
        """It is killed, and started anew at once, as a supervisor does."""
        self.kill(process)
        self.start()

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        process.wait(10)
        del self._logs[process]
