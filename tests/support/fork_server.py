"""Starts `python -m standardiste ARGUMENTS` as a fork of a process that has imported our code already.

Importing takes a command a second of processor time, most of what it needs. A fork has an own process id, environment
and exit code as any other process; what it imports, it imports as `python -m` would. A test of how a process starts
starts it itself. The server ends with the process that started it.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

import cheap_hashes
import compiled_once
import compiled_templates
from sqlalchemy.orm import configure_mappers

from routing.hours import public_holidays
from standardiste.checkout import CHECKOUT
from standardiste.parts import forking

PRELOADED = ("commands", "parts")  # folders of `standardiste` whose modules the server imports
SUPERVISORCTL = "supervisor.supervisorctl"
START_TIMEOUT_S = 60
MAX_REQUEST_BYTES = 1_000_000
MAX_FILES = 1000

folder: Path | None = None
"""Where the server has its socket; processes of one test run share one. None: in a temporary folder of its own."""
running: set[int] = set()
"""The process ids of the forks that this process started and that have not ended."""
ended_cpu_s = 0.0
"""The processor time of the forks of this process that have ended, and of what they started."""
address: str | None = None
_server: "subprocess.Popen[bytes] | None" = None
_own_folder: "tempfile.TemporaryDirectory[str]"


def start_server() -> None:
    """Starts the server of this test run, without waiting for it."""
    global address, _own_folder, _server
    if folder is None:
        _own_folder = tempfile.TemporaryDirectory(prefix="fork-server-")
    address = str((folder or Path(_own_folder.name)) / "fork-server")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STANDARDISTE_")}
    command = [sys.executable, __file__, address]
    path = os.pathsep.join([str(CHECKOUT), str(Path(__file__).parent)])
    _server = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment | {"PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )


def stop_server() -> None:
    if _server and _server.stdin:
        _server.stdin.close()
        _server.wait(30)


class ForkedProcess:
    """A running `python -m standardiste ARGUMENTS`, with the methods of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdout: IO[str] | IO[bytes] | int | None = None,
        stderr: IO[str] | IO[bytes] | None = None,
        before: str = "",
        module: str = "standardiste",
    ) -> None:
        """`stdout`: a file or subprocess.PIPE. `before`: code that runs first. `module`: run as by `python -m`."""
        self.returncode: int | None = None
        self.stdout: IO[str] | None = None
        umask = os.umask(0)
        os.umask(umask)
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "umask": umask,
            "niceness": os.getpriority(os.PRIO_PROCESS, 0),
            "before": before,
            "module": module,
        }
        ours, theirs = os.pipe() if stdout == subprocess.PIPE else (None, None)
        with open(os.devnull, "r+b") as null:
            out = theirs if theirs is not None else (stdout or sys.__stdout__).fileno()  # type: ignore[union-attr]
            files = [null.fileno(), out, (stderr or sys.__stderr__).fileno()]  # type: ignore[union-attr]
            self._connection = _connect()
            socket.send_fds(self._connection, [json.dumps(request).encode()], files)
        if theirs is not None and ours is not None:
            os.close(theirs)
            self.stdout = os.fdopen(ours)
        self.pid = int(self._connection.recv(100))
        running.add(self.pid)

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0.001)
        return None

    def wait(self, timeout: float | None = None) -> int:
        global ended_cpu_s
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                answer = self._connection.recv(100)
            except TimeoutError:
                raise subprocess.TimeoutExpired("standardiste", timeout or 0) from None
            assert answer, "the fork server died"
            self._connection.close()
            code, cpu_s = answer.split()
            self.returncode = int(code)
            running.discard(self.pid)
            ended_cpu_s += float(cpu_s)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> None:
        """Reads its remaining output, and waits for its end."""
        if self.stdout:
            self.stdout.read()
            self.stdout.close()
            self.stdout = None
        self.wait(timeout)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float, module: str = "standardiste"
) -> "subprocess.CompletedProcess[str]":
    """Runs it to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = ForkedProcess(arguments, environment, stdout=out, stderr=errors, module=module)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        said = []
        for file in (out, errors):
            file.seek(0)
            said.append(file.read().decode())
    return subprocess.CompletedProcess(list(arguments), code, *said)


def _connect() -> socket.socket:
    if address is None:
        start_server()
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.connect(str(address))
            return connection
        except OSError:
            connection.close()
            assert time.monotonic() < deadline, "the fork server did not start"
            time.sleep(0.02)


# --- the server -------------------------------------------------------------------------------------------------------


def main(path: str) -> None:
    for folder in PRELOADED:
        for file in sorted((CHECKOUT / "standardiste" / folder).glob("*.py")):
            import_module(f"standardiste.{folder}.{file.stem}")
    for name in (SUPERVISORCTL, "records.database.migrate", "prompts.voices.registry"):
        import_module(name)
    cheap_hashes.use()
    compiled_once.share_statements()
    compiled_templates.share(Path(path).parent / "templates")
    configure_mappers()
    public_holidays.preload_holidays(datetime.now(UTC).date())  # as the processes that serve calls do at their start
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which ends us
    ended, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"{path}.new")
    listener.listen(100)
    os.rename(f"{path}.new", path)
    _serve(listener, ended)


def _serve(listener: socket.socket, ended: int) -> None:
    import select

    waiting: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([sys.stdin, listener, ended], [], [])
        if sys.stdin in ready:  # it is closed: the test run is over, or was interrupted
            for pid in waiting:
                os.kill(pid, signal.SIGTERM)
            return
        if ended in ready:
            os.read(ended, 1000)
            _report_ends(waiting)
        if listener in ready:
            connection, _ = listener.accept()
            request, files, _, _ = socket.recv_fds(connection, MAX_REQUEST_BYTES, 3)
            pid = os.fork()
            if pid == 0:
                listener.close()
                connection.close()
                for other in waiting.values():
                    other.close()
                _run_child(json.loads(request), files)
            for file in files:
                os.close(file)
            waiting[pid] = connection
            connection.send(str(pid).encode())


def _report_ends(waiting: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            cpu_s = used.ru_utime + used.ru_stime
            with waiting.pop(pid) as connection, suppress(OSError):
                connection.send(f"{os.waitstatus_to_exitcode(status)} {cpu_s:.3f}".encode())


def _run_child(request: dict[str, Any], files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, MAX_FILES)
    os.umask(request["umask"])
    os.nice(max(0, request["niceness"] - os.getpriority(os.PRIO_PROCESS, 0)))
    run_module(request["module"], request["arguments"], request["environment"], before=request["before"])


def run_module(module: str, arguments: Sequence[str], environment: Mapping[str, str], *, before: str = "") -> NoReturn:
    """Goes on, in a process that was just forked, as `python -m MODULE ARGUMENTS` does, and ends the process."""
    code = 1
    try:
        gc.freeze()  # no object of the parent is finalized here: its file descriptors may be others by now
        forking.reset_signals()
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [module, *arguments]
        _name_process(arguments)
        sys.path[0] = str(CHECKOUT)
        exec(before, {})
        sys.modules.pop(module, None)  # it runs as `__main__`
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = forking.exit_code(ended)
    except BaseException:  # as the interpreter does
        traceback.print_exc()
    finally:
        forking.leave(code)


def _name_process(arguments: Sequence[str]) -> None:
    """So that `ps` says what it runs; the system keeps 15 characters."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(" ".join(arguments[:2]))


if __name__ == "__main__":
    main(sys.argv[1])
