"""A web application for people who log in: its cookie, its forms, its headers, its log, its language."""

import logging
import time
from functools import partial

from flask import Flask, Response, abort, g, jsonify, request
from flask_wtf.csrf import CSRFProtect

from records.database.storable import is_storable
from translations.catalogues import LANGUAGES, language_name
from translations.dates import duration, long_date, moment
from translations.typography import whole_number
from translations.web import translate_pages
from web.error_pages import show_error
from web.language import current_language, remember_language
from web.site import Site, current_site
from web.themes import THEMES, chosen_theme

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_web_app(package: str, site: Site) -> Flask:
    """A WSGI application with the templates and static files of `package`.

    It logs requests by the pattern of their path, never with a name, an address or a secret. Every POST needs the CSRF
    token of the session. Views come as blueprints.
    """
    app = Flask(package)
    app.config.update(
        SECRET_KEY=site.secret_key,
        SESSION_COOKIE_NAME=site.cookie_name,
        SESSION_COOKIE_SECURE=site.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=site.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=site.max_form_bytes,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session
    )
    app.extensions["site"] = site
    app.add_url_rule("/health", "health", _health)
    for endpoint in ("static", "health"):
        site.public(app.view_functions[endpoint])
    app.before_request(_start_request)
    app.before_request(site.enforce_access)
    app.before_request(_refuse_odd_address)
    CSRFProtect(app)
    translate_pages(app, current_language)
    app.register_error_handler(Exception, show_error)
    app.context_processor(_template_context)
    app.after_request(_finish_response)
    return app


def _health() -> Response:
    """For monitoring: the process answers, and can read the database."""
    current_site().read_database()
    return jsonify(status="ok")


def _start_request() -> None:
    g.started = time.monotonic()
    remember_language()


def _refuse_odd_address() -> None:
    """Nothing has a name that cannot be stored."""
    if not all(is_storable(value) for value in (request.view_args or {}).values() if isinstance(value, str)):
        abort(404)


def _template_context() -> dict[str, object]:
    language = current_language()
    return {
        "language": language,
        "other_languages": [code for code in LANGUAGES if code != language],
        "language_name": language_name,
        "interface_languages": LANGUAGES,
        "theme": chosen_theme(),
        "themes": THEMES,
        "whole_number": partial(whole_number, language=language),
        "duration_text": partial(duration, language=language),
        "date_text": partial(long_date, tz=current_site().timezone(), language=language),
        "moment": partial(moment, tz=current_site().timezone(), language=language),
    }


def _finish_response(response: Response) -> Response:
    site = current_site()
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", site.security_policy())
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    requested = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint not in site.quiet_endpoints:
        took_ms = (time.monotonic() - g.started) * 1000
        logging.getLogger(site.name).info("%s: %d in %.0f ms", requested, response.status_code, took_ms)
    return response
