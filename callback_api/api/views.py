"""The JSON API under /v1."""

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from callback_api import access_control, callback_service, inquiry_service, sites
from callback_api.api.openapi import build_openapi
from callback_api.api.responses import (
    build_accepted_inquiry_response,
    build_accepted_response,
    build_callback_response,
    build_inquiry_response,
    build_slots_response,
)
from callback_api.context import get_context
from callback_api.forms import (
    CallbackForm,
    MoveForm,
    parse_callback_form,
    parse_callback_json,
    parse_inquiry_form,
    parse_inquiry_json,
    parse_move_form,
    parse_move_json,
)
from callback_api.languages import select_language
from callback_api.problem_texts import PROBLEMS
from callback_api.problems import Problem

blueprint = Blueprint("api", __name__)


@blueprint.before_request
def _reject_foreign_origin() -> None:
    access_control.reject_foreign_origin(get_context(), request)


@blueprint.after_request
def _add_cors_headers(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return access_control.add_cors_headers(get_context(), request, response)


@blueprint.post("/v1/callbacks")
def create() -> Response:
    form = _read_callback_form()
    g.language = form.language or select_language(request)
    requester = access_control.identify_requester(get_context(), request, form.site, g.language)
    accepted = callback_service.request_callback(get_context(), form, requester, _idempotency_key())
    response = _json_response(build_accepted_response(get_context(), accepted, requester.site.number), 202)
    response.location = get_context().callback_api_url(accepted.ref, accepted.secret)
    return response


@blueprint.get("/v1/callbacks/<ref>")
def show(ref: str) -> Response:
    return _json_response(
        build_callback_response(get_context(), callback_service.get_callback(get_context(), ref, _secret()))
    )


@blueprint.post("/v1/callbacks/<ref>/cancel")
def cancel(ref: str) -> Response:
    return _json_response(
        build_callback_response(get_context(), callback_service.cancel_callback(get_context(), ref, _secret()))
    )


@blueprint.post("/v1/callbacks/<ref>/move")
def move(ref: str) -> Response:
    return _json_response(
        build_callback_response(
            get_context(), callback_service.move_callback(get_context(), ref, _secret(), _read_move_form().slot)
        )
    )


@blueprint.post("/v1/inquiries")
def write() -> Response:
    form = parse_inquiry_json(request.get_data()) if _is_json() else parse_inquiry_form(request.form)
    g.language = form.language or select_language(request)
    requester = access_control.identify_requester(get_context(), request, form.site, g.language)
    accepted = inquiry_service.write_inquiry(get_context(), form, requester, _idempotency_key())
    response = _json_response(build_accepted_inquiry_response(get_context(), accepted), 202)
    response.location = get_context().inquiry_api_url(accepted.ref, accepted.secret)
    return response


@blueprint.get("/v1/inquiries/<ref>")
def read(ref: str) -> Response:
    return _json_response(build_inquiry_response(inquiry_service.get_inquiry(get_context(), ref, _secret())))


@blueprint.get("/v1/slots")
def slots() -> Response:
    site = sites.get_site(get_context().plan(), request.args.get("site"))
    return _json_response(build_slots_response(get_context(), site.number))


@blueprint.get("/v1/openapi.json")
def openapi() -> Response:
    return jsonify(build_openapi(get_context().public_url))


@blueprint.get("/v1/problems/<name>")
def problem(name: str) -> Response:
    """The document at the address that a problem's `type` names."""
    if (kind := PROBLEMS.get(name)) is None:
        raise NotFound
    language = select_language(request)
    title, detail = kind.title.in_language(language), kind.detail.in_language(language)
    return jsonify({"status": kind.status, "title": title, "detail": detail})


def _read_callback_form() -> CallbackForm:
    return parse_callback_json(request.get_data()) if _is_json() else parse_callback_form(request.form)


def _read_move_form() -> MoveForm:
    return parse_move_json(request.get_data()) if _is_json() else parse_move_form(request.form)


def _is_json() -> bool:
    """True for JSON, False for a form. Raises UnsupportedMediaType (415) for anything else."""
    if request.mimetype not in ("application/json", "application/x-www-form-urlencoded"):
        raise UnsupportedMediaType
    return request.mimetype == "application/json"


def _idempotency_key() -> str | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if (key := callback_service.parse_idempotency_key(given)) is None:
        raise Problem("key-malformed")
    return key


def _secret() -> str:
    return request.args.get("key", "")


def _json_response(document: BaseModel, status: int = 200) -> Response:
    return Response(document.model_dump_json(by_alias=True), status, mimetype="application/json")
