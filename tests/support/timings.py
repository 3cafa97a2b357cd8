"""Where a run spent its time: the slowest tests, and the sum of each folder."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from lots import without_lot

SLOWEST = 10


def lines(durations: Iterable[tuple[str, float]]) -> list[str]:
    """What to print for these parts of tests: (node id, seconds), where a test has a set-up, a call and an end."""
    tests: Counter[str] = Counter()
    for test, seconds in durations:
        tests[without_lot(test)] += seconds
    folders: Counter[str] = Counter()
    for test, seconds in tests.items():
        folders[str(PurePath(test.partition("::")[0]).parent)] += seconds
    slowest = [f"{seconds:7.1f} s  {test}" for test, seconds in tests.most_common(SLOWEST)]
    sums = [f"{seconds:7.1f} s  {folder}" for folder, seconds in folders.most_common()]
    return [f"The {len(slowest)} slowest tests:", *slowest, "The sum of each folder, over all processes:", *sums]
