"""The values of the form, and what a visitor reads about each wrong field."""

from collections.abc import Mapping

from callback_api import consents
from callback_api.context import AppContext
from callback_api.field_errors import FieldError
from callback_api.forms import CallbackForm
from callback_api.pages.privacy_notice import build_privacy_notice
from callback_api.pages.slot_choices import build_slot_choices
from callback_api.problems import Problem
from routing.callbacks.number_ranges import NotCallableError, parse_callable_number
from routing.callbacks.rules import CallbackSite
from routing.languages import LANGUAGES as PROMPT_LANGUAGES
from routing.numbers import format_number
from translations import catalogues
from translations.dates import no_break
from translations.message import Message, translatable, translatable_plural

_LABELS = {
    "number": translatable("Your telephone number"),
    "slot": translatable("When should we call?"),
    "name": translatable("Your first name"),
    "topic": translatable("What is it about?"),
    "consent_call": translatable("Your consent"),
    "text": translatable("Your message"),
    "email": translatable("Your e-mail address"),
}
"""The fields that a visitor can fill in wrongly, in the order of the form."""

_FIELD_BY_PROBLEM = {"not-callable": "number", "slot-gone": "slot"}

_FIELD_ERRORS = {
    ("number", "missing-field"): translatable("Enter the number at which we can reach you."),
    ("number", "invalid-field"): translatable("This number is too long. Write one number, and nothing else."),
    ("slot", "invalid-field"): translatable("Choose a time from the list."),
    ("name", "invalid-field"): translatable("Write a first name of 80 characters at most, on one line."),
    ("topic", "invalid-field"): translatable("Write 120 characters at most, on one line."),
    ("text", "missing-field"): translatable("Write your message."),
    ("text", "invalid-field"): translatable("Write 2,000 characters at most, and plain text."),
    ("email", "invalid-field"): translatable("Write one address, such as anne@example.org."),
    ("email", "missing-field"): translatable(
        "Give an e-mail address or a telephone number, so that we can answer you."
    ),
    ("consent_call", "consent-missing"): translatable("Tick the first box: without your consent we cannot call you."),
}
"""Texts by field and problem that say more than the API's; the visitor reads the field's label before them."""


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The form's own fields. Hidden fields with invalid values are dropped, because a visitor cannot correct them."""
    fields = {name: value for name, value in form.items() if name in CallbackForm.model_fields}
    if fields.get("consent_version", consents.VERSION) not in consents.VERSIONS:  # nobody knows what was agreed to
        fields = {name: value for name, value in fields.items() if not name.startswith("consent_")}
    fields["page"] = clean_page_url(fields.get("page"))
    if fields.get("language") not in PROMPT_LANGUAGES:
        fields.pop("language", None)
    return fields


def read_language(form: Mapping[str, str], otherwise: str) -> str:
    """The language in which the form was shown; `otherwise` when it names none of ours."""
    language = form.get("language", "")
    return language if language in catalogues.LANGUAGES else otherwise


def clean_page_url(url: str | None) -> str:
    """The address of the page that held the form; empty when unknown.

    Query and fragment are dropped, because they may hold personal data.
    """
    address = (url or "").partition("#")[0].partition("?")[0]
    return address if address.startswith(("http://", "https://")) and address.isascii() and len(address) < 500 else ""


def template_values(context: AppContext, site: CallbackSite, language: str) -> dict[str, object]:
    """The values of form.html, apart from what the visitor typed."""
    return {
        "site": site.name,
        "number": no_break(format_number(site.number, context.plan().country)),
        "topics": catalogues.choose_text(site.topics or {}, language) or (),
        "consent_version": consents.VERSION,
        "consents": consents.consent_texts(language),
        "introduction": catalogues.choose_text(context.plan().organisation.callback_text, language) or "",
        "privacy": build_privacy_notice(context, language),
        **build_slot_choices(context, site.number, language),
    }


def field_labels() -> Mapping[str, Message]:
    """Each field's label, as the list of errors shows it."""
    return _LABELS


def field_error_texts(problem: Problem, language: str) -> dict[str, str]:
    """What to correct in each wrong field, in the order of the form; empty when the problem is not about a field."""
    if field := _FIELD_BY_PROBLEM.get(problem.name):
        return {field: problem.detail(language)}
    found = {error.field: _error_text(error, language) for error in problem.errors}
    return {field: found[field] for field in _LABELS if field in found}


def add_number_error(context: AppContext, typed: Mapping[str, str], problem: Problem) -> Problem:
    """The problem, with the error of the number added.

    The number is checked after the other fields, and the visitor should see all errors at once.
    """
    plan = context.plan()
    try:
        parse_callable_number(typed.get("number", ""), plan.country, plan.callbacks.ranges, plan.own_numbers)
    except NotCallableError as error:
        number = FieldError("number", "not-callable", error.message)
        return Problem(problem.name, errors=(number, *problem.errors))
    return problem


def error_page_values(context: AppContext, problem: Problem, language: str) -> dict[str, object]:
    """The values of error.html: what is wrong, when to try again, which number to call."""
    number = context.plan().callbacks.sites[0].number
    no_page = translatable("There is no such page. Check its address.")
    return {
        "text": no_page if problem.name == "not-found" else problem.detail(language),
        "again": _retry_text(int(problem.headers.get("Retry-After", 0))),
        "number": no_break(format_number(number, context.plan().country)),
    }


def _error_text(error: FieldError, language: str) -> str:
    return _FIELD_ERRORS.get((error.field, error.problem), error.detail).in_language(language)


def _retry_text(seconds: int) -> Message | None:
    if not seconds:
        return None
    if seconds < 60:
        return translatable("Try again in a few seconds.")
    minutes = -(-seconds // 60)
    if minutes < 90:
        return translatable_plural("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes)
    hours = -(-minutes // 60)
    return translatable_plural("Try again in %(count)s hour.", "Try again in %(count)s hours.", hours)
