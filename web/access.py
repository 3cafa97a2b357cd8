"""How far a login must have come for a page. A view without an AccessRule cannot be requested."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])
REQUESTED_PAGE = "wanted"
"""The key of the cookie for the page that was asked for before login."""
WITHOUT_SESSION = ("static", "health")
"""The endpoints for which no session is read."""


class LoginStage(Enum):
    """How far a login must have come."""

    PUBLIC = 0
    PASSWORD = 1
    """The second factor may still be missing."""
    SIGNED_IN = 2


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What a view requires; used as its decorator. Applications add what they require beside it."""

    stage: LoginStage

    def __call__(self, view: View) -> View:
        view.access_rule = self  # type: ignore[attr-defined]
        return view


@dataclass(frozen=True, slots=True)
class LoginPages:
    """The endpoints of the pages that ask for the password, for the code, and for a second factor to be set up."""

    password: str
    code: str
    second_factor: str


def find_view() -> Any:
    """The view that is requested, with its `access_rule`; None if there is none, or it needs no session."""
    if request.endpoint is None:
        return None
    view: Any = current_app.view_functions[request.endpoint]
    assert view.access_rule
    return None if request.endpoint in WITHOUT_SESSION else view


def require_login(
    stage: LoginStage, pages: LoginPages, *, has_session: bool, is_complete: bool, has_second_factor: bool
) -> Response | None:
    """A redirection to the page that asks for what is missing; None if nothing is.

    `is_complete`: everything that this person must show was verified.
    """
    if stage is LoginStage.PUBLIC:
        return None
    if not has_session:
        return _redirect_to(pages.password)
    if stage is LoginStage.SIGNED_IN and not is_complete:
        return _redirect_to(pages.code) if has_second_factor else redirect(url_for(pages.second_factor), 303)
    return None


def _redirect_to(endpoint: str) -> Response:
    """A request from a script or for a sound gets 401 instead."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        abort(401)
    if request.method == "GET":
        cookie[REQUESTED_PAGE] = request.full_path.rstrip("?")
    return redirect(url_for(endpoint), 303)


def client_address() -> str:
    """The IP address of the client; waitress has applied the headers of trusted proxies."""
    return request.remote_addr or "0.0.0.0"
