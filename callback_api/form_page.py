"""What the form shows, and what it says of a wish that cannot be taken."""

from collections.abc import Mapping
from urllib.parse import urlencode

from callback_api import consents
from callback_api.choices import choices
from callback_api.door import Door
from callback_api.field_errors import FieldError
from callback_api.form import Wanted
from callback_api.moments import unbroken
from callback_api.problems import Problem
from callback_api.words import WORDS, word
from routing.callback_ranges import NotCallable, callable_line
from routing.callback_rules import Site
from routing.numbers import displayed
from routing.plan import LANGUAGES

_FIELDS = ("number", "slot", "name", "topic", "consent_call")
"""Those that a visitor can fill in wrongly, in the order of the form."""
_OF_ONE_FIELD = {"not-callable": "number", "slot-gone": "slot"}


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """The form's own fields; of the hidden ones only what can be used, for nobody could mend them."""
    fields = {name: value for name, value in form.items() if name in Wanted.model_fields}
    if fields.get("consent_version", consents.VERSION) not in consents.VERSIONS:  # who knows what was agreed to
        fields = {name: value for name, value in fields.items() if not name.startswith("consent_")}
    fields["page"] = address_of_page(fields.get("page"))
    if fields.get("language") not in LANGUAGES:
        fields.pop("language", None)
    return fields


def address_of_page(told: str | None) -> str:
    """The page that held the form, without what follows its path, which may be personal; empty when unknown."""
    address = (told or "").partition("#")[0].partition("?")[0]
    return address if address.startswith(("http://", "https://")) and address.isascii() and len(address) < 500 else ""


def values(door: Door, site: Site, language: str) -> dict[str, object]:
    """What form.html fills in, beside what was typed."""
    other = next(each for each in LANGUAGES if each != language)
    return {
        "site": site.name,
        "number": unbroken(displayed(site.number, door.plan().country)),
        "topics": (site.topics or {}).get(language, ()),
        "consent_version": consents.VERSION,
        "consents": {purpose: texts[language] for purpose, texts in consents.TEXTS.items()},
        "other_language": other,
        "other_language_url": "?" + urlencode({"site": site.name, "language": other}),
        **choices(door, site.number, language),
    }


def labels(language: str) -> dict[str, str]:
    """Each field's name, as the list of errors gives it."""
    return {field: word("consents" if field == "consent_call" else field, language) for field in _FIELDS}


def errors(problem: Problem, language: str) -> dict[str, str]:
    """What to do about each wrong field, in the order of the form; none when no field is the reason."""
    if field := _OF_ONE_FIELD.get(problem.name):
        return {field: problem.detail(language)}
    found = {
        error.field: _error(error.field, error.problem, error.detail[language], language) for error in problem.errors
    }
    return {field: found[field] for field in _FIELDS if field in found}


def with_number(door: Door, typed: Mapping[str, str], problem: Problem) -> Problem:
    """The same, and what is wrong with the number, which is else looked at last: people mend all at once."""
    plan = door.plan()
    try:
        callable_line(typed.get("number", ""), plan.country, plan.callbacks.ranges, plan.own_lines)
    except NotCallable as error:
        number = FieldError("number", "not-callable", error.sentences)
        return Problem(problem.name, errors=(number, *problem.errors))
    return problem


def refusal(door: Door, problem: Problem, language: str) -> dict[str, object]:
    """What refused.html says: what is wrong, when to try again, which number to call."""
    number = door.plan().callbacks.sites[0].number
    return {
        "text": word("not-found", language) if problem.name == "not-found" else problem.detail(language),
        "again": _again(int(problem.headers.get("Retry-After", 0)), language),
        "number": unbroken(displayed(number, door.plan().country)),
    }


def _error(field: str, kind: str, otherwise: str, language: str) -> str:
    return word(f"{field}:{kind}", language) if f"{field}:{kind}" in WORDS else otherwise


def _again(seconds: int, language: str) -> str:
    if not seconds:
        return ""
    if seconds < 60:
        return word("again-soon", language)
    minutes = -(-seconds // 60)
    if minutes < 90:
        return word("again-minutes", language, count=minutes)
    return word("again-hours", language, count=-(-minutes // 60))
