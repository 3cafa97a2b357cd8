"""The pages on which a visitor writes to the organisation and reads its answer."""

from collections.abc import Mapping

from callback_api import inquiry_service
from callback_api.context import AppContext
from callback_api.forms import MAX_INQUIRY, InquiryForm
from callback_api.pages import form_page
from callback_api.pages.privacy_notice import build_privacy_notice
from callback_api.problems import Problem
from records.inquiries.answers import InquiryView
from routing.callbacks.rules import CallbackSite
from routing.languages import LANGUAGES as PROMPT_LANGUAGES
from routing.numbers import format_number
from translations.dates import moment, no_break
from translations.message import Message, translatable
from translations.typography import capitalize_first

REFRESH_S = 30
"""How often the page looks for an answer."""

_ANSWERED = (translatable("We have answered you"), translatable("You will find our answer below."))
_WAITS_MAIL = (
    translatable("Your message has reached us"),
    translatable("Our answer will appear on this page. We will also tell you by e-mail when it is there."),
)
_WAITS = (
    translatable("Your message has reached us"),
    translatable("Our answer will be on this page: keep its link. We may also call you."),
)
_CLOSED = (
    translatable("Your message has been handled"),
    translatable("There is no written answer. If your question is still open, write to us again or call us."),
)


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The form's own fields; hidden fields with invalid values are dropped, because a visitor cannot correct them."""
    fields = {name: value for name, value in form.items() if name in InquiryForm.model_fields}
    fields["page"] = form_page.clean_page_url(fields.get("page"))
    if fields.get("language") not in PROMPT_LANGUAGES:
        fields.pop("language", None)
    return fields


def form_values(context: AppContext, site: CallbackSite, language: str) -> dict[str, object]:
    """The values of inquiry_form.html, apart from what the visitor typed."""
    return {
        "site": site.name,
        "number": no_break(format_number(site.number, context.plan().country)),
        "privacy": build_privacy_notice(context, language),
        "max_text": MAX_INQUIRY,
    }


def add_contact_error(typed: Mapping[str, str], problem: Problem) -> Problem:
    """The problem, with what says that nobody can be answered: a visitor should see all errors at once."""
    named = {error.field for error in problem.errors}
    if typed.get("number", "").strip() or typed.get("email", "").strip() or "email" in named:
        return problem
    return Problem(problem.name, errors=(*problem.errors, inquiry_service.missing_contact()))


def inquiry_values(context: AppContext, view: InquiryView, language: str) -> dict[str, object]:
    """The values of inquiry.html. `refresh_s`: seconds until the page looks again; 0: nothing more is expected."""
    title, lead = _sentences(view)
    zone = context.plan().timezone
    return {
        "ref": view.ref,
        "title": title,
        "lead": lead,
        "written": capitalize_first(moment(view.written_at, zone, language)),
        "text": view.text,
        "answers": [(moment(each.at, zone, language), each.text) for each in view.answers],
        "site": view.site,
        "public_number": view.public_number,
        "number": no_break(format_number(view.public_number, context.plan().country)),
        "refresh_s": REFRESH_S if view.is_open else 0,
    }


def _sentences(view: InquiryView) -> tuple[Message, Message]:
    """The title of the page, and the sentence below it."""
    if view.answers:
        return _ANSWERED
    if not view.is_open:
        return _CLOSED
    return _WAITS_MAIL if view.gets_mail else _WAITS
