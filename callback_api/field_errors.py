"""The wrong fields of a request, each with what it accepts, as the API reports them."""

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callback_api.consents import VERSION
from translations.message import Message, translatable


@dataclass(frozen=True, slots=True)
class FieldError:
    """`problem`: the name of a kind in problem_texts.PROBLEMS."""

    field: str
    problem: str
    detail: Message


_CONSENT, _CONSENT_VERSION, _SLOT = "consent_call", "consent_version", "slot"
NOT_A_TIME = translatable("Write a time with its offset from UTC, such as 2030-03-04T12:00:00+01:00.")

_DETAILS = {
    "malformed": translatable("Send one JSON object."),
    "unknown-field": translatable("There is no such field."),
    "consent-missing": translatable("Tick this box."),
    "missing-field": translatable("Fill in this field."),
}


def list_field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """The errors that pydantic found, in its order. They never contain what the visitor typed."""
    return tuple(_field_error(each) for each in error.errors(include_url=False, include_input=False))


def _field_error(error: ErrorDetails) -> FieldError:
    field = ".".join(str(part)[:40] for part in error["loc"])
    problem = _problem_name(error["type"], field)
    return FieldError(field, problem, _DETAILS.get(problem) or _describe_accepted_values(field, error))


def _problem_name(found: str, field: str) -> str:
    if found in ("json_invalid", "json_type", "model_type", "model_attributes_type"):
        return "malformed"
    if found == "extra_forbidden":
        return "unknown-field"
    if field == _CONSENT:
        return "consent-missing"
    return "missing-field" if found in ("missing", "string_too_short") else "invalid-field"


def _describe_accepted_values(field: str, error: ErrorDetails) -> Message:
    if field == _CONSENT_VERSION:
        return translatable(
            "There is no such version of the text. Show version %(version)s and name it.", version=VERSION
        )
    if error["type"] == "string_too_long":
        return translatable("%(most)s characters at most.", most=error["ctx"]["max_length"])
    if field == "due_at":
        return NOT_A_TIME
    if field == _SLOT or error["type"].startswith(("datetime", "timezone")):
        return translatable("Give the start of one of the slots of /v1/slots, such as 2030-03-04T09:00:00Z.")
    return translatable("This value does not fit.")
