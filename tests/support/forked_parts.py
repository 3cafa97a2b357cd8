"""Makes a server start its parts as forks, which have imported their code already.

An interpreter that starts and imports the code of a part takes up to a second of processor time, and a reception has
four. Everything else is as with `exec`: the parts have their own process ids, environment, output and parents, and the
supervisor is told when they end. Tests of how parts start, and `--long`, start them by `exec`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import fork_server
from supervisor.options import ServerOptions

from standardiste.parts.supervisord_control import END_WITH_PARENT_COMMAND

SUPERVISOR = "standardiste.parts.supervisor"
_PR_SET_PDEATHSIG = 1  # prctl(2)


class _Program(NamedTuple):
    """A command of the form `[setpriv …] python -m MODULE ARGUMENTS`."""

    module: str
    arguments: list[str]
    ends_with_parent: bool

    def run(self, environment: Mapping[str, str]) -> NoReturn:
        if self.ends_with_parent:
            _end_with_parent()
        fork_server.run_module(self.module, self.arguments, environment)


class _NextSupervisor:
    """A child that waits to become the supervisor.

    It is forked before the server opens the database: a fork must not inherit an open one
    (https://www.sqlite.org/howtocorrupt.html, 2.6).
    """

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            self._ours.close()
            _wait_and_become_supervisor(theirs)
        theirs.close()

    def start(self, arguments: Sequence[str]) -> None:
        self._ours.send("\0".join(arguments).encode())
        self._ours.close()


def install() -> None:
    """For this process, which is to be the server, and for those that it starts."""
    ServerOptions.execve = _become
    subprocess.Popen = _ForkingPopen  # type: ignore[misc]
    _ForkingPopen.supervisor = _NextSupervisor()


def _wait_and_become_supervisor(connection: socket.socket) -> NoReturn:
    try:
        _end_with_parent()
        if given := connection.recv(fork_server.MAX_REQUEST_BYTES):
            connection.close()
            os.setsid()  # the server asks for a session of its own
            fork_server.run_module(SUPERVISOR, given.decode().split("\0"), os.environ.copy())
    finally:
        os._exit(1)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _parse(command: Sequence[str]) -> _Program | None:
    words = list(map(str, command))
    prefix = len(END_WITH_PARENT_COMMAND)
    ends_with_parent = tuple(words[:prefix]) == END_WITH_PARENT_COMMAND
    if ends_with_parent:
        words = words[prefix:]
    if words[:2] != [sys.executable, "-m"]:
        return None
    return _Program(words[2], words[3:], ends_with_parent)


def _become(_options: ServerOptions, file: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """In place of the last step of supervisord's own start of a part, in the child."""
    if program := _parse(command):
        program.run(environment)
    os.execve(file, command, environment)


class _ForkingPopen(subprocess.Popen):  # type: ignore[type-arg]
    """Starts the supervisor and the workers of the watchdog as forks, and other programs as ever."""

    supervisor: _NextSupervisor

    def __init__(self, args: Any, *more: Any, **options: Any) -> None:
        self._pass_fds = sorted(options.get("pass_fds", ()))
        super().__init__(args, *more, **options)

    def _execute_child(self, args: Any, *given: Any) -> None:
        program = None if isinstance(args, str | bytes) else _parse(args)
        if program and program.module == SUPERVISOR:
            self.pid = self.supervisor.pid
            self.supervisor.start(program.arguments)
        elif program and "--listener" in program.arguments:
            self.pid = os.fork()
            if self.pid == 0:
                self._run_worker(program)
        else:
            super()._execute_child(args, *given)  # type: ignore[misc]
        self._child_created = True

    def _run_worker(self, program: _Program) -> NoReturn:
        try:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for before, after in zip([2, *self._pass_fds], [*self._pass_fds, fork_server.MAX_FILES], strict=True):
                os.closerange(before + 1, after)
            program.run(os.environ.copy())
        finally:
            os._exit(1)
