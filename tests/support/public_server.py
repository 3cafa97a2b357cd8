"""The public server for tests, and its clients: waitress, a real database and real HTTP."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import plan_variants
import ports
import waitress_thread
from urllib3 import BaseHTTPResponse, PoolManager

from callback_api.app import create_app
from callback_api.context import AppContext
from records.database.engine import Database
from records.plan import plan_versions
from records.plan.reader import PlanReader
from routing.plan import parsing
from standardiste.parts.public import create_public_server
from standardiste.settings import Settings

PARTNER_ORIGIN = "https://www.example.org"
NUMBER = "06 39 98 00 01"
LINE = "+33639980001"

# An address and a number ask for one callback here, so that limits are met where a test means them to be.
UNLIMITED = "{address_hour: 1000000, network_hour: 1000000, network_day: 1000000, all_hour: 1000000, all_day: 1000000}"
SITES = f"""\
  limits: {UNLIMITED}
  sites:
    - {{name: www, number: "+33199000000"}}
    - name: partner
      number: "+33199000000"
      origins: ["{PARTNER_ORIGIN}"]
      topics: {{fr: ["Adhésion", "Presse"], en: ["Membership", "Press"]}}
"""
PLAN = plan_variants.plan_with(callbacks=SITES)


class VisitorClient:
    """A visitor of the pages at `url`, from `address`, by default another one each time."""

    _numbers = itertools.count(1)
    _visitors = itertools.count(1)

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = PoolManager(maxsize=50, retries=False, timeout=30)

    def get(self, path: str, **headers: str) -> BaseHTTPResponse:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> BaseHTTPResponse:
        """`path` may be a whole address; a header's name is written with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("http") else self.url + path
        return self._pool.request(method, url, body=body, headers=sent)

    def post(self, path: str, fields: object, **headers: str) -> BaseHTTPResponse:
        return self._pool.request("POST", self.url + path, json=fields, headers=self._as_visitor(headers))

    def submit_form(self, path: str, fields: dict[str, str], **headers: str) -> BaseHTTPResponse:
        """Sends a plain form."""
        sent = self._as_visitor(headers)
        return self._pool.request("POST", self.url + path, fields=fields, encode_multipart=False, headers=sent)

    def request_callback(
        self, number: str = NUMBER, *, headers: dict[str, str] | None = None, **fields: object
    ) -> BaseHTTPResponse:
        wanted = {"number": number, "consent_call": True, **fields}
        return self.post("/v1/callbacks", wanted, **(headers or {}))

    def get_status(self, accepted: BaseHTTPResponse) -> dict[str, object]:
        """The status of the callback."""
        answer = self.get(accepted.headers["Location"])
        assert answer.status == 200, answer.json()
        return answer.json()

    def unused_number(self) -> str:
        """A number for which no callback has been requested."""
        return f"06 39 98 {next(self._numbers):04}"

    def close(self) -> None:
        self._pool.clear()

    def _as_visitor(self, headers: dict[str, str]) -> dict[str, str]:
        ours = {"Origin": self.url, "X-Forwarded-For": f"2001:db8:{next(self._visitors):x}::1"}
        return {name: value for name, value in {**ours, **_named(headers)}.items() if value}


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def new_idempotency_key() -> str:
    return str(uuid4())


def public_settings(**more: object) -> Settings:
    """Settings with a free port, behind one proxy."""
    return Settings.model_validate({"public_port": ports.free(), "trusted_proxies": 1, **more})


@contextmanager
def serve_public(
    database: Database,
    *,
    plan: str | None = PLAN,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    trusted_proxies: int = 1,
    has_outbound_trunk: bool = True,
) -> Iterator[VisitorClient]:
    """Runs the server in a thread, on this database with this plan; None: with the plan that is there."""
    settings = public_settings(trusted_proxies=trusted_proxies)
    if plan is not None:
        plan_versions.save_plan(database, plan, author="test", at=datetime.now(UTC))
    current = PlanReader(database, parsing.parse_plan(plan or PLAN))
    server = create_public_server(
        create_app(
            AppContext(
                database, current, settings.public_root_url, settings.trusted_proxies, clock, lambda: has_outbound_trunk
            )
        ),
        settings,
    )
    client = VisitorClient(settings.public_root_url)
    with waitress_thread.running(server):
        try:
            yield client
        finally:
            client.close()
