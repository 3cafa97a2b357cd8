"""The staff console as a web application."""

import logging
import time
import traceback
from functools import partial

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from console import (
    changes,
    login,
    message,
    message_draft,
    message_embargo,
    own,
    people,
    people_import,
    phone,
    plan,
    plan_change,
    prompts,
    welcome,
)
from console.door import Door, door, viewer
from console.guard import LONGEST_FORM, anybody, guard, signed_in
from console.language import language as language_now
from console.language import remember
from console.moments import moment_text
from console.rooms import rooms_of
from console.words import LANGUAGES, WORDS, word
from records import accounts
from records.errors import BaseBusy, BaseUnavailable, NotFound, TextRefused
from records.viewer import Forbidden

LONGEST_BODY = 30_000_000  # bytes; a sound as it comes out of a recorder
POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS = {Forbidden: 403, NotFound: 404, TextRefused: 422, BaseBusy: 503, BaseUnavailable: 503}
log = logging.getLogger("console")


def create_app(door: Door) -> Flask:
    """A WSGI application. It logs what was asked for as the path's pattern: never a name, an address or a secret."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=door.secret_key,
        SESSION_COOKIE_NAME="__Host-standardiste" if door.is_secure else "standardiste",
        SESSION_COOKIE_SECURE=door.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LONGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session
    )
    app.extensions["door"] = door
    anybody(app.view_functions["static"])
    app.before_request(_begin)
    app.before_request(guard)
    CSRFProtect(app)
    desk = (message, message_draft, message_embargo, prompts)
    for room in (login, welcome, own, phone, *desk, plan, plan_change, people, people_import, changes):
        app.register_blueprint(room.blueprint)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/health", "health", _health)
    app.register_error_handler(Exception, _refused)
    app.context_processor(_of_every_page)
    app.after_request(_end)
    return app


@signed_in
def _home() -> AnyResponse | str:
    rooms = rooms_of(viewer())
    return redirect(url_for(rooms[0].endpoint)) if rooms else render_template("home.html")


@anybody
def _health() -> Response:
    """For whoever watches us: we answer, and can read the base."""
    accounts.none_yet(door().base)
    return jsonify(status="ok")


def _begin() -> None:
    g.began = time.monotonic()
    remember()


def _of_every_page() -> dict[str, object]:
    found, language = g.get("console_session"), language_now()
    me = found.account if found and found.is_open else None
    return {
        "t": partial(word, language=language),
        "language": language,
        "other_language": LANGUAGES[1 - LANGUAGES.index(language)],
        "me": me,
        "rooms": rooms_of(me.viewer) if me else (),
        "moment": partial(moment_text, tz=door().timezone(), language=language),
    }


def _end(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    asked = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint not in ("health", "static"):
        log.info("%s: %d in %.0f ms", asked, response.status_code, (time.monotonic() - g.began) * 1000)
    return response


def _refused(error: Exception) -> tuple[str, int] | AnyResponse:
    """A page that says what is the matter and what to do."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, HTTPException):
        if error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        status = error.code
    if status >= 500:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s %s", type(error).__name__, where)  # its text may hold what was typed
    shown = status if f"refused-{status}" in WORDS else 400 if status < 500 else 500
    return render_template("refused.html", status=shown), status
