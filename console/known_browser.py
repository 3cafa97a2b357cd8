"""The cookie of a browser in which a user has logged in completely: such a browser is not locked out (decision 37).

It opens nothing. It says under which name this browser's attempts are counted, and it is signed, so nobody can invent
one.
"""

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from flask import Response, g, request

from console.context import get_context
from records.users.login_attempts import KnownBrowser

LIFETIME = timedelta(days=180)
RENEWAL = timedelta(days=30)
NAME_BYTES = 16


def read_known_browser() -> KnownBrowser | None:
    """The browser of this request, if its cookie is ours and has not expired."""
    found = _read_cookie()
    return found[0] if found else None


def remember_browser(response: Response) -> Response:
    """Sets the cookie in the response to a user who is logged in completely, unless their browser has a recent one."""
    session = g.get("console_session")
    if session is None or not session.is_fully_authenticated:
        return response
    found, now = _read_cookie(), get_context().clock()
    if found and found[0].user_id == session.user.id and now - found[1] < RENEWAL:
        return response
    value = f"{session.user.id}.{secrets.token_urlsafe(NAME_BYTES)}.{int(now.timestamp())}"
    response.set_cookie(
        _cookie_name(),
        f"{value}.{_sign(value)}",
        max_age=LIFETIME,
        secure=get_context().is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read_cookie() -> tuple[KnownBrowser, datetime] | None:
    """The browser, and when it was remembered."""
    value, _, signature = request.cookies.get(_cookie_name(), "").rpartition(".")
    if not hmac.compare_digest(_sign(value).encode(), signature.encode()):
        return None
    user_id, name, seconds = value.split(".")
    since = datetime.fromtimestamp(int(seconds), UTC)
    return (KnownBrowser(int(user_id), name), since) if get_context().clock() - since < LIFETIME else None


def _sign(value: str) -> str:
    return hmac.digest(get_context().secret_key, f"known browser {value}".encode(), "sha256").hex()


def _cookie_name() -> str:
    return "__Host-standardiste-browser" if get_context().is_secure else "standardiste-browser"
