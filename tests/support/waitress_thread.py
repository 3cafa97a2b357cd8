"""A waitress server in a thread of the test process, as our processes run it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from waitress import wasyncore

from standardiste.parts.web_server import WebServer


@contextmanager
def running(server: WebServer) -> Iterator[None]:
    """Serves until the end of the block, and leaves no thread or socket behind."""
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)

    thread = threading.Thread(target=serve, name="waitress")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        server.trigger.pull_trigger()  # wakes the thread that serves
        thread.join()
        wasyncore.close_all(server._map)
        server.task_dispatcher.shutdown()
