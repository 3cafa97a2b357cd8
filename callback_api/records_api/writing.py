"""One change by a program: read, done in one transaction, and done once for each Idempotency-Key."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from callback_api.callback_service import parse_idempotency_key
from callback_api.context import get_context
from callback_api.problems import Problem, errors_as_problems
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.tool_access import Tool
from records.callbacks.idempotency import IdempotencyKey, find_response, store_response
from records.database.engine import Database, acquire_lock
from records.database.unit_of_work import unit_of_work
from records.errors import NotFound, UnstorableText
from routing.numbers import parse_typed_number
from translations.message import translatable

Form = TypeVar("Form", bound=BaseModel)
LOCK_NAME = "idempotency"
_NOT_A_NUMBER = translatable("Write a telephone number, such as +33639980001 or 06 39 98 00 01.")
_JSON = ("application/json", "application/merge-patch+json")


def read_form(model: type[Form]) -> Form:
    """The body. Raises UnsupportedMediaType, ValidationError."""
    if request.mimetype not in _JSON:
        raise UnsupportedMediaType
    return model.model_validate_json(request.get_data(), strict=True)


def read_form_for(exists: Callable[[], bool], model: type[Form]) -> Form:
    """The body; that nobody has the id of the address is said before what is wrong with the body.

    Raises Problem, UnsupportedMediaType, ValidationError.
    """
    try:
        return read_form(model)
    except (UnsupportedMediaType, ValidationError):
        if not exists():
            raise Problem("not-found") from None
        raise


def read_number(typed: str, field: str = "number") -> str:
    """The number (E.164). Raises Problem."""
    line = parse_typed_number(typed, get_context().plan().country)
    if line is None:
        raise invalid_field(field, _NOT_A_NUMBER)
    return line


def change_once(tool: Tool, form: BaseModel, change: Callable[[Database], int | str]) -> int | str:
    """What `change` gives: the id of what it made or changed; for a key that was used before, what it gave then.

    Only the id is kept for the key, so that no copy of a person's data outlives their erasure; the answer shows what
    the id names as it is now. All that `change` does is committed, or nothing. Raises Problem.
    """
    key = _read_idempotency_key(form)
    owner = f"key:{tool.key_id}"
    try:
        with errors_as_problems(), unit_of_work(get_context().database, atomic=True) as part:
            if key is None:
                return change(part)
            with part.write() as connection:
                acquire_lock(connection, LOCK_NAME)
                if known := find_response(connection, owner, key):
                    stored: int | str = known["id"]
                    return stored
                made = change(part)
                store_response(connection, owner, key, {"id": made}, get_context().clock())
                return made
    except Problem as problem:
        raise not_found_here(problem) from problem


def not_found_here(problem: Problem) -> Problem:
    """What is not found here is not a callback."""
    return Problem("not-found") if isinstance(problem.__cause__, (NotFound, UnstorableText)) else problem


def _read_idempotency_key(form: BaseModel) -> IdempotencyKey | None:
    """The key of the request, which belongs to its address and body. Raises Problem."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if (key := parse_idempotency_key(given)) is None:
        raise Problem("key-malformed")
    what = f"{request.method} {request.path} {form.model_dump_json(exclude_unset=True)}"
    return IdempotencyKey(key, hashlib.sha256(what.encode()).hexdigest())
