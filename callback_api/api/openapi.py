"""The OpenAPI 3.1 document; its schemas are generated from the models of requests and responses."""

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from callback_api.api.operations import BODY_PROBLEMS, SCHEMAS, Json, RequestBody, operation, parameter
from callback_api.api.responses import (
    AcceptedCallbackResponse,
    AcceptedInquiryResponse,
    CallbackResponse,
    InquiryResponse,
    SlotsResponse,
)
from callback_api.forms import CallbackForm, InquiryForm, MoveForm
from callback_api.problem_texts import PROBLEMS
from callback_api.records_api.openapi_paths import RECORD_RESPONSES, idempotency_parameter, records_paths
from callback_api.records_api.write_forms import WRITE_FORMS

RESPONSES = (
    *(AcceptedCallbackResponse, CallbackResponse, SlotsResponse, AcceptedInquiryResponse, InquiryResponse),
    *RECORD_RESPONSES,
)
_CALLBACK_PROBLEMS = ("consent-missing", "not-callable", "unknown-site", "slot-gone", "key-reused", "key-malformed")
_INQUIRY_PROBLEMS = ("not-callable", "unknown-site", "key-reused", "key-malformed")
_KEY_PROBLEMS = ("key-refused", "scope-missing", "too-many")
_WITH_OR_WITHOUT_KEY: list[Json] = [{}, {"server": []}]


def build_openapi(server_url: str) -> Json:
    """Every path under /v1 with its requests and responses; `server_url` is the public address of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Standardiste", "version": "1", "license": {"name": "Apache-2.0"}},
        "servers": [{"url": server_url}],
        "paths": {**_callback_paths(), **_inquiry_paths(), **records_paths()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"server": {"type": "http", "scheme": "bearer", "description": "A key of ours."}},
        },
    }


def _callback_paths() -> Json:
    site = parameter("site", "query", "One of the organisation's sites; the first one when left out.")
    ask = operation(
        "Ask for a callback",
        AcceptedCallbackResponse,
        [idempotency_parameter()],
        body=RequestBody(CallbackForm),
        status="202",
        problems=[*BODY_PROBLEMS, *_CALLBACK_PROBLEMS, *_KEY_PROBLEMS],
    )
    move = operation(
        "Choose another moment",
        CallbackResponse,
        _link_parameters(),
        body=RequestBody(MoveForm),
        problems=["unknown-callback", "too-late", "slot-gone", *BODY_PROBLEMS],
    )
    show = operation("Where a callback stands", CallbackResponse, _link_parameters(), problems=["unknown-callback"])
    given_up = ["unknown-callback", "too-late"]
    cancel = operation("Give a callback up", CallbackResponse, _link_parameters(), problems=given_up)
    return {
        "/v1/callbacks": {"post": {**ask, "security": _WITH_OR_WITHOUT_KEY}},
        "/v1/callbacks/{ref}": {"get": show},
        "/v1/callbacks/{ref}/cancel": {"post": cancel},
        "/v1/callbacks/{ref}/move": {"post": move},
        "/v1/slots": {"get": operation("What can be chosen now", SlotsResponse, [site], problems=["unknown-site"])},
    }


def _inquiry_paths() -> Json:
    write = operation(
        "Write to us",
        AcceptedInquiryResponse,
        [idempotency_parameter()],
        body=RequestBody(InquiryForm),
        status="202",
        problems=[*BODY_PROBLEMS, *_INQUIRY_PROBLEMS, *_KEY_PROBLEMS],
    )
    return {
        "/v1/inquiries": {"post": {**write, "security": _WITH_OR_WITHOUT_KEY}},
        "/v1/inquiries/{ref}": {
            "get": operation("Read the answer", InquiryResponse, _link_parameters(), problems=["unknown-inquiry"])
        },
    }


def _link_parameters() -> list[Json]:
    """Those of a visitor's link."""
    key = {**parameter("key", "query", "The secret part of the visitor's link."), "required": True}
    return [{**parameter("ref", "path", "The reference."), "required": True}, key]


def _schemas() -> Json:
    requests: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in (CallbackForm, InquiryForm, MoveForm, *WRITE_FORMS)
    ]
    responses: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in RESPONSES]
    _, schemas = models_json_schema(requests + responses, ref_template=SCHEMAS + "{model}")
    return {**schemas["$defs"], "Problem": _PROBLEM}


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
