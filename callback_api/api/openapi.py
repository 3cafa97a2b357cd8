"""The OpenAPI 3.1 document; its schemas are generated from the models of requests and responses."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from callback_api.api.responses import AcceptedCallbackResponse, CallbackResponse, SlotsResponse
from callback_api.forms import CallbackForm, MoveForm
from callback_api.problem_texts import PROBLEMS

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_COMMON_PROBLEMS = ("origin-refused", "busy", "unavailable", "internal")
_BODY_PROBLEMS = ("malformed", "unknown-field", "missing-field", "invalid-field", "body-too-large", "unsupported-type")
_CALLBACK_PROBLEMS = ("consent-missing", "not-callable", "unknown-site", "slot-gone", "key-reused", "key-malformed")
_KEY_PROBLEMS = ("key-refused", "scope-missing", "too-many")


def build_openapi(server_url: str) -> Json:
    """Every path under /v1 with its requests and responses; `server_url` is the public address of the API."""
    key = {**_parameter("key", "query", "The secret part of the visitor's link."), "required": True}
    ref = {**_parameter("ref", "path", "The reference."), "required": True}
    site = _parameter("site", "query", "One of the organisation's sites; the first one when left out.")
    retry = _parameter("Idempotency-Key", "header", "A UUID: the same key and form give the same answer again.")
    retry["schema"] |= {"minLength": 16, "maxLength": 128, "pattern": "^[!#-~]+$"}
    show = _operation("Where a callback stands", CallbackResponse, [ref, key], problems=["unknown-callback"])
    cancel = _operation("Give a callback up", CallbackResponse, [ref, key], problems=["unknown-callback", "too-late"])
    move = _operation(
        "Choose another moment",
        CallbackResponse,
        [ref, key],
        request_model=MoveForm,
        problems=["unknown-callback", "too-late", "slot-gone", *_BODY_PROBLEMS],
    )
    slots = _operation("What can be chosen now", SlotsResponse, [site], problems=["unknown-site"])
    ask = _operation(
        "Ask for a callback",
        AcceptedCallbackResponse,
        [retry],
        request_model=CallbackForm,
        status="202",
        problems=[*_BODY_PROBLEMS, *_CALLBACK_PROBLEMS, *_KEY_PROBLEMS],
    )
    ask["security"] = [{}, {"server": []}]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Standardiste: callbacks", "version": "1", "license": {"name": "Apache-2.0"}},
        "servers": [{"url": server_url}],
        "paths": {
            "/v1/callbacks": {"post": ask},
            "/v1/callbacks/{ref}": {"get": show},
            "/v1/callbacks/{ref}/cancel": {"post": cancel},
            "/v1/callbacks/{ref}/move": {"post": move},
            "/v1/slots": {"get": slots},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"server": {"type": "http", "scheme": "bearer", "description": "For servers."}},
        },
    }


def _operation(
    summary: str,
    response_model: type[BaseModel],
    parameters: list[Json],
    *,
    request_model: type[BaseModel] | None = None,
    status: str = "200",
    problems: Iterable[str],
) -> Json:
    body = {"requestBody": _body(request_model)} if request_model else {}
    success = {"description": "Done.", "content": {"application/json": _schema(response_model.__name__)}}
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "-"),
        "parameters": parameters,
        **body,
        "responses": {status: success, **_problem_responses([*problems, *_COMMON_PROBLEMS])},
    }


def _problem_responses(names: Iterable[str]) -> Json:
    """The problem responses by status; each description lists the names that a problem's `type` may end with."""
    by_status: dict[str, list[str]] = {}
    for name in names:
        by_status.setdefault(str(PROBLEMS[name].status), []).append(name)
    content = {"application/problem+json": _schema("Problem")}
    return {
        status: {"description": ", ".join(names), "content": content} for status, names in sorted(by_status.items())
    }


def _body(model: type[BaseModel]) -> Json:
    kinds = ("application/json", "application/x-www-form-urlencoded")
    return {"required": True, "content": {kind: _schema(model.__name__) for kind in kinds}}


def _schema(name: str) -> Json:
    return {"schema": {"$ref": _SCHEMAS + name}}


def _schemas() -> Json:
    requests: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in (CallbackForm, MoveForm)
    ]
    responses: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "serialization") for model in (AcceptedCallbackResponse, CallbackResponse, SlotsResponse)
    ]
    _, schemas = models_json_schema(requests + responses, ref_template=_SCHEMAS + "{model}")
    return {**schemas["$defs"], "Problem": _PROBLEM}


def _parameter(name: str, place: str, description: str) -> Json:
    return {"name": name, "in": place, "description": description, "schema": {"type": "string"}}


_PROBLEM: Json = {
    "description": "What was refused and what to do (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "enum": [f"/v1/problems/{name}" for name in PROBLEMS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Why a number is not called."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["field", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
