"""What every page works on: the database, the plan, the clock, the current request's person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app, g

from records.centres.account_sessions import CentreSession
from records.centres.accounts import CentreAccount
from records.centres.contracts import get_current_contract
from records.database.engine import Database
from routing.centres.contract import CentreContract
from routing.plan.model import Plan


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AppContext:
    """The services of the application.

    `url` begins every link that is given out, without a slash at its end; `secret_key` signs the session cookie.
    `needs_second_factor`: everybody shows one, because others than this machine reach the pages.
    """

    database: Database
    plan: Callable[[], Plan]
    url: str
    secret_key: bytes = field(repr=False)
    needs_second_factor: bool = True
    clock: Callable[[], datetime] = _utc_now

    @property
    def is_secure(self) -> bool:
        """True when people come over TLS; the cookie is then sent over TLS only."""
        return self.url.startswith("https:")

    @property
    def timezone(self) -> ZoneInfo:
        return self.plan().timezone


def get_context() -> AppContext:
    """The context of the application that serves this request."""
    context: AppContext = current_app.extensions["app_context"]
    return context


def current_session() -> CentreSession:
    """The session of the request, with or without second factor; only for views that require one (guard.py)."""
    session: CentreSession = g.centre_session
    return session


def current_account() -> CentreAccount:
    """The person who asks; only for views that require a session."""
    return current_session().account


def current_contract() -> CentreContract:
    """The contract with the centre of the person who asks."""
    return get_current_contract(get_context().plan().overflow, current_account().centre)


def card_lifetime() -> timedelta:
    """For how long after a call its card is open to the centre."""
    return timedelta(minutes=current_contract().card_min)
