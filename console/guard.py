"""Who is let in. Each view says above it what it demands; one that says nothing lets nobody in."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from console.door import door
from records import console_sessions
from records.console_sessions import ConsoleSession
from routing.permissions import Right

View = TypeVar("View", bound=Callable[..., Any])
TOKEN = "token"
"""Under this name the cookie holds the session's secret."""
LONGEST_FORM = 500_000
"""Bytes; more, such as a sound, is taken only from who has logged in."""


class Stage(Enum):
    """How far somebody must have come."""

    ANYBODY = 0
    PASSWORD = 1
    """The second factor may still be missing."""
    SIGNED_IN = 2


@dataclass(frozen=True, slots=True)
class Demand:
    stage: Stage
    right: Right | None = None

    def __call__(self, view: View) -> View:
        view.demand = self  # type: ignore[attr-defined]
        return view


anybody = Demand(Stage.ANYBODY)
after_password = Demand(Stage.PASSWORD)
signed_in = Demand(Stage.SIGNED_IN)


def needs(right: Right) -> Demand:
    """Whoever is signed in and has this right. What is shown or done asks for it again, in `records`."""
    return Demand(Stage.SIGNED_IN, right)


def guard() -> AnyResponse | None:
    """Before each request. Raises Forbidden."""
    g.console_session = None
    if request.endpoint is None:
        return None
    demand: Demand = current_app.view_functions[request.endpoint].demand  # type: ignore[union-attr]
    if request.endpoint in ("static", "health"):
        return None
    g.console_session = found = _session()
    if found is None or request.mimetype != "multipart/form-data":
        request.max_content_length = LONGEST_FORM
    if demand.stage is Stage.ANYBODY:
        return None
    if found is None:
        return _to("login.password")
    if demand.stage is Stage.SIGNED_IN and not found.is_open:
        return _to("login.second_factor" if found.account.has_second_factor else "own.second_factor")
    if demand.right:
        found.account.viewer.demand(demand.right)
    return None


def sign_in(secret: str) -> AnyResponse:
    """To where one wanted to go, with a new cookie: nothing of the one before is left in it."""
    wanted = cookie.get("wanted")
    cookie.clear()
    cookie[TOKEN] = secret
    return redirect(wanted or url_for("home"), 303)


def _session() -> ConsoleSession | None:
    secret = cookie.get(TOKEN)
    return console_sessions.known(door().base, secret, at=door().clock()) if secret else None


def _to(endpoint: str) -> AnyResponse:
    """A page that asks for what is missing; whoever is no page (a script, a sound) is told so."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        abort(401)
    if request.method == "GET" and endpoint != "own.second_factor":
        cookie["wanted"] = request.full_path.rstrip("?")
    return redirect(url_for(endpoint), 303)
