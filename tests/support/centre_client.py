"""The pages of overflow centres for tests: the application with a real database, and people of a centre."""

from datetime import datetime, timedelta

from centre_people import add_person
from flask.testing import FlaskClient
from page_client import PageClient
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces
from werkzeug.test import TestResponse

from centre.app import create_app
from centre.context import AppContext
from centre.guard import TOKEN
from records.centres import account_sessions
from records.centres.accounts import CentreAccount
from records.database.engine import Database
from records.plan import plan_versions
from records.plan.reader import PlanReader
from routing.centres.people import CentreRole


class CentreUser(PageClient):
    """A person at a browser; `account` is None for a stranger."""

    COOKIE = "standardiste-centre"

    def __init__(self, client: FlaskClient, account: CentreAccount | None = None) -> None:
        super().__init__(client)
        self.account = account

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Sends a form of one of the pages, with its CSRF token."""
        return self.client.post(path, data={"csrf_token": self.csrf_token(), **fields})

    def text(self, path: str) -> str:
        return with_ordinary_spaces(self.get(path).text).replace("\N{NO-BREAK SPACE}", " ")


class CentreApp:
    """`now` is the clock of the pages; a test sets it."""

    def __init__(self, database: Database, now: datetime, *, needs_second_factor: bool = False) -> None:
        self.database, self.now, self._count = database, now, 0
        plan_versions.save_plan(database, RICH_PLAN, author="test", at=now)
        context = AppContext(
            database,
            PlanReader(database),
            "http://localhost",
            b"of the tests",
            needs_second_factor,
            lambda: self.now,
        )
        self.app = create_app(context)

    def stranger(self) -> CentreUser:
        client = FlaskClient(self.app, TestResponse)
        client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
        return CentreUser(client)

    def sign_in(self, role: CentreRole = CentreRole.AGENT, centre: str = "north") -> CentreUser:
        """Somebody of a centre in a complete session, for tests that are not about logging in."""
        self._count += 1
        account = add_person(
            self.database,
            self.now,
            name=f"Zoé {self._count}",
            email=f"z{self._count}@centre.example",
            role=role,
            centre=centre,
            password=None,
        )
        return self.go_on_as(account)

    def go_on_as(self, account: CentreAccount) -> CentreUser:
        """This account in a new browser, with a session."""
        user = self.stranger()
        user.account = account
        with self.database.write() as connection:
            secret = account_sessions._start_in(connection, account.id, second_factor=True, at=self.now)
        with user.client.session_transaction() as cookie:
            cookie[TOKEN] = secret
        return user

    def advance_clock(self, **delta: float) -> None:
        self.now += timedelta(**delta)
