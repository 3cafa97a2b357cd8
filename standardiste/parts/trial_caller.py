"""Places the test calls that users ask for in the console: each by a child, one at a time, to our own numbers only.

The child is `standardiste call`, which refuses other numbers and dials this installation's own address. A test call
needs a processor for the recognition of what is heard, so it stays out of this process.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn

from ami.requested_work import RequestedWork
from records import trial_calls
from records.database.engine import Database
from records.trial_calls import CALLER, TrialCall, TrialResult

CALL_S = 90
"""The call ends then at the latest; the child has so many seconds more to start and to recognize what it heard."""
AROUND_S = 20.0
log = logging.getLogger("switch")


class TrialCaller:
    """Starts requested test calls.

    `run` works until it is cancelled, and ends its child then; `wake` says that there may be a new request.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._work = RequestedWork("no test calls are placed for those who ask")
        self.wake = self._work.wake

    async def run(self) -> NoReturn:
        await self._work.repeat(self._serve_request)

    async def _serve_request(self) -> None:
        trial = await asyncio.to_thread(trial_calls.claim_trial, self._database, at=datetime.now(UTC))
        if trial is not None:
            result, heard = await _place(trial)
            await asyncio.to_thread(
                trial_calls.end_trial, self._database, trial.id, result, heard, at=datetime.now(UTC)
            )


async def _place(trial: TrialCall) -> tuple[TrialResult, tuple[str, ...]]:
    """What came of it, and the keys of the prompts that were heard."""
    try:
        child = await asyncio.create_subprocess_exec(
            *_command(trial),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        log.error("the test call cannot be started: %s", error)
        return TrialResult.IMPOSSIBLE, ()
    try:
        printed, _ = await asyncio.wait_for(child.communicate(), CALL_S + AROUND_S)
    except TimeoutError:
        log.error("the test call did not end by itself")
        return TrialResult.FAILED, ()
    finally:
        if child.returncode is None:  # its telephone is a process of the same group
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    return _read(printed)


def _command(trial: TrialCall) -> Sequence[str]:
    pressed = ("--press", trial.key) if trial.key else ("--hang-up",)
    options = ("--from", CALLER, "--max-seconds", str(CALL_S), "--json", *pressed)
    return (sys.executable, "-m", "standardiste", "call", trial.number, *options)


def _read(printed: bytes) -> tuple[TrialResult, tuple[str, ...]]:
    """The report of `standardiste call --json`; without one no call could be placed."""
    try:
        report = json.loads(printed)
        answered_s, missed, heard = report["answered_s"], report["missed"], tuple(report["heard"])
    except (ValueError, KeyError, TypeError):
        return TrialResult.IMPOSSIBLE, ()
    if answered_s is None:
        return TrialResult.NOT_ANSWERED, ()
    return TrialResult.NOT_HEARD if missed else TrialResult.DONE, heard
