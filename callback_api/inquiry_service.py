"""Writing to the organisation, and reading its answer: the same functions serve the API and the pages."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from callback_api.access_control import Requester
from callback_api.context import AppContext
from callback_api.field_errors import FieldError
from callback_api.forms import InquiryForm
from callback_api.problems import Problem, errors_as_problems
from records.callbacks.idempotency import IdempotencyKey
from records.errors import NotFound
from records.inquiries import acceptance, answers
from records.inquiries.acceptance import AcceptedInquiry, NewInquiry
from records.inquiries.answers import InquiryView
from routing.callbacks.number_ranges import read_callable_number
from translations.message import translatable

_NO_WAY_BACK = translatable("Give an e-mail address or a telephone number, so that we can answer you.")


def write_inquiry(
    context: AppContext, form: InquiryForm, requester: Requester, idempotency_key: str | None = None
) -> AcceptedInquiry:
    """The accepted inquiry; it is on disk when this returns, whether any trunk places calls or not. Raises Problem."""
    if not form.email and not form.number:
        raise Problem("missing-field", placeholders={"fields": "email"}, errors=(missing_contact(),))
    plan, site = context.plan(), requester.site
    with errors_as_problems():
        line = None
        if form.number:
            line = read_callable_number(form.number, plan.country, plan.callbacks.ranges, plan.own_numbers).line
        inquiry = NewInquiry(
            text=form.text,
            public_number=site.number,
            site=site.name,
            language=form.language or requester.language,
            line=line,
            email=form.email,
            name=form.name,
            page=form.page,
            address=requester.address,
        )
        return acceptance.accept_inquiry(
            context.database,
            inquiry,
            plan.callbacks.limits,
            at=context.clock(),
            idempotency=IdempotencyKey(idempotency_key, _fingerprint(form)) if idempotency_key else None,
        )


def get_inquiry(context: AppContext, ref: str, secret: str) -> InquiryView:
    """The inquiry with its answers. Raises Problem."""
    with _unknown_inquiry(), errors_as_problems():
        return answers.get_inquiry(context.database, ref, secret)


def missing_contact() -> FieldError:
    """What is wrong with an inquiry that nobody can answer."""
    return FieldError("email", "missing-field", _NO_WAY_BACK)


@contextmanager
def _unknown_inquiry() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        if isinstance(problem.__cause__, NotFound):
            raise Problem("unknown-inquiry") from problem.__cause__
        raise


def _fingerprint(form: InquiryForm) -> str:
    return hashlib.sha256(f"inquiry {form.model_dump_json()}".encode()).hexdigest()
