"""`python -m bench.instrument COMMAND …`: `standardiste COMMAND …` with named threads and timed statements.

For `script/bench --profile`. Parts are forks of the server, so all of them are instrumented. Each process writes what
it found into the folder that the variable BENCH_PROFILE names, in a file `<name>-<pid>.json`, when it ends. It counts
while the first byte of the file `phase` there is not 0: the number of the phase.
"""

import asyncio
import atexit
import json
import mmap
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

FOLDER_VARIABLE, PHASE_FILE = "BENCH_PROFILE", "phase"
THREAD_NAME_LENGTH = 15  # of proc(5)
COMMIT, TO_THREAD = "COMMIT", "to_thread: "
_STATEMENT_METHODS = ("do_execute", "do_executemany", "do_execute_no_params")

Key = tuple[int, str, str]
"""The phase, the thread, the statement."""


class Recorder:
    """Counts what is called in a phase, and its processor time in ms, by thread and statement."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with (folder / PHASE_FILE).open("r+b") as file:
            self._phase = mmap.mmap(file.fileno(), 1)  # goes on to be shared when the file is closed
        self._lock = threading.Lock()
        self._found: dict[Key, list[float]] = {}
        os.register_at_fork(after_in_child=self._found.clear)
        atexit.register(self._write)

    def measure(self, name: str, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """What `work` gives."""
        phase = self._phase[0]
        if not phase:
            return work(*arguments, **named)
        began = time.thread_time()
        try:
            return work(*arguments, **named)
        finally:
            used_ms = 1000 * (time.thread_time() - began)
            with self._lock:
                entry = self._found.setdefault((phase, threading.current_thread().name, name), [0, 0.0])
                entry[0] += 1
                entry[1] += used_ms

    def _write(self) -> None:
        rows = [[*key, *entry] for key, entry in self._found.items()]
        name = Path("/proc/self/comm").read_text().strip()
        (self._folder / f"{name}-{os.getpid()}.json").write_text(json.dumps(rows))


def instrument(recorder: Recorder) -> None:
    """This process and its forks name their threads for the kernel, and time statements, commits and `to_thread`."""

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def execute(dialect: object, cursor: object, statement: str, *rest: Any, **named: Any) -> Any:
            return recorder.measure(statement, method, dialect, cursor, statement, *rest, **named)

        return execute

    for name in _STATEMENT_METHODS:
        setattr(DefaultDialect, name, timed(getattr(DefaultDialect, name)))
    commit, to_thread, bootstrap = DefaultDialect.do_commit, asyncio.to_thread, threading.Thread._bootstrap_inner  # type: ignore[attr-defined]
    DefaultDialect.do_commit = lambda *arguments: recorder.measure(COMMIT, commit, *arguments)  # type: ignore[method-assign]

    async def run_in_thread(work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        name = TO_THREAD + getattr(work, "__qualname__", type(work).__name__)
        return await to_thread(recorder.measure, name, work, *arguments, **named)

    asyncio.to_thread = run_in_thread

    def named_bootstrap(thread: threading.Thread) -> None:
        with suppress(OSError):
            path = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
            path.write_text(thread.name.removeprefix("ThreadPoolExecutor-")[:THREAD_NAME_LENGTH])
        bootstrap(thread)

    threading.Thread._bootstrap_inner = named_bootstrap  # type: ignore[attr-defined]


if __name__ == "__main__":
    instrument(Recorder(Path(os.environ[FOLDER_VARIABLE])))
    from standardiste import cli

    sys.argv[0] = "standardiste"
    cli.main()
