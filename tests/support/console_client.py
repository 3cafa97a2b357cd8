"""The staff console for tests: its application with a real database, and its users."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Response
from flask.testing import FlaskClient
from idle_trunk import connect_trunk
from page_client import PageClient
from unbroken_spaces import with_ordinary_spaces
from werkzeug.test import TestResponse

from console.app import create_app
from console.context import AppContext
from console.services import AudioServices
from records.actor import command_line_actor
from records.database.engine import Database
from records.users import administration, invitations, sessions
from records.users.invitees import Invitee
from records.users.session_cookie import SECRET_KEY
from records.users.users import User, list_user_names
from routing.access.permissions import Role

PASSWORD = "lune pavé citron"
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)


class _Response(TestResponse, Response):
    """A response whose text has ordinary spaces also where a line must not be broken, as tests are written."""

    @property
    def text(self) -> str:
        return with_ordinary_spaces(super().text)


class ConsoleUser(PageClient):
    """A person at a browser; `user` is None if they have no account."""

    COOKIE = "standardiste"

    def __init__(self, client: FlaskClient, user: User | None = None) -> None:
        super().__init__(client)
        self.user = user

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, fields: dict[str, object] | None = None, **more: object) -> TestResponse:
        """Sends a form of one of our pages, with its CSRF token."""
        return self.client.post(path, data={"csrf_token": self.csrf_token(), **(fields or {})}, **more)


class ConsoleApp:
    """`now` is the clock of the console; a test sets it."""

    def __init__(
        self,
        database: Database,
        url: str = "http://localhost",
        audio_services: AudioServices | None = None,
        *,
        sends_mail: bool = False,
        imports: Path | None = None,
    ) -> None:
        self.database, self.now, self.imports = database, NOON, imports
        paris = ZoneInfo("Europe/Paris")
        self.app = create_app(
            AppContext(
                database,
                url,
                b"of the tests",
                lambda: paris,
                lambda: self.now,
                audio_services,
                sends_mail=sends_mail,
                imports=imports,
            )
        )
        self._count = 0

    @classmethod
    def of(cls, context: AppContext) -> "ConsoleApp":
        """The console of an installation, with its true services and the true time."""
        console = cls.__new__(cls)
        console.database, console.now = context.database, datetime.now(UTC)
        console._count = len(list_user_names(context.database))  # those of another console of the same installation
        console.imports = context.imports
        console.app = create_app(context)
        return console

    def add_user(self, role: Role = Role.STAFF, *, password: str | None = None, name: str = "") -> User:
        """A user who has accepted their invitation; with `password` they can log in."""
        self._count += 1
        name = name or f"Personne {self._count}"
        newcomer = Invitee(name, f"p{self._count}@example.org", role, "fr")
        (invited,) = administration.invite_users(self.database, command_line_actor("test"), [newcomer], at=self.now)
        if password:
            invitations.accept_invitation(self.database, invited.secret, password, at=self.now)
        return invited.user

    def anonymous_user(self, address: str = "192.0.2.1") -> ConsoleUser:
        client = FlaskClient(self.app, _Response)
        client.environ_base["REMOTE_ADDR"] = address
        return ConsoleUser(client)

    def connect_trunk(self) -> None:
        """From now on there is a trunk, without which no callback is placed; it leads to nobody."""
        connect_trunk(self.database, self.now)

    def sign_in(self, role: Role = Role.STAFF, user: User | None = None) -> ConsoleUser:
        """A user of this role in a complete session, for tests that are not about logging in."""
        staff = self.anonymous_user()
        staff.user = user or self.add_user(role)
        secret = sessions.start_session(self.database, staff.user.id, second_factor=True, at=self.now)
        with staff.client.session_transaction() as cookie:
            cookie[SECRET_KEY] = secret
        return staff

    def advance_clock(self, **delta: float) -> None:
        self.now += timedelta(**delta)
