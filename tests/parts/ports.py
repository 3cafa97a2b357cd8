"""Ports that nobody holds, outside the range from which the kernel lends them out."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

# Each process tries its own sequence, so that two test processes rarely meet; a taken port is passed over.
_CANDIDATES: Iterator[int] = itertools.cycle(random.Random(os.getpid()).sample(range(20_000, 30_000, 2), 5_000))


def free(count: int = 1) -> int:
    """The first of `count` consecutive free ports, for UDP and TCP on loopback; even."""
    return next(first for first in _CANDIDATES if all(_is_free(port) for port in range(first, first + count)))


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True
