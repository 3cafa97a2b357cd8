"""The priority of tests: those that compute give way to those with receptions, whose calls cannot wait."""

import os
from pathlib import Path

REAL_TIME = ("faults", "calls", "standardiste", "ami", "caller", "dialplan")
"""The folders of tests with Asterisk, telephones and real time."""

GIVES_WAY = 10
"""The niceness of a test that computes, above that of the run: a tenth of the share of a call."""

_TESTS = Path(__file__).parent.parent


def is_real_time(file: Path) -> bool:
    return file.relative_to(_TESTS).parts[0] in REAL_TIME


def give_way(file: Path, base: int) -> None:
    """Lowers the priority of this process, for good, if the test in this file computes."""
    if not is_real_time(file) and own() == base:
        os.nice(GIVES_WAY)


def own() -> int:
    """The niceness of this process, which those inherit that it starts."""
    return os.getpriority(os.PRIO_PROCESS, 0)
