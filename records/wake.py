"""A bell between processes of one machine: whoever changed what somebody sleeps on wakes the sleeper at once.

It carries no words: the rows do. A lost ring costs the sleeper the time to its next look, never a change.
"""

import contextlib
import socket
from pathlib import Path


def ring(bell: Path) -> None:
    """Wakes whoever sleeps at `bell`; nobody may be there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        sender.sendto(b"!", str(bell))


def hung(bell: Path) -> socket.socket:
    """The sleeper's end: readable once for each ring, non-blocking; its owner closes it.

    It takes the place of an earlier sleeper's. unix(7) allows a path of 107 bytes. Raises OSError.
    """
    sleeper = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        sleeper.setblocking(False)
        bell.unlink(missing_ok=True)
        sleeper.bind(str(bell))
    except OSError:
        sleeper.close()
        raise
    return sleeper
