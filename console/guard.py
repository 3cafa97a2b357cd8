"""Access control. Every view is decorated with an AccessRule; a view without one cannot be requested."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from console.context import get_context
from records.users import sessions
from records.users.sessions import ConsoleSession
from routing.access.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
SESSION_COOKIE_KEY = "token"
"""The key of the cookie for the secret of the session."""
REQUESTED_PAGE_KEY = "wanted"
"""The key of the cookie for the page that was asked for before login."""
MAX_FORM_BYTES = 500_000
"""In bytes, of a request without a session; a file such as a sound may be larger (MAX_BODY_BYTES)."""


class LoginStage(Enum):
    """How far a login must have come."""

    PUBLIC = 0
    PASSWORD = 1
    """The second factor may still be missing."""
    SIGNED_IN = 2


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What a view requires; used as its decorator."""

    stage: LoginStage
    right: Permission | None = None

    def __call__(self, view: View) -> View:
        view.access_rule = self  # type: ignore[attr-defined]
        return view


public = AccessRule(LoginStage.PUBLIC)
after_password = AccessRule(LoginStage.PASSWORD)
signed_in = AccessRule(LoginStage.SIGNED_IN)


def needs(right: Permission) -> AccessRule:
    """Requires a signed-in user with this permission; `records` checks it again for whatever the view shows or does."""
    return AccessRule(LoginStage.SIGNED_IN, right)


def enforce_access() -> AnyResponse | None:
    """Runs before each request. Raises Forbidden."""
    g.console_session = None
    if request.endpoint is None:
        return None
    rule: AccessRule = current_app.view_functions[request.endpoint].access_rule  # type: ignore[union-attr]
    if request.endpoint in ("static", "health"):
        return None
    g.console_session = session = _load_session()
    if session is None or request.mimetype != "multipart/form-data":
        request.max_content_length = MAX_FORM_BYTES
    if rule.stage is LoginStage.PUBLIC:
        return None
    if session is None:
        return _redirect_to("login.enter_password")
    if rule.stage is LoginStage.SIGNED_IN and not session.is_fully_authenticated:
        return _redirect_to("login.enter_code" if session.user.has_second_factor else "account.set_up_second_factor")
    if rule.right:
        session.user.actor.require(rule.right)
    return None


def sign_in(secret: str) -> AnyResponse:
    """Starts a session with an empty cookie, and redirects to the page that was asked for before login."""
    requested = cookie.get(REQUESTED_PAGE_KEY)
    cookie.clear()
    cookie[SESSION_COOKIE_KEY] = secret
    return redirect(requested or url_for("home"), 303)


def _load_session() -> ConsoleSession | None:
    secret = cookie.get(SESSION_COOKIE_KEY)
    return sessions.get_session(get_context().database, secret, at=get_context().clock()) if secret else None


def _redirect_to(endpoint: str) -> AnyResponse:
    """Redirects to the page that asks for what is missing; a request from a script or for a sound gets 401."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        abort(401)
    if request.method == "GET" and endpoint != "account.set_up_second_factor":
        cookie[REQUESTED_PAGE_KEY] = request.full_path.rstrip("?")
    return redirect(url_for(endpoint), 303)
