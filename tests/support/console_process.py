"""The staff console as a process, and people at browsers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import plan_variants
import ports
from browser import TIMEOUT_MS
from flask import Flask
from fork_server import ForkedProcess
from playwright.sync_api import Browser, Page
from reception import wait_for

from console.app import create_app
from records.actor import command_line_actor
from records.database.engine import Database
from records.plan import plan_versions
from records.users import administration, invitations, sessions
from records.users.invitees import Invitee
from records.users.users import User
from routing.access.permissions import Role
from standardiste.installation import Installation
from standardiste.parts.console import create_app_context
from standardiste.parts.web_server import is_healthy
from standardiste.settings import Settings

PASSWORD = "lune pavé citron"


class ConsoleProcess:
    """`standardiste serve-console` on a database; `log` is its output; `more`: further settings."""

    def __init__(self, database: Database, base_url: str, folder: Path, plan: str = "", **more: object) -> None:
        self.database = database
        self._own = {
            "console_port": ports.free(),
            "live_port": ports.free(),
            "parts": "console",
            "var": folder / "var",
            "database_url": base_url,
            **more,
        }
        self.settings = Settings.model_validate(self._own)
        self.settings.console_secret_file.parent.mkdir(parents=True)
        self.settings.console_secret_file.write_text("of the tests")
        plan_versions.save_plan(database, plan or plan_variants.PLAN.read_text(), author="test", at=datetime.now(UTC))
        self.url, self.log = self.settings.console_local_url, folder / "console.log"
        self._process: ForkedProcess | None = None
        self._contexts: list[object] = []
        self.installation = Installation(self.settings)

    @cached_property
    def app(self) -> Flask:
        """The application that the process serves."""
        return create_app(create_app_context(self.installation))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of processes with these settings."""
        return os.environ | {f"STANDARDISTE_{name.upper()}": str(value) for name, value in self._own.items()}

    def start(self) -> None:
        """Returns when it answers."""
        with self.log.open("ab") as log:
            self._process = ForkedProcess(["serve-console"], self.environment, stderr=log)
        wait_for(lambda: self.has_ended() or is_healthy(self.url), "the console to answer", 30)

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self) -> int:
        """Stops it; returns its exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(30)

    def add_user(self, role: Role, name: str, *, password: str | None = PASSWORD) -> User:
        """A user who has accepted their invitation; with a password of None, an invited one."""
        now = datetime.now(UTC)
        newcomer = Invitee(name, f"{name.split()[0].lower()}@example.org", role, "fr")
        (invited,) = administration.invite_users(self.database, command_line_actor("test"), [newcomer], at=now)
        if password:
            invitations.accept_invitation(self.database, invited.secret, password, at=now)
        return invited.user

    def open_page(self, browser: Browser, account: User | None = None, **options: object) -> Page:
        """A page of a new browser; with a user, in a complete session."""
        context = browser.new_context(**{"locale": "fr", **options})
        self._contexts.append(context)
        if account:
            secret = sessions.start_session(self.database, account.id, second_factor=True, at=datetime.now(UTC))
            context.add_cookies([{"name": "standardiste", "value": self.sign_cookie(secret), "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        if self._process and not self.has_ended():
            self._process.kill()
            self._process.wait(30)
        self.installation.close()

    def sign_cookie(self, secret: str) -> str:
        """The value of the cookie of the session with this secret."""
        signed = self.app.session_interface.get_signing_serializer(self.app)
        assert signed
        return str(signed.dumps({"token": secret}))


@contextmanager
def running_console(database: Database, base_url: str, folder: Path) -> Iterator[ConsoleProcess]:
    opened = ConsoleProcess(database, base_url, folder)
    opened.start()
    try:
        yield opened
    finally:
        opened.close()
