"""Callbacks during faults: requests, agents, and the processes of the part `switch`."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

import switches
from evidence import query
from fork_server import ForkedProcess
from plan_variants import PLAN, plan_with
from reception import wait_for
from workload import Workload

from records.callbacks import acceptance, staff_actions
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.overrides import OverrideName
from records.plan import plan_versions
from records.staff import agents
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.plan import parsing
from standardiste.plan_publication import publish_plan

PUBLIC_NUMBER = "+33199000000"
"""The first number of the plan, always open."""


@contextmanager
def callbacks_enabled(work: Workload, **parts: str) -> Iterator[None]:
    """Publishes a plan with these sections and enables callbacks, after cancelling those that wait."""
    database, at = work.reception.database, datetime.now(UTC)
    for row in staff_actions.list_open_callbacks(database):
        if row.state is CallbackState.QUEUED:
            staff_actions.cancel_callback_by_staff(database, row.ref, "a test", at)
    publish_plan(work.reception.installation, plan_with(**parts))
    pause_callbacks(work, False)
    try:
        yield
    finally:
        pause_callbacks(work, True)
        publish_plan(work.reception.installation, PLAN.read_text())


def pause_callbacks(work: Workload, on: bool) -> None:
    """Pauses or resumes all callbacks."""
    switches.set_override(work.reception.database, OverrideName.CALLBACKS, on, by="a test", at=datetime.now(UTC))


@contextmanager
def outside_agents(work: Workload, count: int) -> Iterator[None]:
    """So many agents with outside numbers, who are called only once a visitor has answered."""
    database, at = work.reception.database, datetime.now(UTC)
    team = [
        agents.add_agent(database, f"Outside {n}", language="fr", outside_number=f"+3363997{n:04}", at=at)
        for n in range(count)
    ]
    try:
        yield
    finally:
        work.reception.remove_agents(*team)


def request_callback(
    work: Workload, number: str, ours: str = PUBLIC_NUMBER, at: datetime | None = None
) -> AcceptedCallback:
    """Requests a callback to `number` from our number `ours`, as soon as possible."""
    plan = parsing.parse_plan(plan_versions.get_current_version(work.reception.database).text)
    hours = plan.hours[next(each.hours for each in plan.numbers if each.e164 == ours)]
    callback_request = CallbackRequest(number, ours, CallbackChannel.CLI, "fr")
    return acceptance.accept_callback(
        work.reception.database,
        callback_request,
        CallbackTerms(plan.callbacks, Calendar(hours, plan.timezone)),
        at=at or datetime.now(UTC),
    )


def callback_states(work: Workload, *numbers: str) -> dict[str, str]:
    """The state of the last callback of each of these numbers."""
    of = "FROM callback JOIN request ON request.id = request_id JOIN line ON line.id = line_id ORDER BY request.id"
    found = dict(query(work.reception.settings.sqlalchemy_url, f"SELECT e164, state {of}"))
    return {number: found[number] for number in numbers}


def wait_for_state(work: Workload, state: str, *numbers: str, seconds: float = 30) -> None:
    """Returns when the callbacks of these numbers are in this state."""
    wait_for(lambda: set(callback_states(work, *numbers).values()) == {state}, f"the callbacks to be {state}", seconds)


class SwitchProcesses:
    """Processes of the part `switch` in place of the supervisor's one, connected to this port of Asterisk."""

    def __init__(self, work: Workload, ami_port: int | None = None) -> None:
        self._reception, self._settings = work.reception, work.reception.settings
        port = {"STANDARDISTE_AMI_PORT": str(ami_port)} if ami_port else {}
        self._environment = os.environ | work.reception.environment | port
        self._logs: dict[ForkedProcess, Path] = {}

    def __enter__(self) -> Self:
        self._reception.supervisorctl("stop", "switch")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._logs:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._logs:
            process.wait(20)
        self._reception.supervisorctl("start", "switch")

    def start(self) -> None:
        """Starts another process."""
        with NamedTemporaryFile(prefix="switch-", suffix=".log", dir=self._settings.log, delete=False) as log:
            process = ForkedProcess(["serve-switch"], self._environment, stderr=log)
        self._logs[process] = Path(log.name)

    def start_two(self) -> None:
        """Starts two processes; returns when both beat: one leads, the other stands by."""
        began, seen = time.clock_gettime(time.CLOCK_BOOTTIME), set()
        self.start()
        self.start()

        def both() -> bool:
            # Both write to one file once a second, perhaps a moment apart, so the file is read continuously.
            until = time.monotonic() + 1.2
            while time.monotonic() < until:
                seen.add((self._settings.heartbeats / "switch").read_text().split()[1])
                time.sleep(0.0005)
            return len([since for since in seen if float(since) > began]) > 1

        wait_for(both, "two processes to be alive", 30)

    def wait_for_leader(self, *, but: ForkedProcess | None = None, seconds: float = 30) -> ForkedProcess:
        """The leading process, once one leads."""

        def leading() -> ForkedProcess | None:
            others = (process for process in self._logs if process is not but)
            return next((one for one in others if '"leading"' in self._logs[one].read_text()), None)

        return wait_for(leading, "one of them to lead", seconds)

    def has_lost_lead(self, process: ForkedProcess) -> bool:
        """Whether the process has been the leader and is no longer."""
        return "no longer leading" in self._logs[process].read_text()

    def restart(self, process: ForkedProcess) -> None:
        """Kills the process and starts another at once, as a supervisor does."""
        self.kill(process)
        self.start()

    def kill(self, process: ForkedProcess) -> None:
        process.kill()
        process.wait(10)
        del self._logs[process]
