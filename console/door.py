"""What every page works on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g, request, url_for

from console.desk import Desk
from console.plan_desk import PlanDesk
from records.base import Base
from records.console_sessions import ConsoleSession
from records.viewer import Viewer


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """The base, and how people find us. `url` begins every link that is handed out, without a slash at its end;
    `secret_key` signs the cookie."""

    base: Base
    url: str
    secret_key: bytes = field(repr=False)
    timezone: Callable[[], ZoneInfo]
    clock: Callable[[], datetime] = _now
    desk: Desk | None = None
    plan_desk: PlanDesk | None = None

    def link(self, endpoint: str, **values: Any) -> str:
        """The address of a page for who is not here: in a letter, or read aloud."""
        return self.url + url_for(endpoint, **values)

    @property
    def is_secure(self) -> bool:
        """Whether people come over TLS, so that the cookie goes no other way."""
        return self.url.startswith("https:")


def door() -> Door:
    """The one of the application that serves this request."""
    found: Door = current_app.extensions["door"]
    return found


def session() -> ConsoleSession:
    """The session of who asks, complete or not; only for views that demand one (console/guard.py)."""
    found: ConsoleSession = g.console_session
    return found


def viewer() -> Viewer:
    """Who asks; only for views that demand a session."""
    return session().account.viewer


def address() -> str:
    """Where the request comes from; waitress has heard the proxies that are ours."""
    return request.remote_addr or "0.0.0.0"
