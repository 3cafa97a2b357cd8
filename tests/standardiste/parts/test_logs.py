"""The lines of our logs."""

import fcntl
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

import pytest
from structlog.contextvars import bound_contextvars

from standardiste.parts import logs
from standardiste.parts.log_handler import MAX_QUEUED_LINES
from standardiste.parts.supervisor import _JsonLineFormat


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]):
    """`lines()`: the logged objects."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def logged() -> list[dict[str, str]]:
        root.handlers[0].flush()
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    yield logged
    root.handlers[:], root.level = before, level


def test_a_line_is_one_object_with_process_time_and_call(lines) -> None:
    with logs.json_logging("part"), bound_contextvars(call="1763757623.12"):
        logging.getLogger("somewhere").warning("something of %d", 2)
        logging.getLogger("elsewhere").error("by hand", extra={"call": "1763757623.13", "secret": "x"})

    first, second = lines()
    assert first["event"] == "something of 2"
    assert (first["level"], first["logger"], first["process"]) == ("warning", "somewhere", "part")
    assert first["timestamp"].endswith("Z")
    assert first["call"] == "1763757623.12"
    assert second["call"] == "1763757623.13"
    assert "secret" not in second


@pytest.mark.parametrize("number", ["+33639980001", "0639980001", "0033639980001", "33639980001", "+441632960000"])
def test_a_number_in_an_error_of_a_library_is_masked_and_a_call_reference_is_not(lines, number: str) -> None:
    with logs.json_logging("part"):
        try:
            raise ValueError(f"Key (e164)=({number}) already exists, says {number}.")
        except ValueError:
            logging.getLogger("x").exception("call 1763757623.12 failed by sip:%s@192.0.2.1", number)

    [line] = lines()
    assert number not in json.dumps(line)
    assert number[-7:] not in json.dumps(line)
    assert "1763757623.12" in line["event"]
    assert "192.0.2.1" in line["event"]


def test_an_error_that_ends_a_process_is_logged() -> None:
    program = "from standardiste.parts import logs\nwith logs.json_logging('part'): raise ValueError('no way')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert (json.loads(line)["level"], json.loads(line)["event"]) == ("critical", "no way")


TALKING = """
import logging, sys
from standardiste.parts import log_handler, logs
with logs.json_logging("part"):
    for n in range(2 * log_handler.MAX_QUEUED_LINES):
        logging.info("line %d", n)
    print("goes on", flush=True)
    sys.stdin.readline()
    logging.info("the last")
"""


@pytest.fixture
def talking() -> "Iterator[tuple[subprocess.Popen[str], IO[str]]]":
    """A process whose log is a full pipe, and the reading end of that pipe."""
    reading, writing = os.pipe()
    size = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1)  # a page, the smallest size
    os.write(writing, b" " * (size - 1) + b"\n")
    command = [sys.executable, "-c", TALKING]
    with open(reading) as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writing, text=True)
        os.close(writing)
        with process:
            yield process, log


def test_a_full_pipe_blocks_nothing_and_lost_lines_are_counted(talking) -> None:
    process, log = talking
    assert process.stdout.readline() == "goes on\n"

    assert log.readline().isspace()
    taken: list[str] = []
    while "lost" not in (event := json.loads(log.readline())["event"]):
        taken.append(event)
    process.stdin.close()

    assert taken == [f"line {n}" for n in range(len(taken))]
    assert event.startswith(f"{2 * MAX_QUEUED_LINES - len(taken)} lines ")
    assert [json.loads(line)["event"] for line in log] == ["the last"]
    assert process.wait() == 0


def test_a_process_ends_despite_a_full_pipe(talking) -> None:
    process, _ = talking
    assert process.communicate("", timeout=20) == ("goes on\n", None)
    assert process.returncode == 0


def test_the_lines_of_the_supervisor_are_like_ours() -> None:
    line = json.loads(_JsonLineFormat() % {"message": "exited: 'calls' %s", "levelname": "WARN", "asctime": ""})

    assert {"event", "level", "timestamp", "process"} <= line.keys()
    assert (line["event"], line["level"], line["process"]) == ("exited: 'calls' %s", "warning", "supervisor")
