"""A screen on a wall: it exchanges its link for a cookie, which opens the board without buttons and nothing else."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.board.view import board_context
from console.context import get_context
from console.guard import fragment, public
from records.users import board_screens
from records.users.board_screens import Screen

COOKIE = "standardiste_wall"
LONGEST = timedelta(days=366)

blueprint = Blueprint("wall", __name__, template_folder="templates", url_prefix="/wall")


@blueprint.get("/open/<secret>")
@public
def offer(secret: str) -> str | tuple[str, int]:
    """Asks before the link is used up: a program that looks at links in mails opens nothing."""
    context = get_context()
    is_open = board_screens.is_link_open(context.database, secret, at=context.clock())
    return render_template("board/offer.html", secret=secret, is_open=is_open), 200 if is_open else 404


@blueprint.post("/open/<secret>")
@public
def accept(secret: str) -> AnyResponse | tuple[str, int]:
    context = get_context()
    cookie = board_screens.open_screen(context.database, secret, at=context.clock())
    if cookie is None:
        return render_template("board/offer.html", secret=secret, is_open=False), 404
    answer = redirect(url_for("wall.show"), 303)
    kept: dict[str, Any] = {"secure": context.is_secure, "httponly": True, "samesite": "Strict", "path": "/wall"}
    answer.set_cookie(COOKIE, cookie, max_age=LONGEST, **kept)
    return answer


@blueprint.get("")
@public
def show() -> Response:
    screen = _find_screen()
    page = render_template("board/wall.html", screen=screen, **(board_context() if screen else {}))
    return _uncached(page, 200 if screen else 401)


@blueprint.get("/refresh")
@fragment
@public
def refresh() -> Response:
    """The figures; 401 once the screen was withdrawn or has ended."""
    if _find_screen() is None:
        abort(401)
    return _uncached(render_template("board/figures_only.html", **board_context()))


def _find_screen() -> Screen | None:
    context, cookie = get_context(), request.cookies.get(COOKIE, "")
    return board_screens.find_screen(context.database, cookie, at=context.clock()) if cookie else None


def _uncached(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
