"""The pages of overflow centres as a web application, which shares nothing with the console but the database."""

import logging
import time
import traceback
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flask import Flask, Response, abort, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from centre import account_pages, card_pages, figures_pages
from centre.context import AppContext, get_context
from centre.guard import enforce_access, is_complete, public
from centre.language import THEMES, chosen_theme, current_language, remember_language
from records.database.storable import is_storable
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound, UnstorableText
from records.plan import plan_versions
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.catalogues import LANGUAGES, choose_text, language_name
from translations.dates import clock_time, duration, moment
from translations.message import Message, translatable
from translations.typography import whole_number
from translations.web import translate_pages

MAX_BODY_BYTES = 32_000
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS_BY_ERROR = {NotFound: 404, UnstorableText: 422, DatabaseBusy: 503, DatabaseUnavailable: 503}
ERROR_PAGES: Mapping[int, tuple[Message, Message]] = {
    400: (
        translatable("This page was open for too long"),
        translatable("Nothing was changed. Go back, reload the page and try again."),
    ),
    404: (
        translatable("There is nothing to see here"),
        translatable("A card is open while the call goes on and some minutes after. Check the code or the link."),
    ),
    413: (translatable("This is too large"), translatable("Write less.")),
    422: (
        translatable("A character cannot be saved"),
        translatable("Nothing was changed. Go back, and type the text instead of pasting it."),
    ),
    500: (
        translatable("Something went wrong"),
        translatable(
            "The fault is ours, and it has been logged. Try again; if it happens again, tell your supervisor."
        ),
    ),
    503: (
        translatable("The database is busy"),
        translatable("Nothing was changed. Try again in a few seconds."),
    ),
}
"""By status code: the heading of the page, and what to do."""

log = logging.getLogger("centre")


def create_app(context: AppContext) -> Flask:
    """A WSGI application. It logs requests by the pattern of their path, never with a name or a reference."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=context.secret_key,
        SESSION_COOKIE_NAME="__Host-standardiste-centre" if context.is_secure else "standardiste-centre",
        SESSION_COOKIE_SECURE=context.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session
    )
    app.extensions["app_context"] = context
    public(app.view_functions["static"])
    app.before_request(_start_request)
    app.before_request(enforce_access)
    app.before_request(_refuse_odd_address)
    CSRFProtect(app)
    translate_pages(app, current_language)
    for module in (account_pages, card_pages, figures_pages):
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/health", "health", _health)
    app.register_error_handler(Exception, _error_page)
    app.context_processor(_template_context)
    app.after_request(_finish_response)
    return app


def _refuse_odd_address() -> None:
    """Nothing has a name that cannot be stored."""
    if not all(is_storable(value) for value in (request.view_args or {}).values() if isinstance(value, str)):
        abort(404)


@public
def _health() -> Response:
    """For monitoring: the process answers, and can read the database."""
    plan_versions.get_current_version(get_context().database)
    return jsonify(status="ok")


def _start_request() -> None:
    g.started = time.monotonic()
    remember_language()


def _template_context() -> dict[str, object]:
    session, language, context = g.get("centre_session"), current_language(), get_context()
    plan = context.plan()
    me = session.account if session and is_complete(session) else None
    return {
        "language": language,
        "other_languages": [code for code in LANGUAGES if code != language],
        "language_name": language_name,
        "interface_languages": LANGUAGES,
        "theme": chosen_theme(),
        "themes": THEMES,
        "me": me,
        "organisation": choose_text(plan.organisation.name, language) or "",
        "centre_title": find_title(plan, PartKind.CENTRE, me.centre) if me else "",
        "whole_number": partial(whole_number, language=language),
        "duration_text": partial(duration, language=language),
        "time_text": partial(clock_time, tz=plan.timezone, language=language),
        "moment": partial(moment, tz=plan.timezone, language=language),
    }


def _finish_response(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    requested = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint not in ("health", "static"):
        log.info("%s: %d in %.0f ms", requested, response.status_code, (time.monotonic() - g.started) * 1000)
    return response


def _error_page(error: Exception) -> tuple[str, int] | AnyResponse:
    """A page that says what went wrong and what to do."""
    status = next((status for kind, status in STATUS_BY_ERROR.items() if isinstance(error, kind)), 500)
    if isinstance(error, HTTPException):
        if error.code is None or error.code < 400:
            return error.get_response()
        status = error.code
    if status >= 500:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s %s", type(error).__name__, where)  # without its text, which may hold what somebody typed
    heading, advice = ERROR_PAGES[status if status in ERROR_PAGES else 400 if status < 500 else 500]
    return render_template("error.html", heading=heading, advice=advice), status
