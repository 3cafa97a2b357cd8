"""Asterisk with our configuration and a database, without our processes, except those that a test starts."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import child_processes
import databases
import ports
from fork_server import ForkedProcess
from reception import Reception

from ami.connection import AmiLogin
from records.database import migrate
from records.plan import plan_versions
from records.staff import agents
from standardiste.asterisk_reload import render_asterisk_config
from standardiste.installation import Installation
from standardiste.installation_folders import create_folders
from standardiste.preparation import SYSTEM_AUTHOR
from standardiste.switchboard import asterisk_config
from standardiste.trunk_import import import_trunks
from standardiste.trunk_key_file import ensure_key

PHONES = 50


class AsteriskOnly:
    """`start()` and `stop()` it; `switch()` runs the process that acts on it."""

    def __init__(self, var: Path, plan: str) -> None:
        # Its settings and ports; it is never started. Its trunk leads to nobody.
        outside = {"address": "127.0.0.6", "port": ports.free(), "qualify_s": 0}
        self._reception = Reception(var, trunks=json.dumps({"outside": outside}))
        self.settings, self.base_url = self._reception.settings, self._reception.settings.sqlalchemy_url
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare(plan)

    @cached_property
    def installation(self) -> Installation:
        return Installation(self.settings)

    @property
    def database(self):
        return self._reception.database

    @property
    def ami_login(self) -> AmiLogin:
        return AmiLogin(self.settings.ami_port, asterisk_config.AMI_USER, self.settings.ami_secret_file.read_text())

    @property
    def reception(self) -> Reception:
        """The URI of its telephones and callers."""
        return self._reception

    def start(self) -> None:
        configuration = str(self.settings.asterisk_etc / "asterisk.conf")
        self._process = child_processes.start_asterisk([*self.installation.asterisk.command, "-C", configuration])
        deadline = time.monotonic() + 30
        while "fully booted" not in self.run_command("core waitfullybooted"):
            assert time.monotonic() < deadline and self._process.poll() is None, "Asterisk did not start"

    def kill(self) -> None:
        """Kills it, as a crash would."""
        assert self._process
        self._process.kill()
        self._process.wait(10)

    def restart(self) -> None:
        """Ends it and starts it again; it knows what has registered."""
        assert self._process
        self._process.terminate()
        self._process.wait(20)
        self.start()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)
        self.installation.close()
        self._reception.stop()  # what it has opened for us

    def run_command(self, line: str) -> str:
        """The output of a command of Asterisk."""
        return self.installation.asterisk_cli.run(line)

    @contextmanager
    def run_switch(self, log: Path | None = None) -> Iterator[ForkedProcess]:
        """A process of the part `switch` for this Asterisk; its log goes to a file."""
        with (log or Path(os.devnull)).open("ab") as file:
            process = ForkedProcess(["serve-switch"], os.environ | self._reception.environment, stderr=file)
            try:
                yield process
            finally:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                process.wait(20)

    def _prepare(self, plan: str) -> None:
        settings = self.settings
        create_folders(settings)
        settings.ami_secret_file.write_text("a-secret-of-the-test")
        if settings.sqlite_file:
            shutil.copy(databases.migrated_file(), settings.sqlite_file)
        else:
            migrate.upgrade(self.base_url)
        agents.create_sip_accounts(self.database, {f"p{n:02}": f"password-of-p{n:02}" for n in range(1, PHONES + 1)})
        plan_versions.save_plan(self.database, plan, author=SYSTEM_AUTHOR, at=datetime.now(UTC))
        ensure_key(settings.trunk_key_file)
        import_trunks(self.installation, datetime.now(UTC))
        render_asterisk_config(self.installation)
