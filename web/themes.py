"""Light, dark or like the system: a choice of this browser."""

from flask import request
from werkzeug.wrappers import Response

from web.site import current_site

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
COOKIE_AGE_S = 400 * 86_400  # the most that browsers keep


def chosen_theme() -> str:
    """One of THEMES."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return theme if theme in THEMES else THEMES[0]


def keep_theme(answer: Response) -> None:
    """Keeps the theme that the form names, if it is one."""
    if (theme := request.form.get("theme")) in THEMES:
        keep_choice(answer, THEME_COOKIE, theme)


def keep_choice(answer: Response, name: str, value: str) -> None:
    """Keeps what somebody chose for this browser in a cookie of this name."""
    secure = current_site().is_secure
    answer.set_cookie(name, value, max_age=COOKIE_AGE_S, secure=secure, httponly=True, samesite="Lax")
