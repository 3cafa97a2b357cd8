"""What a test process started ends with it, also when the process is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from reception import wait_for

SUPPORT = Path(__file__).parents[1] / "support"
STARTS_A_PROGRAM = """
import sys, time
import child_processes
print(child_processes.start(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


def test_a_program_ends_with_the_test_process_that_is_killed() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), str(SUPPORT.parents[1])])}
    command = [sys.executable, "-c", STARTS_A_PROGRAM]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        pid = int(run.stdout.readline())
        wait_for(lambda: _command(pid).startswith("sleep"), "the program to run")

        run.send_signal(signal.SIGKILL)

    wait_for(lambda: not _command(pid), "the program to end")


def _command(pid: int) -> str:
    """The command line of a process that runs."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
