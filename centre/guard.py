"""Access control. Every view is decorated with an AccessRule; a view without one cannot be requested."""

from dataclasses import dataclass
from secrets import token_urlsafe

from flask import abort, g, redirect, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from centre.context import current_account, current_contract, get_context
from records.centres import account_sessions
from records.centres.account_sessions import CentreSession
from web.access import REQUESTED_PAGE, AccessRule, LoginPages, LoginStage, find_view, require_login

TOKEN, BROWSER = "token", "browser"
"""The keys of the cookie: the secret of the session, and the name of this browser."""
LOGIN_PAGES = LoginPages("account.enter_password", "account.enter_code", "account.set_up_second_factor")


@dataclass(frozen=True, slots=True)
class CentreRule(AccessRule):
    """What a view of these pages requires."""

    is_for_supervisors: bool = False


public = CentreRule(LoginStage.PUBLIC)
after_password = CentreRule(LoginStage.PASSWORD)
signed_in = CentreRule(LoginStage.SIGNED_IN)
for_supervisors = CentreRule(LoginStage.SIGNED_IN, is_for_supervisors=True)


def enforce_access() -> Response | None:
    """Runs before each request."""
    g.centre_session = None
    if (view := find_view()) is None:
        return None
    g.centre_session = session = _load_session()
    rule: CentreRule = view.access_rule
    if redirection := require_login(
        rule.stage,
        LOGIN_PAGES,
        has_session=session is not None,
        is_complete=session is not None and is_complete(session),
        has_second_factor=session is not None and session.account.has_second_factor,
    ):
        return redirection
    if rule.is_for_supervisors and not current_account().is_supervisor:
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
