"""The instruments of `script/bench --profile`, in processes of their own, because they change the interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.instrument import COMMIT, PHASE_FILE

PROGRAM = """
import asyncio, os, sys, threading
from pathlib import Path
from sqlalchemy import create_engine
from bench.instrument import PHASE_FILE, Recorder, instrument

folder = Path(sys.argv[1])
instrument(Recorder(folder))
engine = create_engine(f"sqlite:///{folder / 'base'}")

def write():
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (?)", [(1,), (2,)])

write()  # no phase: it is not counted
engine.dispose()
with (folder / PHASE_FILE).open("r+b") as file:
    file.write(bytes([2]))
if (child := os.fork()) == 0:
    def work():
        print(Path(f"/proc/self/task/{threading.get_native_id()}/comm").read_text().strip(), flush=True)
        write()
    thread = threading.Thread(target=work, name="a writer with a long name")
    thread.start()
    thread.join()
    asyncio.run(asyncio.to_thread(write))
    sys.exit()
os.waitpid(child, 0)
"""


@pytest.fixture
def found(tmp_path: Path) -> tuple[str, list[list[object]]]:
    """The name of the thread for the kernel, and what the forked process has written."""
    (tmp_path / PHASE_FILE).write_bytes(b"\0")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    rows = [row for file in tmp_path.glob("*.json") for row in json.loads(file.read_text())]
    return done.stdout.strip(), rows


def test_a_fork_counts_its_statements_by_phase_and_thread(found: tuple[str, list[list[object]]]) -> None:
    thread_name, rows = found
    counts = {(phase, thread, statement): count for phase, thread, statement, count, _ in rows}

    assert thread_name == "a writer with a"
    writer = "a writer with a long name"
    assert counts[2, writer, "INSERT INTO t VALUES (?)"] == counts[2, writer, COMMIT] == 1
    assert counts[2, "asyncio_0", "to_thread: write"] == counts[2, "asyncio_0", "INSERT INTO t VALUES (?)"] == 1
    assert {phase for phase, *_ in counts} == {2}
    assert all(0 < ms < 1000 for *_, ms in rows)
