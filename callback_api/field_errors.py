"""Each wrong field by its name, with what fits."""

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callback_api.consents import VERSION
from routing.plan import Texts


@dataclass(frozen=True, slots=True)
class FieldError:
    """`problem`: the kind of problem that it is."""

    field: str
    problem: str
    detail: Texts


_CONSENT, _CONSENT_VERSION = "consent_call", "consent_version"


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """As pydantic found them. What somebody typed is never part of them."""
    return tuple(_field_error(each) for each in error.errors(include_url=False, include_input=False))


def _field_error(error: ErrorDetails) -> FieldError:
    field = ".".join(str(part)[:40] for part in error["loc"])
    problem = _problem(error["type"], field)
    return FieldError(field, problem, _what_fits(field, problem, error))


def _problem(found: str, field: str) -> str:
    if found in ("json_invalid", "json_type", "model_type", "model_attributes_type"):
        return "malformed"
    if found == "extra_forbidden":
        return "unknown-field"
    if field == _CONSENT:
        return "consent-missing"
    return "missing-field" if found in ("missing", "string_too_short") else "invalid-field"


def _what_fits(field: str, problem: str, error: ErrorDetails) -> Texts:
    if problem == "malformed":
        return {"fr": "Envoyez un objet JSON.", "en": "Send one JSON object."}
    if problem == "unknown-field":
        return {"fr": "Ce champ n'existe pas.", "en": "There is no such field."}
    if problem == "consent-missing":
        return {"fr": "Cochez cette case.", "en": "Tick this box."}
    if problem == "missing-field":
        return {"fr": "Remplissez ce champ.", "en": "Fill in this field."}
    if field == _CONSENT_VERSION:
        return {
            "fr": f"Cette version du texte n'existe pas. Montrez la version {VERSION} et indiquez-la.",
            "en": f"There is no such version of the text. Show version {VERSION} and name it.",
        }
    if error["type"] == "string_too_long":
        most = error["ctx"]["max_length"]
        return {"fr": f"{most} caractères au plus.", "en": f"{most} characters at most."}
    if error["type"].startswith(("datetime", "timezone")):
        return {
            "fr": "Donnez le début d'un créneau de /v1/slots, par exemple 2030-03-04T09:00:00Z.",
            "en": "Give the start of one of the slots of /v1/slots, such as 2030-03-04T09:00:00Z.",
        }
    return {"fr": "Cette valeur ne convient pas.", "en": "This value does not fit."}
