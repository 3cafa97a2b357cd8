"""Asterisk with our configuration and a base, and none of our processes but those that a test starts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import ports
from reception import Reception

from ami.link import Account
from records import migrate, people, plans
from standardiste import rundir
from standardiste.installation import Installation
from standardiste.preparation import OURSELVES
from standardiste.server import asterisk_says
from standardiste.settings import CHECKOUT

PHONES = 50


class Switchboard:
    """`start()` and `stop()` it; `switch()` runs the process that acts on it."""

    def __init__(self, var: Path, plan: str) -> None:
        # Its settings and ports; it is never started. Its trunk leads to nobody.
        outside = {"address": "127.0.0.6", "port": ports.free(), "qualify_s": 0}
        self._reception = Reception(var, trunks=json.dumps({"outside": outside}))
        self.settings, self.base_url = self._reception.settings, self._reception.settings.base_url
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare(plan)

    @cached_property
    def house(self) -> Installation:
        return Installation(self.settings)

    @property
    def base(self):
        return self._reception.base

    @property
    def account(self) -> Account:
        return Account(self.settings.ami_port, rundir.AMI_USER, self.settings.ami_secret.read_text())

    @property
    def reception(self) -> Reception:
        """For its telephones and callers."""
        return self._reception

    def start(self) -> None:
        command = [*self.house.asterisk.command, "-C", str(self.settings.etc / "asterisk.conf"), "-f", "-n"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while "fully booted" not in self.says("core waitfullybooted"):
            assert time.monotonic() < deadline and self._process.poll() is None, "Asterisk did not start"

    def kill(self) -> None:
        """As a crash would."""
        assert self._process
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)
        self.house.close()
        self._reception.stop()  # what it has opened for us

    def says(self, line: str) -> str:
        """What Asterisk's console answers."""
        return asterisk_says(self.house, line)

    @contextmanager
    def switch(self, log: Path | None = None) -> Iterator["subprocess.Popen[bytes]"]:
        """A process that acts on this Asterisk; its log goes to a file."""
        with (log or Path(os.devnull)).open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "standardiste", "serve-switch"],
                env=os.environ | self._reception.environment,
                cwd=CHECKOUT,
                stderr=file,
            )
            try:
                yield process
            finally:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(20)

    def _prepare(self, plan: str) -> None:
        settings = self.settings
        rundir.make_folders(settings)
        settings.ami_secret.write_text("a-secret-of-the-test")
        migrate.upgrade(self.base_url)
        people.prepare_phones(self.base, {f"p{n:02}": f"password-of-p{n:02}" for n in range(1, PHONES + 1)})
        plans.save(self.base, plan, author=OURSELVES, at=datetime.now(UTC))
        rundir.render(settings, self.house.asterisk, self.house.plan, people.phones(self.base))
