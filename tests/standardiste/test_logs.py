"""What a line of a log holds, and what it never does."""

import json
import logging
import subprocess
import sys

import pytest
from structlog.contextvars import bound_contextvars

from standardiste import logs
from standardiste.supervisor import _JsonLine


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]):
    """`lines()`: what was logged, as objects."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers[:], root.level = before, level


def test_a_line_is_one_object_with_its_process_its_time_and_its_call(lines) -> None:
    with logs.of("part"), bound_contextvars(call="1763757623.12"):
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
def test_a_number_in_somebody_elses_error_is_masked_and_a_reference_is_not(lines, number: str) -> None:
    with logs.of("part"):
        try:
            raise ValueError(f"Key (e164)=({number}) already exists, says {number}.")
        except ValueError:
            logging.getLogger("x").exception("call 1763757623.12 failed by sip:%s@192.0.2.1", number)

    [line] = lines()
    assert number not in json.dumps(line)
    assert number[-7:] not in json.dumps(line)
    assert "1763757623.12" in line["event"]
    assert "192.0.2.1" in line["event"]


def test_the_end_of_a_process_by_an_error_is_a_line_too() -> None:
    program = "from standardiste import logs\nwith logs.of('part'): raise ValueError('no way')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert (json.loads(line)["level"], json.loads(line)["event"]) == ("critical", "no way")


def test_the_supervisors_lines_are_like_ours() -> None:
    line = json.loads(_JsonLine() % {"message": "exited: 'calls' %s", "levelname": "WARN", "asctime": ""})

    assert {"event", "level", "timestamp", "process"} <= line.keys()
    assert (line["event"], line["level"], line["process"]) == ("exited: 'calls' %s", "warning", "supervisor")
