"""The window of the browser phone. It never navigates, because that would cut the call (docs/decisions/0061)."""

import time
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.context import current_actor, current_session, get_context
from console.display import page_before
from console.guard import fragment, needs
from console.live_events import events_origin
from records.staff import agent_administration, agents, browser_phones
from records.staff.agents import Agent
from records.staff.browser_phones import BrowserLogin, NoBrowserPhone
from routing.access.permissions import Permission
from translations.web import gettext

APPLIED_WITHIN_S = 3.0
"""How long a page waits until Asterisk knows its password; usually a twentieth of a second."""
LOOK_S = 0.02

blueprint = Blueprint("browser_phone", __name__, template_folder="templates", url_prefix="/browser-phone")


@blueprint.get("")
@needs(Permission.SEE_RECEPTION)
def show() -> str:
    g.phone_origin = socket = _socket_url()
    return render_template("browser_phone/show.html", agent=_own_agent(), socket=socket)


@blueprint.post("/login")
@fragment
@needs(Permission.SEE_RECEPTION)
def log_in() -> Response | tuple[Response, int]:
    """What the page registers with, once Asterisk knows it; 503 while Asterisk is away."""
    context = get_context()
    try:
        login = browser_phones.issue_login(context.database, current_session().id, at=context.clock())
    except NoBrowserPhone:
        return jsonify(error="no browser phone"), 409
    if not _is_applied(login):
        return jsonify(error="Asterisk is away"), 503
    return jsonify(account=login.account, password=login.password)


@blueprint.post("/used")
@fragment
@needs(Permission.SEE_RECEPTION)
def use() -> Response:
    """The agent has answered a call: this counts as something that they did, so the session does not grow idle."""
    return Response(status=204)


@blueprint.post("/choice")
@needs(Permission.SEE_RECEPTION)
def choose() -> AnyResponse:
    """The agent chooses where their calls ring: in the browser, or at the desk phone."""
    _own_agent()
    in_browser = request.form.get("where") == "browser"
    context = get_context()
    agent_administration.choose_own_phone(context.database, current_actor(), in_browser=in_browser, at=context.clock())
    flash(
        gettext("Your calls ring in this browser now.")
        if in_browser
        else gettext("Your calls ring at your desk phone.")
    )
    return redirect(page_before() if in_browser else url_for("today.show"), 303)


def _own_agent() -> Agent:
    """The agent whom the user is; 404 for others, and where browser phones are switched off."""
    services, own = get_context().phone_services, current_session().user.agent_id
    found = next((each for each in agents.list_agents(get_context().database) if each.id == own), None)
    if services is None or not services.has_browsers or found is None:
        abort(404)
    return found


def _socket_url() -> str:
    """Where `serve-live` takes the page's SIP messages: at its port of this machine, or where the proxy forwards it."""
    origin = urlsplit(events_origin() or get_context().url)
    return f"{'wss' if origin.scheme == 'https' else 'ws'}://{origin.netloc}/ws"


def _is_applied(login: BrowserLogin) -> bool:
    ends = time.monotonic() + APPLIED_WITHIN_S
    while time.monotonic() < ends:
        if browser_phones.is_applied(get_context().database, login):
            return True
        time.sleep(LOOK_S)
    return False
