"""A FastAGI worker for tests: our server with one request, which sends its process id and waits for the response.

Writes its id into <folder>/started; the file <folder>/ill makes it end before its first heartbeat, <folder>/short-lived
just after it.
"""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from agi.channel import Channel
from agi.server import FastAgiServer, pipe_heartbeat


def _dying(beat: Callable[[], None]) -> Callable[[], None]:
    def once() -> None:
        beat()
        os._exit(1)

    return once


def main(folder: Path, drain_s: float, listener: int, heartbeat: int) -> None:
    with (folder / "started").open("a") as started:
        started.write(f"{os.getpid()}\n")
    if (folder / "ill").exists():
        sys.exit("ill")
    beat = pipe_heartbeat(heartbeat)
    FastAgiServer(
        socket.socket(fileno=listener),
        {"who": lambda channel: Channel.verbose(channel, str(os.getpid()))},
        max_sessions=50,
        heartbeat=_dying(beat) if (folder / "short-lived").exists() else beat,
    ).run(drain_s)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[4]), int(sys.argv[6]))
