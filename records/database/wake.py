"""Wakes a process of the same machine that waits for changes in the database.

The datagram carries no data: the rows do. A lost datagram delays the process until its next poll, no longer.
"""

import contextlib
import errno
import socket
from pathlib import Path

MAX_TRIES = 100


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
        _replace(sleeper, path)
    except OSError:
        sleeper.close()
        raise
    return sleeper


def _replace(sleeper: socket.socket, path: Path) -> None:
    """Another process that does the same may bind between our two steps; whoever comes last stays."""
    for tries_left in reversed(range(MAX_TRIES)):
        path.unlink(missing_ok=True)
        try:
            sleeper.bind(str(path))
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not tries_left:
                raise
