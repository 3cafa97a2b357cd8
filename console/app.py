"""The staff console as a web application."""

import logging
import time
import traceback
from collections.abc import Mapping
from functools import partial

from flask import Flask, Response, abort, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from console import display, strip
from console.account import forgotten, login, phone, welcome
from console.account import pages as account_pages
from console.account.role_notice import announce_new_role
from console.agents import pages as agents_pages
from console.board import pages as board_pages
from console.board import wall
from console.browser_phone import pages as browser_phone_pages
from console.calls import pages as calls_pages
from console.centres import figure_pages as centre_figure_pages
from console.centres import outcome_pages as centre_outcome_pages
from console.centres import pages as centres_pages
from console.centres import people_pages as centre_people_pages
from console.changes import pages as changes_pages
from console.contacts import changes as contacts_changes
from console.contacts import duplicates as duplicates_pages
from console.contacts import erasing as contacts_erasing
from console.contacts import everything as contacts_everything
from console.contacts import export as contacts_export
from console.contacts import imports as contact_imports
from console.contacts import pages as contacts_pages
from console.context import AppContext, get_context
from console.drafts import pages as draft_pages
from console.first_steps import pages as first_steps_pages
from console.forms import TextTooLong
from console.guard import MAX_FORM_BYTES, enforce_access, public
from console.inbox import pages as inbox_pages
from console.inbox import request_pages as inbox_request_pages
from console.inbox import view_pages as inbox_view_pages
from console.known_browser import remember_browser
from console.language import current_language, remember_language
from console.live_events import events_origin, events_url
from console.message import blackouts
from console.message import calendar as message_calendar
from console.message import pages as message_pages
from console.people import import_pages
from console.people import pages as people_pages
from console.phones import pages as phones_pages
from console.plan import calendar_page, editor
from console.plan import pages as plan_pages
from console.plan.settings import key_pages, site_pages
from console.plan.settings import pages as plan_settings_pages
from console.prompts import pages as prompts_pages
from console.sections import sections_for
from console.settings import pages as settings_pages
from console.settings import retention as retention_pages
from console.strip import strip_context
from console.today import pages as today_pages
from console.transfers import pages as transfers_pages
from console.trunks import pages as trunks_pages
from console.voices import pages as voices_pages
from records.actor import Forbidden
from records.database.storable import is_storable
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound, UnstorableText
from records.users import users
from records.users.session_cookie import cookie_name
from routing.access.permissions import Permission
from routing.access.role_names import ROLE_LABELS
from routing.numbers import format_number
from translations.catalogues import LANGUAGES, language_name
from translations.dates import clock_seconds, duration, moment
from translations.message import Message, translatable
from translations.typography import capitalize_first, quoted, whole_number
from translations.web import translate_pages

MAX_BODY_BYTES = 30_000_000  # bytes; a sound as a recorder writes it
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self'%(others)s; img-src 'self' data:; media-src 'self' blob:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
QUIET_ENDPOINTS = (
    "health",
    "static",
    "strip.show",
    "contacts.results",
    "first_steps.refresh",
    "inbox.refresh",
    "inbox_request.refresh",
    "today.refresh",
    "board.refresh",
    "wall.refresh",
    "transfers.refresh",
    "trunks.refresh",
    "trunks.refresh_test",
    "agents_phones.refresh",
    "imports.refresh",
    "contacts_erasing.refresh",
)
"""They are asked for all the time; the log does not name them."""
STATUS_BY_ERROR = {
    Forbidden: 403,
    NotFound: 404,
    TextTooLong: 422,
    UnstorableText: 422,
    DatabaseBusy: 503,
    DatabaseUnavailable: 503,
}
PAGE_MODULES = (
    *(today_pages, board_pages, wall, transfers_pages, first_steps_pages, strip, display),
    *(settings_pages, retention_pages),
    *(login, forgotten, welcome, account_pages, phone),
    *(inbox_pages, inbox_request_pages, inbox_view_pages, calls_pages),
    *(contacts_pages, duplicates_pages, contact_imports, contacts_export, contacts_everything),
    *(contacts_erasing, contacts_changes),
    *(message_pages, draft_pages, message_calendar, blackouts),
    prompts_pages,
    voices_pages,
    *(plan_pages, editor, calendar_page, plan_settings_pages, site_pages, key_pages),
    *(agents_pages, phones_pages, browser_phone_pages),
    trunks_pages,
    *(people_pages, import_pages),
    *(centres_pages, centre_outcome_pages, centre_figure_pages, centre_people_pages),
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
        translatable("A character cannot be saved"),
        translatable("Nothing was changed. Go back, and type the text instead of pasting it."),
    ),
    500: (
        translatable("Something went wrong"),
        translatable(
            "The fault is ours, and it has been logged. Try again; if it happens again, tell your administrator."
        ),
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
        SESSION_COOKIE_NAME=cookie_name(context.is_secure),
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
    app.before_request(_refuse_odd_address)
    app.before_request(announce_new_role)
    CSRFProtect(app)
    translate_pages(app, current_language)
    for module in PAGE_MODULES:
        app.register_blueprint(module.blueprint)
    app.add_url_rule("/health", "health", _health)
    app.register_error_handler(Exception, _error_page)
    app.context_processor(_template_context)
    app.add_template_global(quoted)
    app.add_template_filter(capitalize_first)
    app.after_request(_finish_response)
    return app


def _refuse_odd_address() -> None:
    """Nothing has a name that cannot be stored."""
    if not all(is_storable(value) for value in (request.view_args or {}).values() if isinstance(value, str)):
        abort(404)


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
    services = get_context().phone_services
    me = session.user if session and session.is_fully_authenticated else None
    return {
        "language": language,
        "other_languages": [code for code in LANGUAGES if code != language],
        "language_name": language_name,
        "me": me,
        "sections": sections_for(me.actor) if me else (),
        "interface_languages": LANGUAGES,
        "events_url": events_url(),
        "theme": display.chosen_theme(),
        "side_bar_folded": display.is_side_bar_folded(),
        "role_labels": ROLE_LABELS,
        "has_browser_phone": bool(me and me.agent_id and services and services.has_browsers),
        "number_text": format_number,
        "whole_number": partial(whole_number, language=language),
        "duration_text": partial(duration, language=language),
        "second_text": partial(clock_seconds, tz=get_context().timezone()),
        "me_may_see_contacts": bool(me and me.actor.may(Permission.SEE_CONTACTS)),
        "moment": partial(moment, tz=get_context().timezone(), language=language),
        **(strip_context() if me else {}),
        **(first_steps_pages.bar_step() if me else {}),
    }


def _finish_response(response: Response) -> Response:
    remember_browser(response)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    others = "".join(f" {origin}" for origin in (events_origin(), g.get("phone_origin")) if origin)
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY % {"others": others})
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    requested = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint not in QUIET_ENDPOINTS:
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
    if isinstance(error, TextTooLong):
        heading, advice = translatable("Nothing was changed"), error.message
    return render_template("error.html", heading=heading, advice=advice), status
