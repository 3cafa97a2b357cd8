"""Wakes a process of the same machine that waits for changes in the database.

The datagram carries no data: the rows do. A lost datagram delays the process until its next poll, no longer.
"""

import contextlib
import socket
from pathlib import Path


def wake(path: Path) -> None:
    """Wakes the process that waits at `path`, if there is one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        sender.sendto(b"!", str(path))


def bind(path: Path) -> socket.socket:
    """The waiting end: non-blocking, readable once for each datagram; the caller closes it.

    It replaces the socket of an earlier process. unix(7) limits a path to 107 bytes. Raises OSError.
    """
    sleeper = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        sleeper.setblocking(False)
        path.unlink(missing_ok=True)
        sleeper.bind(str(path))
    except OSError:
        sleeper.close()
        raise
    return sleeper
