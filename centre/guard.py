"""Access control. Every view is decorated with an AccessRule; a view without one cannot be requested."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from secrets import token_urlsafe
from typing import Any, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from centre.context import current_account, current_contract, get_context
from records.centres import account_sessions
from records.centres.account_sessions import CentreSession

View = TypeVar("View", bound=Callable[..., Any])
TOKEN, BROWSER, REQUESTED_PAGE = "token", "browser", "wanted"
"""The keys of the cookie: the secret of the session, the name of this browser, the page asked for before login."""


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
    is_for_supervisors: bool = False

    def __call__(self, view: View) -> View:
        view.access_rule = self  # type: ignore[attr-defined]
        return view


public = AccessRule(LoginStage.PUBLIC)
after_password = AccessRule(LoginStage.PASSWORD)
signed_in = AccessRule(LoginStage.SIGNED_IN)
for_supervisors = AccessRule(LoginStage.SIGNED_IN, is_for_supervisors=True)


def enforce_access() -> Response | None:
    """Runs before each request."""
    g.centre_session = None
    if request.endpoint is None:
        return None
    view: Any = current_app.view_functions[request.endpoint]
    rule: AccessRule = view.access_rule
    if request.endpoint in ("static", "health"):
        return None
    g.centre_session = session = _load_session()
    if rule.stage is LoginStage.PUBLIC:
        return None
    if session is None:
        return _redirect_to("account.enter_password")
    if rule.stage is LoginStage.SIGNED_IN and not is_complete(session):
        return _redirect_to(
            "account.enter_code" if session.account.has_second_factor else "account.set_up_second_factor"
        )
    if rule.is_for_supervisors and not session.account.is_supervisor:
        abort(404)
    return None


def is_complete(session: CentreSession) -> bool:
    """Whether everything that this person must show was verified."""
    needed = session.account.has_second_factor or get_context().needs_second_factor
    return session.second_factor or not needed


def sign_in(secret: str) -> Response:
    """Goes on with this session, and to the page that was asked for before login.

    The cookie keeps a random name of this browser for the person, by which wrong passwords are counted apart from those
    of strangers (decision 37).
    """
    requested = cookie.get(REQUESTED_PAGE)
    known = cookie.get(BROWSER, "")
    session = account_sessions.get_session(get_context().database, secret, at=get_context().clock())
    cookie.clear()
    cookie.permanent = True
    cookie[TOKEN] = secret
    if session and is_complete(session):
        mine = f"{session.account.id}."
        cookie[BROWSER] = known if known.startswith(mine) else mine + token_urlsafe(16)
        return redirect(requested or url_for("cards.enter_code"), 303)
    cookie[BROWSER], cookie[REQUESTED_PAGE] = known, requested
    return redirect(url_for("cards.enter_code"), 303)


def sign_out() -> Response:
    """Forgets the session, not the name of the browser."""
    known = cookie.get(BROWSER, "")
    cookie.clear()
    cookie[BROWSER] = known
    return redirect(url_for("account.enter_password"), 303)


def is_centre_served() -> bool:
    """Whether the plan still has the centre of the person who asks, whose contract has not ended."""
    context, account = get_context(), current_account()
    names = {each.name for each in context.plan().overflow.centres}
    ends_on = current_contract().ends_on
    today = context.clock().astimezone(context.timezone).date()
    return account.centre in names and (ends_on is None or today <= ends_on)


def _load_session() -> CentreSession | None:
    secret, context = cookie.get(TOKEN), get_context()
    return account_sessions.get_session(context.database, secret, at=context.clock()) if secret else None


def _redirect_to(endpoint: str) -> Response:
    if request.method == "GET" and endpoint == "account.enter_password":
        cookie[REQUESTED_PAGE] = request.full_path.rstrip("?")
    return redirect(url_for(endpoint), 303)
