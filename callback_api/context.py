"""What every view of the public web application needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from flask import current_app

from records.database.engine import Database
from routing.plan.model import Plan

LOOPBACK = "127.0.0.1"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AppContext:
    """The database, the plan in force, and the application's public address.

    `public_url` is the start of every link, without a trailing slash. `trusted_proxies` is the number of our own
    proxies in front of the application, whose X-Forwarded-For entries are believed. `outbound_trunk`: whether any
    trunk places calls; without one nothing here promises a callback.
    """

    database: Database
    plan: Callable[[], Plan]
    public_url: str
    trusted_proxies: int = 0
    clock: Callable[[], datetime] = _now
    outbound_trunk: Callable[[], bool] = lambda: True

    @property
    def has_outbound_trunk(self) -> bool:
        """Whether any trunk places calls now."""
        return self.outbound_trunk()

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins (RFC 6454) of our own pages; on a loopback address also as `localhost`."""
        url = urlsplit(self.public_url)
        own = f"{url.scheme}://{url.netloc}"
        return frozenset({own, own.replace(LOOPBACK, "localhost")} if url.hostname == LOOPBACK else {own})

    def status_page_url(self, ref: str, secret: str) -> str:
        """The visitor's page of one callback."""
        return f"{self.public_url}/callback/{quote(ref)}?{urlencode({'key': secret})}"

    def inquiry_page_url(self, ref: str, secret: str) -> str:
        """The visitor's page of one inquiry."""
        return f"{self.public_url}/inquiry/{quote(ref)}?{urlencode({'key': secret})}"

    def inquiry_api_url(self, ref: str, secret: str) -> str:
        """The API's address of one inquiry."""
        return f"{self.public_url}/v1/inquiries/{quote(ref)}?{urlencode({'key': secret})}"

    def callback_api_url(self, ref: str, secret: str) -> str:
        """The API's address of one callback."""
        return f"{self.public_url}/v1/callbacks/{quote(ref)}?{urlencode({'key': secret})}"


def get_context() -> AppContext:
    """The context of the application that serves the current request."""
    found: AppContext = current_app.extensions["app_context"]
    return found
