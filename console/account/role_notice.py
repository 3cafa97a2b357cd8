"""Tells users of their new role, on the first page that they open with it."""

from flask import flash, g, request

from console.context import get_context
from records.users import profile
from routing.access.role_names import ROLE_LABELS
from translations.web import gettext
from web.language import translate


def announce_new_role() -> None:
    """Runs before each request, after access is checked; only a page that somebody opens tells them."""
    session = g.get("console_session")
    if session is None or not session.is_fully_authenticated or session.user.earlier_role is None:
        return
    if request.method != "GET" or request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return
    if request.endpoint is None or request.endpoint == "static":
        return
    user = session.user
    earlier, role = translate(ROLE_LABELS[user.earlier_role]), translate(ROLE_LABELS[user.role])
    flash(gettext("Your role has changed: %(earlier)s → %(role)s.", earlier=earlier, role=role))
    profile.acknowledge_role(get_context().database, user.actor)
