"""The staff console as the process that it is in service, and people at browsers before it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import plans
import ports
from browser import PATIENCE_MS
from flask import Flask
from playwright.sync_api import Browser, Page
from reception import wait_for

from console.app import create_app
from records import account_changes, console_sessions, invitations
from records import plans as plan_versions
from records.accounts import Account
from records.base import Base
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role
from standardiste.installation import Installation
from standardiste.serve_console import door
from standardiste.settings import CHECKOUT, Settings
from standardiste.web_server import answers

PASSWORD = "lune pavé citron"


class Office:
    """`standardiste serve-console` on `base`; `log` is what it wrote."""

    def __init__(self, base: Base, base_url: str, folder: Path, plan: str = "") -> None:
        self.base = base
        self.settings = Settings.model_validate(
            {"console_port": ports.free(), "var": folder / "var", "database_url": base_url}
        )
        self.settings.console_secret.parent.mkdir(parents=True)
        self.settings.console_secret.write_text("of the tests")
        plan_versions.save(base, plan or plans.PLAN.read_text(), author="test", at=datetime.now(UTC))
        self.url, self.log = self.settings.console_here, folder / "console.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._contexts: list[object] = []
        self._house = Installation(self.settings)

    @cached_property
    def app(self) -> Flask:
        """What the process serves, to be asked what it is made of."""
        return create_app(door(self._house))

    def start(self) -> None:
        """Returns when it answers."""
        names = ("var", "database_url", "console_port")
        environment = {f"STANDARDISTE_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "standardiste", "serve-console"],
                cwd=CHECKOUT,
                env=os.environ | environment,
                stderr=log,
            )
        wait_for(lambda: self.has_ended() or answers(self.url), "the console to answer", 30)

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self) -> int:
        """Its exit code after SIGTERM, or that of its own end."""
        assert self._process
        self._process.terminate()
        return self._process.wait(30)

    def account(self, role: Role, name: str, *, password: str | None = PASSWORD) -> Account:
        """Somebody who has come; with a password of None, somebody who is only invited."""
        now = datetime.now(UTC)
        newcomer = Newcomer(name, f"{name.split()[0].lower()}@example.org", role, "fr")
        (invited,) = account_changes.invite(self.base, at_machine("test"), [newcomer], at=now)
        if password:
            invitations.accept(self.base, invited.secret, password, at=now)
        return invited.account

    def page(self, browser: Browser, account: Account | None = None, **options: object) -> Page:
        """A page of a browser of its own; with `account`, in a session that is complete."""
        context = browser.new_context(**{"locale": "fr", **options})
        self._contexts.append(context)
        if account:
            secret = console_sessions.begin(self.base, account.id, second_factor=True, at=datetime.now(UTC))
            context.add_cookies([{"name": "standardiste", "value": self._cookie(secret), "url": self.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        if self._process and not self.has_ended():
            self._process.kill()
            self._process.wait(30)
        self._house.close()

    def _cookie(self, secret: str) -> str:
        signed = self.app.session_interface.get_signing_serializer(self.app)
        assert signed
        return str(signed.dumps({"token": secret}))


@contextmanager
def office(base: Base, base_url: str, folder: Path) -> Iterator[Office]:
    opened = Office(base, base_url, folder)
    opened.start()
    try:
        yield opened
    finally:
        opened.close()
