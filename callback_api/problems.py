"""What is refused, and how it is told: by a name (RFC 9457), with what to do, in the visitor's language."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from callback_api.field_errors import FieldError, field_errors
from callback_api.problem_texts import PROBLEMS
from records.callback_wish import SlotGone, TooLate, TooMany
from records.errors import BaseBusy, NotFound, RecordsError, TextRefused
from records.idempotency import OtherBody
from routing.callback_ranges import NotCallable
from routing.plan import Texts

BUSY_S, UNAVAILABLE_S = 5, 30
"""After how long it is worth asking again when the base is held by somebody, or gone."""

_HTTP = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 415: "unsupported-type"}


class Problem(Exception):
    """One refusal. `name` is one of PROBLEMS; `words` fill its sentence, `more` adds members to the document."""

    def __init__(
        self,
        name: str,
        *,
        words: Mapping[str, str | Texts] | None = None,
        headers: Mapping[str, str] | None = None,
        errors: tuple[FieldError, ...] = (),
        **more: Any,
    ) -> None:
        super().__init__(name)
        self.name, self.kind = name, PROBLEMS[name]
        self.words, self.headers, self.errors, self.more = words or {}, headers or {}, errors, more

    def title(self, language: str) -> str:
        return self.kind.title[language]

    def detail(self, language: str) -> str:
        """What is wrong and what to do, in one or two sentences."""
        words = {name: word if isinstance(word, str) else word[language] for name, word in self.words.items()}
        return self.kind.detail[language].format_map(words)

    def document(self, language: str) -> dict[str, Any]:
        """The problem+json document."""
        fields = [{"field": error.field, "detail": error.detail[language]} for error in self.errors]
        return {
            "type": f"/v1/problems/{self.name}",
            "title": self.title(language),
            "status": self.kind.status,
            "detail": self.detail(language),
            **({"errors": fields} if fields else {}),
            **self.more,
        }


def problem_of(error: Exception) -> Problem:
    """What a failure is to whoever asked; "internal" when it is a fault of ours."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _wrong_fields(error)
        case NotCallable():
            return Problem("not-callable", words={"sentence": error.sentences}, reason=str(error.reason))
        case TooMany():
            return Problem("too-many", headers=_after(error.retry_after_s))
        case SlotGone():
            return Problem("slot-gone")
        case OtherBody():
            return Problem("key-reused")
        case TooLate():
            return Problem("too-late")
        case TextRefused():
            return Problem("malformed")
        case NotFound():
            return Problem("unknown-callback")
        case BaseBusy():
            return Problem("busy", headers=_after(BUSY_S))
        case RecordsError():
            return Problem("unavailable", headers=_after(UNAVAILABLE_S))
        case HTTPException():
            return _http(error)
        case _:
            return Problem("internal")


@contextmanager
def told() -> Iterator[None]:
    """What the rooms below refuse becomes a Problem."""
    try:
        yield
    except (RecordsError, NotCallable) as error:
        raise problem_of(error) from error


def _wrong_fields(error: ValidationError) -> Problem:
    """Named by the gravest of them; all are listed."""
    errors = field_errors(error)
    name = min((each.problem for each in errors), key=tuple(PROBLEMS).index)
    fields = ", ".join(each.field for each in errors if each.problem == name)
    return Problem(name, words={"fields": fields}, errors=errors)


def _http(error: HTTPException) -> Problem:
    name = _HTTP.get(error.code or 500)
    if name is None:
        return Problem("malformed" if (error.code or 500) < 500 else "internal")
    allowed = getattr(error, "valid_methods", None)
    return Problem(name, headers={"Allow": ", ".join(sorted(allowed))} if allowed else None)


def _after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(seconds)))}
