"""Which tests one process runs together: those of a file, of a part of a long file, or of files that share a server."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

LOT = pytest.StashKey[str]()
"""The lot of a test."""

# How many processes share a file whose tests wait for minutes in all, while each has FEWEST of them.
FEWEST = 5
PARTS = {
    "calls/test_waiting": 2,
    "calls/test_callback_calls": 2,
    "calls/test_overflow": 2,
    "standardiste/test_server": 3,
    "standardiste/test_backup": 2,
}
# Files that use one reception, which is started once for all of them.
TOGETHER = {
    "calls/test_hours": "calls/reception-of-plan",
    "calls/test_menu": "calls/reception-of-plan",
    "calls/test_message": "calls/reception-of-plan",
    "calls/test_stopwatch": "calls/reception-of-plan",
    "calls/test_waiting": "calls/reception-with-centres",
    "calls/test_overflow": "calls/reception-with-centres",
    "calls/test_staff": "calls/reception-of-staff",
    "calls/test_staff_line": "calls/reception-of-staff",
    "calls/test_presence": "calls/reception-of-staff",
    "calls/test_phone_page": "calls/reception-of-staff",
    "calls/test_callers": "calls/reception-of-callers",
    "calls/test_trial_call": "calls/reception-of-callers",
    "calls/test_failures": "calls/reception-of-callers",
    "calls/test_recorded_message": "calls/reception-of-callers",
    "calls/test_signalling": "calls/reception-of-callers",
    "faults/test_short_grid": "faults/workload",
    "faults/test_planted_faults": "faults/workload",
}


def divide(items: Sequence[pytest.Item]) -> None:
    """Notes the lot of each test."""
    for item, lot in zip(items, find_lots([item.nodeid for item in items]), strict=True):
        item.stash[LOT] = lot


def find_lots(tests: Sequence[str]) -> list[str]:
    """The lot of each test (node id). Neighbours stay together, so that a process prepares their fixtures once."""
    files = [_file(test) for test in tests]
    sizes, seen, lots = Counter(files), Counter[str](), list[str]()
    for file in files:
        part = seen[file] * _parts(file, sizes[file]) // sizes[file]
        seen[file] += 1
        lots.append(f"{TOGETHER.get(file, file)}-{part}")
    return lots


def _file(test: str) -> str:
    path = PurePath(test.partition("::")[0])
    return f"{path.parent.name}/{path.stem}"


def _parts(file: str, tests: int) -> int:
    return min(PARTS.get(file, 1), max(1, tests // FEWEST))


class LotScheduling(LoadScopeScheduling):
    """Gives each process one lot after another. The groups of pytest-xdist 3.8 are lost with pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return self._lots[nodeid]

    def schedule(self) -> None:
        tests = next(iter(self.registered_collections.values()))
        self._lots = dict(zip(tests, find_lots(tests), strict=True))
        super().schedule()
