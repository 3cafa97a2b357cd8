"""The OpenAPI 3.1 document: its schemas are those that the forms and answers are checked against."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from callback_api.answers import AcceptedAnswer, CallbackAnswer, SlotsAnswer
from callback_api.form import Move, Wanted
from callback_api.problem_texts import PROBLEMS

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_EVERYWHERE = ("origin-refused", "busy", "unavailable", "internal")
_OF_A_BODY = ("malformed", "unknown-field", "missing-field", "invalid-field", "body-too-large", "unsupported-type")
_OF_ASKING = ("consent-missing", "not-callable", "unknown-site", "slot-gone", "key-reused", "key-malformed")
_OF_KEYS = ("key-refused", "scope-missing", "too-many")


def document(url: str) -> Json:
    """Every address under /v1, what it takes and what it answers; `url` is where it is found."""
    key = {**_parameter("key", "query", "The secret part of the visitor's link."), "required": True}
    ref = {**_parameter("ref", "path", "The reference."), "required": True}
    site = _parameter("site", "query", "One of the organisation's sites; the first one when left out.")
    retry = _parameter("Idempotency-Key", "header", "A UUID: the same key and form give the same answer again.")
    retry["schema"] |= {"minLength": 16, "maxLength": 128, "pattern": "^[!#-~]+$"}
    show = _operation("Where a callback stands", CallbackAnswer, [ref, key], problems=["unknown-callback"])
    cancel = _operation("Give a callback up", CallbackAnswer, [ref, key], problems=["unknown-callback", "too-late"])
    move = _operation(
        "Choose another moment",
        CallbackAnswer,
        [ref, key],
        takes=Move,
        problems=["unknown-callback", "too-late", "slot-gone", *_OF_A_BODY],
    )
    slots = _operation("What can be chosen now", SlotsAnswer, [site], problems=["unknown-site"])
    ask = _operation(
        "Ask for a callback",
        AcceptedAnswer,
        [retry],
        takes=Wanted,
        status="202",
        problems=[*_OF_A_BODY, *_OF_ASKING, *_OF_KEYS],
    )
    ask["security"] = [{}, {"server": []}]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Standardiste: callbacks", "version": "1", "license": {"name": "Apache-2.0"}},
        "servers": [{"url": url}],
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
    answers: type[BaseModel],
    parameters: list[Json],
    *,
    takes: type[BaseModel] | None = None,
    status: str = "200",
    problems: Iterable[str],
) -> Json:
    body = {"requestBody": _body(takes)} if takes else {}
    done = {"description": "Done.", "content": {"application/json": _schema(answers.__name__)}}
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "-"),
        "parameters": parameters,
        **body,
        "responses": {status: done, **_refusals([*problems, *_EVERYWHERE])},
    }


def _refusals(names: Iterable[str]) -> Json:
    """By status, each with the names that its `type` may end with."""
    by_status: dict[str, list[str]] = {}
    for name in names:
        by_status.setdefault(str(PROBLEMS[name].status), []).append(name)
    content = {"application/problem+json": _schema("Problem")}
    return {status: {"description": ", ".join(told), "content": content} for status, told in sorted(by_status.items())}


def _body(model: type[BaseModel]) -> Json:
    kinds = ("application/json", "application/x-www-form-urlencoded")
    return {"required": True, "content": {kind: _schema(model.__name__) for kind in kinds}}


def _schema(name: str) -> Json:
    return {"schema": {"$ref": _SCHEMAS + name}}


def _schemas() -> Json:
    taken: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in (Wanted, Move)]
    given: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "serialization") for model in (AcceptedAnswer, CallbackAnswer, SlotsAnswer)
    ]
    _, schemas = models_json_schema(taken + given, ref_template=_SCHEMAS + "{model}")
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
