"""Access control. Every view is decorated with an AccessRule; a view without one cannot be requested."""

from dataclasses import dataclass
from datetime import timedelta

from flask import flash, g, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from console.context import get_context
from records.users import sessions
from records.users.session_cookie import SECRET_KEY
from records.users.sessions import ConsoleSession
from routing.access.permissions import Permission
from translations.web import gettext
from web.access import REQUESTED_PAGE, AccessRule, LoginPages, LoginStage, View, find_view, require_login

LOGIN_PAGES = LoginPages("login.enter_password", "login.enter_code", "account.set_up_second_factor")
RECENT_FOR = timedelta(minutes=10)
"""How long a second factor counts as shown shortly before."""
TYPING_FOR = timedelta(minutes=20)
"""How much longer, for a form that takes time to be filled in."""
MAX_FORM_BYTES = 500_000
"""In bytes, of a request without a session; a file such as a sound may be larger (MAX_BODY_BYTES)."""


@dataclass(frozen=True, slots=True)
class ConsoleRule(AccessRule):
    """What a view of the console requires."""

    right: Permission | None = None
    recent_second_factor: bool = False


public = ConsoleRule(LoginStage.PUBLIC)
after_password = ConsoleRule(LoginStage.PASSWORD)
signed_in = ConsoleRule(LoginStage.SIGNED_IN)


def needs(right: Permission, *, recent_second_factor: bool = False) -> ConsoleRule:
    """Requires a signed-in user with this permission; `records` checks it again for whatever the view shows or does.

    `recent_second_factor`: the second factor is asked for again unless it was shown shortly before (RECENT_FOR).
    """
    return ConsoleRule(LoginStage.SIGNED_IN, right, recent_second_factor)


def fragment(view: View) -> View:
    """Marks a view that gives a part of a page, for a script that puts it there."""
    view.is_fragment = True  # type: ignore[attr-defined]
    return view


def keeps_idle(view: View) -> View:
    """Marks a fragment that a page asks for by itself: it does not count as something that the user did."""
    view.keeps_idle = True  # type: ignore[attr-defined]
    return fragment(view)


def enforce_access() -> AnyResponse | None:
    """Runs before each request. Raises Forbidden."""
    g.console_session = None
    if (view := find_view()) is None:
        return None
    g.console_session = session = _load_session(is_use=not hasattr(view, "keeps_idle"))
    if session is None or request.mimetype != "multipart/form-data":
        request.max_content_length = MAX_FORM_BYTES
    rule: ConsoleRule = view.access_rule
    if redirection := require_login(
        rule.stage,
        LOGIN_PAGES,
        has_session=session is not None,
        is_complete=session is not None and session.is_fully_authenticated,
        has_second_factor=session is not None and session.user.has_second_factor,
    ):
        return redirection
    if session is None:
        return None
    if rule.right:
        session.user.actor.require(rule.right)
    if rule.recent_second_factor and not has_recent_second_factor(session, is_sent=request.method == "POST"):
        return _ask_second_factor_again()
    return None


def has_recent_second_factor(session: ConsoleSession, *, is_sent: bool = False) -> bool:
    """Whether the second factor was shown shortly before. `is_sent`: for a form that was opened meanwhile."""
    recent_for = RECENT_FOR + (TYPING_FOR if is_sent else timedelta(0))
    return session.showed_second_factor_since(get_context().clock() - recent_for)


def _ask_second_factor_again() -> AnyResponse:
    """Redirects to the page that asks; from there the user comes back to the page of the form."""
    rule = request.url_rule
    if request.method == "POST":
        flash(gettext("Nothing was changed: confirm first that it is you, then fill in the form again."))
    if rule and "GET" in (rule.methods or ()):
        cookie[REQUESTED_PAGE] = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return redirect(url_for("login.confirm_identity"), 303)


def sign_in(secret: str) -> AnyResponse:
    """Starts a session with an empty cookie, and redirects to the page that was asked for before login."""
    requested = cookie.get(REQUESTED_PAGE)
    cookie.clear()
    cookie[SECRET_KEY] = secret
    return redirect(requested or url_for("today.show"), 303)


def _load_session(*, is_use: bool) -> ConsoleSession | None:
    secret, context = cookie.get(SECRET_KEY), get_context()
    return sessions.get_session(context.database, secret, at=context.clock(), is_use=is_use) if secret else None
