"""How this browser shows the console: light, dark or like the system, and the side bar folded; kept in cookies.

The language belongs to the user instead, because callers of the staff line hear it too.
"""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from console.context import current_session, get_context
from console.guard import signed_in
from records.users import profile
from translations.catalogues import LANGUAGES
from web.themes import keep_choice, keep_theme

SIDE_BAR_COOKIE, FOLDED = "side-bar", "folded"

blueprint = Blueprint("display", __name__)


@blueprint.post("/display")
@signed_in
def change() -> Response:
    """Sets what the form names of `theme`, `language` and `side_bar`, then shows the page that it came from."""
    answer = redirect(page_before(), 303)
    keep_theme(answer)
    if (side_bar := request.form.get("side_bar")) in (FOLDED, "open"):
        keep_choice(answer, SIDE_BAR_COOKIE, side_bar)
    if (language := request.form.get("language")) in LANGUAGES:
        user = current_session().user
        profile.set_preferences(get_context().database, user.actor, language=language, shortcuts=user.shortcuts)
    return answer


def is_side_bar_folded() -> bool:
    return request.cookies.get(SIDE_BAR_COOKIE) == FOLDED


def page_before() -> str:
    """The path of the page that a form stood on, from its field `back`; the first page if no address opens that one."""
    before = urlsplit(request.form.get("back", ""))
    try:
        current_app.url_map.bind("").match(before.path, method="GET")
    except (HTTPException, ValueError):
        return url_for("today.show")
    return f"{before.path}?{before.query}" if before.query else before.path
