"""Free ports, outside the kernel's range of ephemeral ports."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

_FIRST, _LAST = map(int, os.environ.get("TEST_PORTS", "20000-30000").split("-"))  # another range for each run at once


def _own() -> range:
    """A free even port.

    Each process of a test run has a range of its own, because a port that was handed out and is not yet bound looks
    free to the others.
    """
    share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    of = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    size = (_LAST - _FIRST) // of // 2 * 2
    return range(_FIRST + share * size, _FIRST + (share + 1) * size, 2)


_OWN = _own()
# Runs of their own try other sequences; a taken port is passed over.
_CANDIDATES: Iterator[int] = itertools.cycle(random.Random(os.getpid()).sample(_OWN, len(_OWN)))
_LENT: set[int] = set()  # a range given away is not bound yet, and must not be given twice


def free(count: int = 1) -> int:
    """The first of `count` consecutive free ports, for UDP and TCP on loopback; even, and given to nobody else here."""
    for _ in range(2):
        once_round = (range(first, first + count) for first in itertools.islice(_CANDIDATES, len(_OWN)))
        within = (found for found in once_round if found.stop <= _OWN.stop)
        found = next((p for p in within if all(port not in _LENT and _is_free(port) for port in p)), None)
        if found:
            _LENT.update(found)
            return found[0]
        _LENT.clear()  # all were lent once; the first borrowers are long gone
    raise AssertionError(f"no {count} consecutive ports are free")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True
