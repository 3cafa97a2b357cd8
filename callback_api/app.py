"""The public web application: the API for programs and the button, the pages for people."""

import json
import logging
import time
import traceback
from dataclasses import replace

from flask import Flask, Response, g, jsonify, request

from callback_api import api, pages
from callback_api.addresses import trust_proxies
from callback_api.door import Door, door
from callback_api.languages import language_of
from callback_api.problems import Problem, problem_of
from records import plans

BASE_WAIT_MS = 1000  # what a visitor waits for a base that somebody holds; nor may many who wait keep others out
LONGEST_BODY = 16_000  # bytes; the longest honest form is a tenth of it
log = logging.getLogger("public")


def create_app(door: Door) -> Flask:
    """A WSGI application. It logs what was asked for as the path's pattern: never a number, a name or a key."""
    door = replace(door, base=door.base.within(BASE_WAIT_MS))
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_BODY, MAX_FORM_MEMORY_SIZE=LONGEST_BODY, MAX_FORM_PARTS=50)
    app.extensions["door"] = door
    trust_proxies(app, door.trusted_proxies)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_error_handler(Exception, _refused)
    app.add_url_rule("/health", view_func=_health)
    app.before_request(_begin)
    app.after_request(_end)
    return app


def _health() -> Response:
    """For whoever watches us: we answer, and can read the base."""
    plans.current(door().base)
    return jsonify(status="ok")


def _begin() -> None:
    g.began = time.monotonic()


def _end(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")  # a link holds its key; without Origin forms fail
    asked = f"{request.method} {request.url_rule}" if request.url_rule else "no such path"
    if request.endpoint != "_health":  # which is asked every second
        log.info("%s: %d in %.0f ms", asked, response.status_code, (time.monotonic() - g.began) * 1000)
    return response


def _refused(error: Exception) -> Response:
    problem = problem_of(error)
    if problem.kind.status >= 500:
        # An exception's text may hold what a visitor typed; where it happened never does.
        cause = error.__cause__ or error
        where = "".join(traceback.format_tb(error.__traceback__)) if problem.name == "internal" else cause
        log.error("%s: %s %s", problem.name, type(cause).__name__, where)
    language = g.get("language") or language_of(request)
    for_people = request.blueprint == pages.blueprint.name or (request.url_rule is None and _reads_html())
    return pages.refused(problem, language) if for_people else _document(problem, language)


def _reads_html() -> bool:
    """A browser says so; a program rarely does."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


def _document(problem: Problem, language: str) -> Response:
    body = json.dumps(problem.document(language), ensure_ascii=False)
    headers = {"Content-Language": language, **problem.headers}
    return Response(body, problem.kind.status, headers, mimetype="application/problem+json")
