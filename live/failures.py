"""Failures of browsers, counted by their address: one that fails again and again is refused for a while."""

from collections import OrderedDict
from collections.abc import Callable

MAX_FAILURES = 20
WINDOW_S = 600.0
MAX_ADDRESSES = 10_000


class Failures:
    """What addresses have failed within WINDOW_S seconds; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, address: str) -> None:
        since, count = self._found.pop(address, (self._clock(), 0))
        if self._clock() - since > WINDOW_S:
            since, count = self._clock(), 0
        self._found[address] = since, count + 1
        if len(self._found) > MAX_ADDRESSES:
            self._found.popitem(last=False)

    def is_refused(self, address: str) -> bool:
        since, count = self._found.get(address, (0.0, 0))
        return count >= MAX_FAILURES and self._clock() - since <= WINDOW_S
