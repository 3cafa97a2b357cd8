"""The door for programs: JSON in, JSON out, /v1."""

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from callback_api import asking, origins, sites
from callback_api.answers import accepted_answer, callback_answer, slots_answer
from callback_api.door import door
from callback_api.form import Move, Wanted, moved_in_form, moved_in_json, wanted_in_form, wanted_in_json
from callback_api.languages import language_of
from callback_api.openapi import document
from callback_api.problem_texts import PROBLEMS
from callback_api.problems import Problem

blueprint = Blueprint("api", __name__)


@blueprint.before_request
def _pages_of_our_sites_only() -> None:
    origins.refuse_foreign(door(), request)


@blueprint.after_request
def _for_the_page_that_asked(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return origins.allow(door(), request, response)


@blueprint.post("/v1/callbacks")
def create() -> Response:
    wanted = _wanted()
    who = origins.asker(door(), request, wanted.site)
    g.language = wanted.language or language_of(request)
    accepted = asking.ask(
        door(), wanted, site=who.site, address=who.address, language=g.language, idempotency_key=_idempotency_key()
    )
    answer = _json(accepted_answer(door(), accepted, who.site.number), 202)
    answer.location = door().api_url(accepted.ref, accepted.secret)
    return answer


@blueprint.get("/v1/callbacks/<ref>")
def show(ref: str) -> Response:
    return _json(callback_answer(door(), asking.follow(door(), ref, _secret())))


@blueprint.post("/v1/callbacks/<ref>/cancel")
def cancel(ref: str) -> Response:
    return _json(callback_answer(door(), asking.cancel(door(), ref, _secret())))


@blueprint.post("/v1/callbacks/<ref>/move")
def move(ref: str) -> Response:
    return _json(callback_answer(door(), asking.move(door(), ref, _secret(), _move().slot)))


@blueprint.get("/v1/slots")
def slots() -> Response:
    site = sites.named(door().plan(), request.args.get("site"))
    return _json(slots_answer(door(), site.number))


@blueprint.get("/v1/openapi.json")
def openapi() -> Response:
    return jsonify(document(door().public_url))


@blueprint.get("/v1/problems/<name>")
def problem(name: str) -> Response:
    """What a problem's `type` leads to."""
    if (kind := PROBLEMS.get(name)) is None:
        raise NotFound
    language = language_of(request)
    return jsonify({"status": kind.status, "title": kind.title[language], "detail": kind.detail[language]})


def _wanted() -> Wanted:
    return wanted_in_json(request.get_data()) if _is_json() else wanted_in_form(request.form)


def _move() -> Move:
    return moved_in_json(request.get_data()) if _is_json() else moved_in_form(request.form)


def _is_json() -> bool:
    """True for JSON, False for a form. Raises what becomes the status 415."""
    if request.mimetype not in ("application/json", "application/x-www-form-urlencoded"):
        raise UnsupportedMediaType
    return request.mimetype == "application/json"


def _idempotency_key() -> str | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if (key := asking.well_formed_key(given)) is None:
        raise Problem("key-malformed")
    return key


def _secret() -> str:
    return request.args.get("key", "")


def _json(answer: BaseModel, status: int = 200) -> Response:
    return Response(answer.model_dump_json(by_alias=True), status, mimetype="application/json")
