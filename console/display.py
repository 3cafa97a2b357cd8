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

THEMES = ("system", "light", "dark")
THEME_COOKIE, SIDE_BAR_COOKIE = "theme", "side-bar"
FOLDED = "folded"
COOKIE_AGE_S = 400 * 86_400  # the most that browsers keep

blueprint = Blueprint("display", __name__)


@blueprint.post("/display")
@signed_in
def change() -> Response:
    """Sets what the form names of `theme`, `language` and `side_bar`, then shows the page that it came from."""
    answer = redirect(page_before(), 303)
    if (theme := request.form.get("theme")) in THEMES:
        _keep(answer, THEME_COOKIE, theme)
    if (side_bar := request.form.get("side_bar")) in (FOLDED, "open"):
        _keep(answer, SIDE_BAR_COOKIE, side_bar)
    if (language := request.form.get("language")) in LANGUAGES:
        user = current_session().user
        profile.set_preferences(get_context().database, user.actor, language=language, shortcuts=user.shortcuts)
    return answer


def chosen_theme() -> str:
    """One of THEMES."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return theme if theme in THEMES else THEMES[0]


def is_side_bar_folded() -> bool:
    return request.cookies.get(SIDE_BAR_COOKIE) == FOLDED


def _keep(answer: Response, name: str, value: str) -> None:
    secure, same_site = get_context().is_secure, "Lax"
    answer.set_cookie(name, value, max_age=COOKIE_AGE_S, secure=secure, httponly=True, samesite=same_site)


def page_before() -> str:
    """The path of the page that a form stood on, from its field `back`; the first page if no address opens that one."""
    before = urlsplit(request.form.get("back", ""))
    try:
        current_app.url_map.bind("").match(before.path, method="GET")
    except (HTTPException, ValueError):
        return url_for("today.show")
    return f"{before.path}?{before.query}" if before.query else before.path
