"""The staff console as a web application."""

import logging
import time
import traceback
from collections.abc import Mapping
from functools import partial

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from console.account import login, phone, welcome
from console.account import pages as account_pages
from console.changes import pages as changes_pages
from console.context import AppContext, current_actor, get_context
from console.guard import MAX_FORM_BYTES, enforce_access, public, signed_in
from console.known_browser import remember_browser
from console.language import current_language, remember_language
from console.message import blackouts, drafts
from console.message import pages as message_pages
from console.people import import_pages
from console.people import pages as people_pages
from console.plan import editor
from console.plan import pages as plan_pages
from console.prompts import pages as prompts_pages
from console.sections import sections_for
from records.actor import Forbidden
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound, UnstorableText
from records.users import users
from routing.access.role_names import ROLE_LABELS
from translations.catalogues import LANGUAGES, language_name
from translations.dates import moment
from translations.message import Message, translatable
from translations.web import translate_pages

MAX_BODY_BYTES = 30_000_000  # bytes; a sound as a recorder writes it
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS_BY_ERROR = {Forbidden: 403, NotFound: 404, UnstorableText: 422, DatabaseBusy: 503, DatabaseUnavailable: 503}
PAGE_MODULES = (
    *(login, welcome, account_pages, phone),
    *(message_pages, drafts, blackouts),
    prompts_pages,
    *(plan_pages, editor),
    *(people_pages, import_pages),
    changes_pages,
)
ERROR_PAGES: Mapping[int, tuple[Message, Message]] = {
    400: (
        translatable("This page was open for too long"),
        translatable("Nothing was changed. Go back, reload the page and try again."),
    ),
    401: (translatable("Your session has ended"), translatable("Log in again.")),
    403: (
        translatable("Your role does not allow this"),
        translatable("If you need it, ask an administrator to change your role."),
    ),
    404: (
        translatable("There is no such page"),
        translatable("It may have been removed, or its link was used already. Check the address."),
    ),
    405: (translatable("This page does not open this way"), translatable("Use the navigation.")),
    413: (translatable("This is too large"), translatable("Choose a smaller file.")),
    422: (
        translatable("A character cannot be kept"),
        translatable("Nothing was changed. Go back, and type the text instead of pasting it."),
    ),
    500: (
        translatable("Something went wrong"),
        translatable("The fault is ours, and it has been logged. Try again; if it goes on, tell your administrator."),
    ),
    503: (
        translatable("The database is busy"),
        translatable("Nothing was changed. Try again in a few seconds."),
    ),
}
"""By status code: the heading of the page, and what to do."""

log = logging.getLogger("console")


class _IdConverter(IntegerConverter):
    """`int` in a path: the number of a row in its one spelling, which PostgreSQL and SQLite can hold."""

    regex = r"(?:0|[1-9][0-9]{0,17})"


def create_app(context: AppContext) -> Flask:
    """A WSGI application. It logs requests by the pattern of their path, never with a name, an address or a secret."""
    app = Flask(__name__)
    app.url_map.converters["int"] = _IdConverter
    app.config.update(
        SECRET_KEY=context.secret_key,
        SESSION_COOKIE_NAME="__Host-standardiste" if context.is_secure else "standardiste",
        SESSION_COOKIE_SECURE=context.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session
    )
    app.extensions["app_context"] = context
    public(app.view_functions["static"])
    app.before_request(_start_request)
    app.before_request(enforce_access)
    CSRFProtect(app)
    translate_pages(app, current_language)
    for module in PAGE_MODULES:
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/health", "health", _health)
    app.register_error_handler(Exception, _error_page)
    app.context_processor(_template_context)
    app.after_request(_finish_response)
    return app


@signed_in
def _home() -> AnyResponse | str:
    sections = sections_for(current_actor())
    return redirect(url_for(sections[0].endpoint)) if sections else render_template("home.html")


@public
def _health() -> Response:
    """For monitoring: the console answers, and can read the database."""
    users.has_no_users(get_context().database)
    return jsonify(status="ok")


def _start_request() -> None:
    g.started = time.monotonic()
    remember_language()


def _template_context() -> dict[str, object]:
    session, language = g.get("console_session"), current_language()
    me = session.user if session and session.is_fully_authenticated else None
    return {
        "language": language,
        "other_languages": [code for code in LANGUAGES if code != language],
        "language_name": language_name,
        "me": me,
        "sections": sections_for(me.actor) if me else (),
        "role_labels": ROLE_LABELS,
        "moment": partial(moment, tz=get_context().timezone(), language=language),
    }


def _finish_response(response: Response) -> Response:
    remember_browser(response)
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
        log.error("%s %s", type(error).__name__, where)  # without its text, which may hold what a user typed
    heading, advice = ERROR_PAGES[status if status in ERROR_PAGES else 400 if status < 500 else 500]
    return render_template("error.html", heading=heading, advice=advice), status
