"""The public server as a process."""

import os
import signal
from pathlib import Path

from fork_server import ForkedProcess
from public_server import VisitorClient, public_settings
from reception import wait_for

from standardiste.parts.web_server import is_healthy


class PublicProcess:
    """`standardiste serve-public`, or `code` that starts it; `log` is its output."""

    def __init__(self, base_url: str, folder: Path) -> None:
        self.settings = public_settings(var=folder / "var", database_url=base_url)
        self.client = VisitorClient(self.settings.public_root_url)
        self.log = folder / "public.log"
        self._process: ForkedProcess | None = None

    def start(self, code: str = "") -> None:
        """Returns when it answers."""
        names = ("var", "database_url", "public_port", "trusted_proxies")
        environment = {f"STANDARDISTE_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        with self.log.open("ab") as log:
            self._process = ForkedProcess(["serve-public"], os.environ | environment, stderr=log, before=code)
        wait_for(lambda: self._has_ended() or is_healthy(self.client.url), "the server to answer", 30)
        assert not self._has_ended(), self.log.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stops it; returns the exit code, negative for a signal."""
        assert self._process
        self._process.send_signal(number)
        return self._process.wait(30)

    def wait(self) -> int:
        """Waits for its end; returns the exit code."""
        assert self._process
        return self._process.wait(30)

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def close(self) -> None:
        if self._process and not self._has_ended():
            self._process.kill()
            self._process.wait(30)
        self.client.close()
