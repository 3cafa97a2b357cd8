"""The public web application: the API, the button and the pages."""

import json
import logging
import time
import traceback
from dataclasses import replace

from flask import Flask, Response, g, jsonify, request

from callback_api.api import views as api_views
from callback_api.client_address import trust_proxies
from callback_api.context import AppContext, get_context
from callback_api.languages import select_language
from callback_api.pages import views as pages_views
from callback_api.problems import Problem, problem_from_error
from callback_api.records_api import centre_outcomes, contact_writes, request_writes
from callback_api.records_api import views as records_views
from callback_api.records_api.parameters import IdConverter
from records.plan import plan_versions
from translations.web import translate_pages

DATABASE_WAIT_MS = 1000  # a visitor waits no longer for a busy database, and waiting requests do not use up the threads
MAX_BODY_BYTES = 32_000  # the longest inquiry in any script, encoded as a form
log = logging.getLogger("public")


def create_app(context: AppContext) -> Flask:
    """The WSGI application. It logs each request by its route, never a number, a name or a key."""
    context = replace(context, database=context.database.with_timeout(DATABASE_WAIT_MS))
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES, MAX_FORM_PARTS=50)
    app.extensions["app_context"] = context
    app.url_map.converters["id"] = IdConverter
    trust_proxies(app, context.trusted_proxies)
    translate_pages(app, _language)
    app.register_blueprint(api_views.blueprint)
    app.register_blueprint(records_views.blueprint)
    app.register_blueprint(contact_writes.blueprint)
    app.register_blueprint(request_writes.blueprint)
    app.register_blueprint(centre_outcomes.blueprint)
    app.register_blueprint(pages_views.blueprint)
    app.register_error_handler(Exception, _handle_error)
    app.add_url_rule("/health", view_func=_health)
    app.before_request(_start_timer)
    app.after_request(_finish_response)
    return app


def _language() -> str:
    """The language of the current request."""
    return g.get("language") or select_language(request)


def _health() -> Response:
    """For monitoring: the process answers and can read the database."""
    plan_versions.get_current_version(get_context().database)
    return jsonify(status="ok")


def _start_timer() -> None:
    g.started = time.monotonic()


def _finish_response(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Links contain secrets, so no other site learns the address; "no-referrer" would remove the Origin header of forms.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    route = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint != "_health":  # which is requested every second
        log.info("%s: %d in %.0f ms", route, response.status_code, (time.monotonic() - g.started) * 1000)
    return response


def _handle_error(error: Exception) -> Response:
    problem = problem_from_error(error)
    if problem.kind.status >= 500:
        # An exception's text may contain what a visitor typed; its traceback does not.
        cause = error.__cause__ or error
        where = "".join(traceback.format_tb(error.__traceback__)) if problem.name == "internal" else cause
        log.error("%s: %s %s", problem.name, type(cause).__name__, where)
    language = _language()
    for_people = request.blueprint == pages_views.blueprint.name or (request.url_rule is None and _prefers_html())
    return pages_views.render_error(problem, language) if for_people else _problem_response(problem, language)


def _prefers_html() -> bool:
    """Browsers accept text/html; programs rarely say so."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


def _problem_response(problem: Problem, language: str) -> Response:
    body = json.dumps(problem.to_document(language), ensure_ascii=False)
    headers = {"Content-Language": language, **problem.headers}
    return Response(body, problem.kind.status, headers, mimetype="application/problem+json")
