"""The checks of `doctor` for the console: made in a process of their own beside it, and read from their file."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.check_services import CheckReport
from standardiste.stored_checks import load_checks

FIRST_AFTER_S = 60.0
"""The other parts of a reception that starts need a moment until nothing is missing."""
EVERY_S = 600.0
MAX_DURATION_S = 120
NICENESS = 15

log = logging.getLogger("console")


class ConsoleChecks:
    """Runs `doctor` every ten minutes at a low priority, and soon when somebody asks; no page waits for it."""

    def __init__(self, file: Path, run: Callable[[], object] | None = None) -> None:
        self._file, self._run = file, run or run_doctor
        self._wanted = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._work, name="checks", daemon=True).start()

    def request_run(self) -> None:
        """The checks are made again as soon as those under way have ended."""
        self._wanted.set()

    def get_report(self) -> CheckReport | None:
        """The last results; None before the first ones."""
        stored = load_checks(self._file)
        return CheckReport(stored.at, stored.results) if stored else None

    def _work(self) -> None:
        self._wanted.wait(FIRST_AFTER_S)
        while True:
            self._wanted.clear()
            if self._is_due():
                self._run()
            self._wanted.wait(EVERY_S)

    def _is_due(self) -> bool:
        """Not when somebody has just run `doctor` themselves, or another console has."""
        report = self.get_report()
        return report is None or datetime.now(UTC) - report.at > timedelta(seconds=5)


def run_doctor() -> None:
    """Runs the command, which keeps its results; they may say that something is wrong."""
    command = [sys.executable, "-m", "standardiste", "doctor", "--json"]
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MAX_DURATION_S,
            preexec_fn=lambda: os.nice(NICENESS),
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("the checks could not be made: %s", type(error).__name__)
