"""Parts as forks of a process that has imported their code: they share its memory, and start at once.

An interpreter with the code of all parts takes some 90 MB, and a fork of it keeps for itself only what it changes. For
the supervisor nothing differs from a program: a part has its own process id, environment, output and parent, and its
end is reported. What a fork inherits and must not keep is reset or closed here: signals, descriptors, finalizers.
"""

import atexit
import ctypes
import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from subprocess import TimeoutExpired
from typing import NoReturn

MODULES_BY_PART: Mapping[str, Sequence[str]] = {
    "calls": ("standardiste.parts.calls_watchdog", "standardiste.parts.calls_worker"),
    "switch": ("standardiste.parts.switch",),
    "public": ("standardiste.parts.public",),
    "console": ("standardiste.parts.console",),
    "live": ("standardiste.parts.live",),
    "centre": ("standardiste.parts.centre",),
    "webhooks": ("standardiste.parts.webhooks", "standardiste.personal_data.purging"),
    "metrics": ("standardiste.parts.metrics",),
}
"""What a part imports; Asterisk has no Python."""

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LAST_DESCRIPTOR = 1_000_000
_M_ARENA_MAX, _ARENAS = -8, 2  # mallopt(3)
_GAPS, _MOST_GAPS = (65536, 16384, 4096, 2048, 1024, 512, 256, 128, 64, 24), 20_000
_FIRST_PAUSE_S, _MAX_PAUSE_S = 0.0005, 0.05
_is_fork = False


def is_fork() -> bool:
    """Whether this process is a part that began as a fork: then it has the code of its own children too."""
    return _is_fork


def import_code(parts: Iterable[str]) -> None:
    """Imports the code of these parts, once for all forks. No thread may run, and nothing may be open."""
    # numpy would start a thread for each processor, and a fork has none of them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _limit_malloc_arenas()
    gc.disable()
    import_module("standardiste.commands.parts")
    for part in parts:
        for module in MODULES_BY_PART.get(part, ()):
            import_module(module)


def freeze() -> None:
    """To be called before the first fork: the collector and new objects then write to no page of what exists."""
    gc.collect()
    _fill_gaps()
    gc.freeze()
    gc.enable()


class ForkedProcess:
    """A child process that goes on with `run`, with the methods of `subprocess.Popen`."""

    def __init__(self, run: Callable[[], NoReturn]) -> None:
        self.returncode: int | None = None
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                run()
            except BaseException:  # `run` itself reports what fails in the part
                traceback.print_exc()
            finally:
                os._exit(1)

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        if timeout is None:
            if self.returncode is None:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            return self.returncode
        deadline, pause_s = time.monotonic() + timeout, _FIRST_PAUSE_S
        while (code := self.poll()) is None:
            if (left_s := deadline - time.monotonic()) <= 0:
                raise TimeoutExpired("standardiste", timeout)
            time.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, _MAX_PAUSE_S)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def fork_command(*arguments: str, keep: Iterable[int] = (), own_session: bool = False) -> ForkedProcess:
    """Starts `standardiste ARGUMENTS` as a fork of this process.

    Of the open descriptors it keeps standard output, standard error and `keep`. Without `own_session` it receives
    SIGTERM when this process ends.
    """

    def run() -> NoReturn:
        if own_session:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        else:
            end_with_parent()
        close_descriptors(keep)
        run_command(arguments, os.environ.copy())

    return ForkedProcess(run)


def fork_function(run: Callable[[], object], name: str) -> ForkedProcess:
    """Runs it in a fork that ends with this process, and exits with 0 when it returns."""

    def become() -> NoReturn:
        end_with_parent()
        run_forked(run, name, os.environ.copy())

    return ForkedProcess(become)


def end_with_parent() -> None:
    """Has the kernel send SIGTERM to this process when the thread ends that started it; this survives exec."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended just before
        os._exit(128 + signal.SIGTERM)


def close_descriptors(keep: Iterable[int] = ()) -> None:
    """Closes what was inherited, except the standard streams and `keep`."""
    kept = sorted({2, *keep})
    for before, after in zip(kept, [*kept[1:], _LAST_DESCRIPTOR], strict=True):
        os.closerange(before + 1, after)


def run_command(arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """In a process that was just forked: runs `standardiste ARGUMENTS` and ends the process with its exit code."""

    def run() -> None:
        sys.argv = ["standardiste", *arguments]
        import_module("standardiste.cli").main(list(arguments))  # the program, as another process would start it

    run_forked(run, arguments[0], environment)


def run_forked(run: Callable[[], object], name: str, environment: Mapping[str, str]) -> NoReturn:
    """In a process that was just forked: runs it as a process called `name`, and ends as an interpreter ends."""
    global _is_fork
    code = 1
    try:
        gc.freeze()  # no object of the parent is finalized here: its descriptors may be others by now
        reset_signals()
        os.environ.clear()
        os.environ.update(environment)
        _is_fork = True
        with suppress(OSError):
            Path("/proc/self/comm").write_text(name)  # for `ps` and `top`; the system keeps 15 characters
        run()
        code = 0
    except SystemExit as ended:
        code = exit_code(ended)
    except BaseException:
        traceback.print_exc()
    finally:
        leave(code)


def _fill_gaps() -> None:
    """Takes the gaps that freed memory has left between what is in use, and returns what is free at the end.

    SQLite asks for thousands of small pieces for each connection. From the gaps, each would take a page out of the
    memory that forks share; behind them, they need a few pages of their own. https://man7.org/linux/man-pages/man3/malloc.3.html
    """
    with suppress(AttributeError, OSError):  # another C library
        library = ctypes.CDLL(None)
        library.sbrk.restype = library.malloc.restype = ctypes.c_void_p
        library.malloc_trim(0)
        end = library.sbrk(0)
        for size in _GAPS:
            for _ in range(_MOST_GAPS):
                if not (piece := library.malloc(size)) or piece >= end - size:
                    break


def reset_signals() -> None:
    """As in an interpreter that has just started."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def exit_code(ended: SystemExit) -> int:
    """The exit code of the process; prints the text that `sys.exit` was given."""
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    print(ended.code, file=sys.stderr)
    return 1


def leave(code: int) -> NoReturn:
    """Ends this process as the interpreter does: waits for threads, and calls the registered functions."""
    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _limit_malloc_arenas() -> None:
    """Python allocates most of its memory itself; by default glibc keeps an arena for nearly every thread."""
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
