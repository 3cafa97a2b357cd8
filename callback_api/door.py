"""What every view works on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from flask import current_app

from records.base import Base
from routing.plan import Plan

LOOPBACK = "127.0.0.1"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """The base, the plan in force, and how the Internet sees us.

    `public_url` begins every link, without a slash at its end; `trusted_proxies` counts the proxies of ours that a
    request passes, whose word on the visitor's address is taken.
    """

    base: Base
    plan: Callable[[], Plan]
    public_url: str
    trusted_proxies: int = 0
    clock: Callable[[], datetime] = _now

    @property
    def own_origins(self) -> frozenset[str]:
        """The origins (RFC 6454) of our own pages; on a loopback address also as `localhost`."""
        url = urlsplit(self.public_url)
        own = f"{url.scheme}://{url.netloc}"
        return frozenset({own, own.replace(LOOPBACK, "localhost")} if url.hostname == LOOPBACK else {own})

    def follow_url(self, ref: str, secret: str) -> str:
        """The visitor's page of one callback."""
        return f"{self.public_url}/callback/{quote(ref)}?{urlencode({'key': secret})}"

    def api_url(self, ref: str, secret: str) -> str:
        """The same for programs."""
        return f"{self.public_url}/v1/callbacks/{quote(ref)}?{urlencode({'key': secret})}"


def door() -> Door:
    """The one of the application that serves this request."""
    found: Door = current_app.extensions["door"]
    return found
