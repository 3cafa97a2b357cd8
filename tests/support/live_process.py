"""`serve-live` as a process beside a console, and listeners to its events, as the browsers of users."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import TracebackType
from typing import Any

from console_process import ConsoleProcess
from fork_server import ForkedProcess
from reception import wait_for

from records.users import sessions
from records.users.users import User
from standardiste.parts.web_server import is_part_healthy


class Listener:
    """The events of one open page: `bytes` is all that it was sent, `names` the names of all events in order."""

    def __init__(self, connection: HTTPConnection, answer: HTTPResponse) -> None:
        self._connection, self._answer = connection, answer
        self.bytes, self.is_closed = b"", threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def names(self) -> list[str]:
        return [name for event in self.events for name in event.get("changed", ())]

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self.bytes.decode().splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ") and line.endswith("}")]

    def wait_for(self, name: str) -> None:
        wait_for(lambda: name in self.names, f"an event {name}", 10)

    def close(self) -> None:
        if self._connection.sock:
            self._connection.sock.close()
        self._answer.close()
        self._connection.close()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self) -> None:
        try:
            while line := self._answer.readline():
                self.bytes += line
        except (OSError, HTTPException, ValueError, AttributeError):  # closed by us
            pass
        self.is_closed.set()


class LiveProcess:
    """The process; `console` has its settings and its users."""

    def __init__(self, console: ConsoleProcess) -> None:
        self.console, self.log = console, console.log.with_name("live.log")
        self._process: ForkedProcess | None = None

    @property
    def port(self) -> int:
        return self.console.settings.live_port

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def is_healthy(self) -> bool:
        return is_part_healthy(self.console.settings.health_socket("live"))

    def start(self) -> None:
        """Returns when it answers."""
        with self.log.open("ab") as log:
            self._process = ForkedProcess(["serve-live"], self.console.environment, stderr=log)
        wait_for(lambda: self._process is None or self._process.poll() is not None or self.is_healthy, "serve-live", 30)
        assert self.is_healthy, self.log.read_text()

    def stop(self) -> int:
        """Stops it; returns its exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(30)

    def wait(self) -> None:
        """Returns when it has ended."""
        assert self._process
        self._process.wait(30)

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)

    def request(self, cookie: str = "", **headers: str) -> tuple[HTTPConnection, HTTPResponse]:
        """What it answers at the address of events; `headers` with _ for -."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", "/live/events", headers=sent | ({"Cookie": cookie} if cookie else {}))
        return connection, connection.getresponse()

    def listen(self, user: User) -> Listener:
        """An open page of this user, in a session of its own. Returns once it will be told of every change."""
        connection, answer = self.request(self.cookie(self.log_in(user)))
        assert answer.status == 200, answer.read()
        listener = Listener(connection, answer)
        wait_for(lambda: "open" in listener.names, "the first event", 10)
        return listener

    def log_in(self, user: User, *, second_factor: bool = True) -> str:
        """The secret of a new session."""
        return sessions.start_session(self.console.database, user.id, second_factor=second_factor, at=datetime.now(UTC))

    def cookie(self, secret: str) -> str:
        return f"standardiste={self.console.sign_cookie(secret)}"


@contextmanager
def running_live(console: ConsoleProcess) -> Iterator[LiveProcess]:
    live = LiveProcess(console)
    live.start()
    try:
        yield live
    finally:
        live.kill()
