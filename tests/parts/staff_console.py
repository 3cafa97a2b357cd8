"""The staff console for tests: its application over a real base, and people who use it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console.app import create_app
from console.desk import Desk
from console.door import Door
from console.guard import TOKEN
from records import account_changes, console_sessions, invitations
from records.accounts import Account
from records.base import Base
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role

PASSWORD = "lune pavé citron"
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)


class Staff:
    """Somebody at a browser; `account` is None for who has none."""

    def __init__(self, client: FlaskClient, account: Account | None = None) -> None:
        self.client, self.account = client, account

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, fields: dict[str, object] | None = None, **more: object) -> TestResponse:
        """A form of one of our own pages: with the token that they hold."""
        return self.client.post(path, data={"csrf_token": self.token(), **(fields or {})}, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/own" if self.account else "/login").text)
        found = found or re.search(r'name="csrf_token" value="([^"]+)"', self.get("/login").text)
        assert found
        return found[1]

    def cookie(self) -> str:
        found = self.client.get_cookie("standardiste")
        assert found
        return found.value


class Console:
    """`now` is the clock of the console; a test sets it."""

    def __init__(self, base: Base, url: str = "http://localhost", desk: Desk | None = None) -> None:
        self.base, self.now = base, NOON
        paris = ZoneInfo("Europe/Paris")
        self.app = create_app(Door(base, url, b"of the tests", lambda: paris, lambda: self.now, desk))
        self._count = 0

    def account(self, role: Role = Role.STAFF, *, password: str | None = None, name: str = "") -> Account:
        """Somebody who has come already; with `password`, one can log in with it."""
        self._count += 1
        name = name or f"Personne {self._count}"
        newcomer = Newcomer(name, f"p{self._count}@example.org", role, "fr")
        (invited,) = account_changes.invite(self.base, at_machine("test"), [newcomer], at=self.now)
        if password:
            invitations.accept(self.base, invited.secret, password, at=self.now)
        return invited.account

    def visitor(self, address: str = "192.0.2.1") -> Staff:
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Staff(client)

    def signed_in(self, role: Role = Role.STAFF, account: Account | None = None) -> Staff:
        """Somebody of this role in a session that is complete, whose login is no matter of the test."""
        staff = self.visitor()
        staff.account = account or self.account(role)
        secret = console_sessions.begin(self.base, staff.account.id, second_factor=True, at=self.now)
        with staff.client.session_transaction() as cookie:
            cookie[TOKEN] = secret
        return staff

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)
