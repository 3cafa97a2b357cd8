"""The parts of which the OpenAPI document is made: an operation, its parameters, its problems."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from callback_api.problem_texts import PROBLEMS

Json = dict[str, Any]
SCHEMAS = "#/components/schemas/"
BODY_PROBLEMS = ("malformed", "unknown-field", "missing-field", "invalid-field", "body-too-large", "unsupported-type")
FORM_KINDS = ("application/json", "application/x-www-form-urlencoded")
_COMMON_PROBLEMS = ("origin-refused", "busy", "unavailable", "internal")


def parameter(name: str, place: str, description: str) -> Json:
    return {"name": name, "in": place, "description": description, "schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a request holds, and the media types in which it may come."""

    model: type[BaseModel]
    kinds: Iterable[str] = FORM_KINDS


def operation(
    summary: str,
    response_model: type[BaseModel],
    parameters: list[Json],
    *,
    body: RequestBody | None = None,
    status: str = "200",
    problems: Iterable[str],
) -> Json:
    """One operation. `parameters`, `body` and `problems` (names of PROBLEMS): what it accepts and reports."""
    accepted = {"requestBody": _body(body)} if body else {}
    success = {"description": "Done.", "content": {"application/json": _schema(response_model.__name__)}}
    return {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "-"),
        "parameters": parameters,
        **accepted,
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


def _body(body: RequestBody) -> Json:
    return {"required": True, "content": {kind: _schema(body.model.__name__) for kind in body.kinds}}


def _schema(name: str) -> Json:
    return {"schema": {"$ref": SCHEMAS + name}}
