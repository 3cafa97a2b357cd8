"""Ports that nobody holds, outside the range from which the kernel lends them out."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

# Each process tries its own sequence, so that two test processes rarely meet; a taken port is passed over.
_ROUND = 5_000
_CANDIDATES: Iterator[int] = itertools.cycle(random.Random(os.getpid()).sample(range(20_000, 30_000, 2), _ROUND))


_LENT: set[int] = set()  # a range given away is not bound yet, and must not be given twice


def free(count: int = 1) -> int:
    """The first of `count` consecutive free ports, for UDP and TCP on loopback; even, and given to nobody else here."""
    for _ in range(2):
        once_round = (range(first, first + count) for first in itertools.islice(_CANDIDATES, _ROUND))
        found = next((p for p in once_round if all(port not in _LENT and _is_free(port) for port in p)), None)
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
