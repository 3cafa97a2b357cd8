"""Parts of a reception that do not run under its supervisor."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import child_processes
from reception import Reception, wait_for

from agi.checks import check_fastagi_server
from standardiste.settings import CHECKOUT

FAKE_CLOCK = Path(__file__).parent / "fake_clock"
FAKETIME_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
"""Debian's libfaketime, if it is installed."""


@contextmanager
def run_parts(
    reception: Reception,
    *parts: str,
    before: tuple[str, ...] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Runs these parts behind a command, or in another environment."""
    reception.supervisorctl("stop", *parts)
    processes = [_start_part(reception, part, before, environment) for part in parts]
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        reception.supervisorctl("start", *parts)


def _start_part(
    reception: Reception, part: str, before: tuple[str, ...], environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Starts a part, with its log in the file of the supervisor."""
    with (reception.settings.log / f"{part}.log").open("ab") as log:
        return child_processes.start(
            [*before, sys.executable, "-m", "standardiste", f"serve-{part}"],
            env=os.environ | reception.environment | environment,
            cwd=CHECKOUT,
            stderr=log,
        )


@contextmanager
def run_parts_with_fake_clock(
    reception: Reception, file: Path, *parts: str, by_s: int = 0
) -> Iterator[tuple[Callable[[int], None], list["subprocess.Popen[bytes]"]]]:
    """Runs these parts with a fake wall clock, which is set through `file`; durations are not changed."""

    def set_by(seconds: int) -> None:
        new = file.with_suffix(".new")
        new.write_text(f"{seconds:+d}")
        os.replace(new, file)

    set_by(by_s)
    faked = {
        "LD_PRELOAD": str(FAKETIME_LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(FAKE_CLOCK),
    }
    with run_parts(reception, *parts, environment=faked) as processes:
        yield set_by, processes


def wait_for_agi(reception: Reception) -> None:
    """Returns when our FastAGI server answers."""
    wait_for(
        lambda: all(check.ok for check in check_fastagi_server(reception.settings.agi_port)), "our code to answer", 30
    )
