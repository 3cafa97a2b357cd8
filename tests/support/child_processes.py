"""Starts programs that end with the test process, however it ends: by Ctrl-C, by SIGKILL, or by a crash."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from standardiste.parts.supervisord_control import END_WITH_PARENT_COMMAND

# The kernel ends a program with the thread that started it (prctl(2), PR_SET_PDEATHSIG): here one that always lives.
_STARTER = ThreadPoolExecutor(1)


def start_asterisk(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Asterisk in the foreground, without colours and output; `command` names it and its configuration."""
    return start([*command, "-f", "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start(command: Sequence[str], **options: object) -> "subprocess.Popen[bytes]":
    """Like `subprocess.Popen`; the program reads nothing."""
    arguments = [*END_WITH_PARENT_COMMAND, *command]
    return _STARTER.submit(subprocess.Popen, arguments, stdin=subprocess.DEVNULL, **options).result()
