"""Which tests one process runs together: those of a file, of a part of a long file, or of files that share a server."""

import re
from collections import Counter

import pytest

# How many processes share a file whose tests wait for minutes in all.
PARTS = {
    "calls/test_waiting": 3,
    "calls/test_callback_calls": 3,
    "calls/test_overflow": 2,
    "faults/test_short_grid": 2,
    "faults/test_planted_faults": 2,
    "standardiste/test_server": 3,
    "standardiste/test_backup": 2,
}
# Files that use one reception, which is started once for all of them.
TOGETHER = {
    "calls/test_hours": "calls/reception-of-plan",
    "calls/test_menu": "calls/reception-of-plan",
    "calls/test_message": "calls/reception-of-plan",
    "calls/test_staff": "calls/reception-of-staff",
    "calls/test_staff_line": "calls/reception-of-staff",
    "calls/test_presence": "calls/reception-of-staff",
    "calls/test_callers": "calls/reception-of-callers",
    "calls/test_failures": "calls/reception-of-callers",
    "calls/test_recorded_message": "calls/reception-of-callers",
    "calls/test_signalling": "calls/reception-of-callers",
    "faults/test_short_grid": "faults/workload",
    "faults/test_planted_faults": "faults/workload",
}
_LOT = re.compile(r"@\w+/[\w-]+-\d+$")


def divide(items: list[pytest.Item]) -> None:
    """Keeps neighbouring tests together, so that each process prepares their fixtures once."""
    files = [f"{item.path.parent.name}/{item.path.stem}" for item in items]
    sizes, seen = Counter(files), Counter[str]()
    for item, file in zip(items, files, strict=True):
        part = seen[file] * PARTS.get(file, 1) // sizes[file]
        seen[file] += 1
        item.add_marker(pytest.mark.xdist_group(f"{TOGETHER.get(file, file)}-{part}"))


def without_lot(test: str) -> str:
    """The name of a test without the suffix of pytest-xdist."""
    return _LOT.sub("", test)
