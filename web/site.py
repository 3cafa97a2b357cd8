"""What differs between the web applications of people who log in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import current_app
from werkzeug.wrappers import Response

from translations.message import Message
from web.access import WITHOUT_SESSION, AccessRule

ErrorPage = tuple[Message, Message]
"""The heading of a page, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One application. Sizes are in bytes; `is_secure`: people come over TLS, and cookies are sent over TLS only."""

    name: str
    """Of its log."""
    secret_key: bytes = field(repr=False)
    cookie_name: str
    is_secure: bool
    max_body_bytes: int
    max_form_bytes: int
    public: AccessRule
    enforce_access: Callable[[], Response | None]
    """Runs before each request."""
    find_language: Callable[[], str | None]
    """That of the person who asks; None before login."""
    timezone: Callable[[], ZoneInfo]
    read_database: Callable[[], object]
    """Raises RecordsError while the database cannot be read: the health page says so."""
    security_policy: Callable[[], str]
    """The Content-Security-Policy of a response."""
    error_pages: Mapping[int, ErrorPage]
    """By status code, beside those that every site has (web/error_pages.py)."""
    quiet_endpoints: Collection[str] = WITHOUT_SESSION
    """They are asked for all the time; the log does not name them."""


def current_site() -> Site:
    """The site whose application serves this request."""
    site: Site = current_app.extensions["site"]
    return site
