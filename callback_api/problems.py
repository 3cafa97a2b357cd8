"""Refusals as problem details (RFC 9457), in the visitor's language."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from callback_api.field_errors import FieldError, list_field_errors
from callback_api.problem_texts import PROBLEMS
from records.callbacks.callback_request import CallbackNotChangeable, TimeSlotUnavailable, TooManyCallbacks
from records.callbacks.idempotency import IdempotencyKeyReused
from records.callbacks.staff_request import NotDialled
from records.contacts.card_changes import CardChanged
from records.errors import DatabaseBusy, NotFound, RecordsError, UnstorableText
from records.inbox.inbox import RequestClosed, RequestTaken
from records.inbox.treatment import NotReopened
from routing.callbacks.number_ranges import NotCallableError
from translations.message import Message

BUSY_RETRY_AFTER_S, UNAVAILABLE_RETRY_AFTER_S = 5, 30
"""Retry-After when another process holds the database, and when the database cannot be used."""

NO_NUMBER = "no-number"
"""The reason of a callback that no number or no trunk could serve."""

_NAME_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 415: "unsupported-type"}


class Problem(Exception):
    """One problem that is reported to the visitor (RFC 9457).

    `name` is a key of PROBLEMS; `placeholders` fill its detail; `extensions` are additional members of the document.
    """

    def __init__(
        self,
        name: str,
        *,
        placeholders: Mapping[str, str | Message] | None = None,
        headers: Mapping[str, str] | None = None,
        errors: tuple[FieldError, ...] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(name)
        self.name, self.kind, self.errors, self.extensions = name, PROBLEMS[name], errors, extensions
        self.placeholders, self.headers = placeholders or {}, headers or {}

    def title(self, language: str) -> str:
        return self.kind.title.in_language(language)

    def detail(self, language: str) -> str:
        """What is wrong and what to do, in one or two sentences."""
        values = {**self.kind.detail.values, **self.placeholders}
        return replace(self.kind.detail, values=values).in_language(language)

    def to_document(self, language: str) -> dict[str, Any]:
        """The problem+json document."""
        fields = [{"field": error.field, "detail": error.detail.in_language(language)} for error in self.errors]
        return {
            "type": f"/v1/problems/{self.name}",
            "title": self.title(language),
            "status": self.kind.status,
            "detail": self.detail(language),
            **({"errors": fields} if fields else {}),
            **self.extensions,
        }


def problem_from_error(error: Exception) -> Problem:
    """The problem that an exception is to the client; "internal" for an exception that nothing here expects."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _from_validation_error(error)
        case NotCallableError():
            return Problem("not-callable", placeholders={"sentence": error.message}, reason=str(error.reason))
        case TooManyCallbacks():
            return Problem("too-many", headers=_retry_after(error.retry_after_s))
        case TimeSlotUnavailable():
            return Problem("slot-gone")
        case IdempotencyKeyReused():
            return Problem("key-reused")
        case RequestTaken():
            return Problem("request-taken")
        case RequestClosed():
            return Problem("request-closed")
        case NotReopened():
            return Problem("not-reopened")
        case NotDialled():
            return Problem("not-dialled", reason=str(error.reason or NO_NUMBER))
        case CardChanged():
            return Problem("card-changed")
        case CallbackNotChangeable():
            return Problem("too-late")
        case UnstorableText():
            return Problem("malformed")
        case NotFound():
            return Problem("unknown-callback")
        case DatabaseBusy():
            return Problem("busy", headers=_retry_after(BUSY_RETRY_AFTER_S))
        case RecordsError():
            return Problem("unavailable", headers=_retry_after(UNAVAILABLE_RETRY_AFTER_S))
        case HTTPException():
            return _from_http_error(error)
        case _:
            return Problem("internal")


@contextmanager
def errors_as_problems() -> Iterator[None]:
    """Converts the errors that `records` and `routing` raise into a Problem."""
    try:
        yield
    except (RecordsError, NotCallableError) as error:
        raise problem_from_error(error) from error


def _from_validation_error(error: ValidationError) -> Problem:
    """The problem of the most severe error; it lists all of them."""
    errors = list_field_errors(error)
    name = min((each.problem for each in errors), key=tuple(PROBLEMS).index)
    fields = ", ".join(each.field for each in errors if each.problem == name)
    return Problem(name, placeholders={"fields": fields}, errors=errors)


def _from_http_error(error: HTTPException) -> Problem:
    name = _NAME_BY_STATUS.get(error.code or 500)
    if name is None:
        return Problem("malformed" if (error.code or 500) < 500 else "internal")
    allowed = getattr(error, "valid_methods", None)
    return Problem(name, headers={"Allow": ", ".join(sorted(allowed))} if allowed else None)


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(seconds)))}
