"""Requesting, reading, cancelling and moving a callback: the same functions serve the API and the pages."""

import hashlib
import re
from datetime import datetime

from callback_api.access_control import Requester
from callback_api.consents import CALL, NEWS, VERSION
from callback_api.context import AppContext
from callback_api.field_errors import FieldError
from callback_api.forms import CallbackForm
from callback_api.problems import Problem, errors_as_problems
from callback_api.sites import require_outbound_trunk, slot_starting_at
from records.callbacks import acceptance, visitor_actions
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest, GivenConsent
from records.callbacks.idempotency import IdempotencyKey
from records.callbacks.visitor_actions import VisitorView
from routing.callbacks.number_ranges import read_callable_number
from routing.callbacks.rules import CallbackSite
from routing.languages import prompt_language
from translations.message import translatable

_UNKNOWN_TOPIC = FieldError("topic", "invalid-field", translatable("Choose one of the site's topics."))

_IDEMPOTENCY_KEY = re.compile(r'"?([!#-~]{16,128})"?')


def parse_idempotency_key(given: str) -> str | None:
    """An Idempotency-Key that is long enough not to be guessed; None for anything else.

    The quotation marks of a structured field (RFC 8941) are dropped.
    """
    found = _IDEMPOTENCY_KEY.fullmatch(given)
    return found and found[1]


def request_callback(
    context: AppContext, form: CallbackForm, requester: Requester, idempotency_key: str | None = None
) -> AcceptedCallback:
    """The accepted callback; it is on disk when this returns. Raises Problem.

    The form's language, if it has one, takes precedence over the requester's. The same `idempotency_key` with the same
    form gives the same answer again.
    """
    require_outbound_trunk(context)
    plan, site = context.plan(), requester.site
    with errors_as_problems():
        number = read_callable_number(form.number, plan.country, plan.callbacks.ranges, plan.own_numbers)
        callback_request = CallbackRequest(
            line=number.line,
            public_number=site.number,
            channel=CallbackChannel.WEB,
            language=prompt_language(form.language or requester.language, plan.languages),
            name=_name_with_extension(form.name, number.extension, form.language or requester.language) or None,
            topic=_check_topic(site, form.topic),
            time_slot=slot_starting_at(plan, form.slot) if form.slot else None,
            site=site.name,
            page=form.page,
            consents=_consents(form),
            address=requester.address,
        )
        return acceptance.accept_callback(
            context.database,
            callback_request,
            plan.get_callback_terms(site.number),
            at=context.clock(),
            idempotency=IdempotencyKey(idempotency_key, _fingerprint(form)) if idempotency_key else None,
        )


def get_callback(context: AppContext, ref: str, secret: str) -> VisitorView:
    """The callback's current state. Raises Problem."""
    with errors_as_problems():
        return visitor_actions.get_callback(context.database, ref, secret, at=context.clock())


def cancel_callback(context: AppContext, ref: str, secret: str) -> VisitorView:
    """The cancelled callback. Raises Problem."""
    with errors_as_problems():
        return visitor_actions.cancel_callback(context.database, ref, secret, at=context.clock())


def move_callback(context: AppContext, ref: str, secret: str, start: datetime | None) -> VisitorView:
    """The callback, moved to the slot that begins at `start`; None: as soon as possible. Raises Problem."""
    require_outbound_trunk(context)
    plan, now = context.plan(), context.clock()
    with errors_as_problems():
        number = visitor_actions.get_callback(context.database, ref, secret, at=now).public_number
        slot = slot_starting_at(plan, start) if start else None
        terms = plan.get_callback_terms(number)
        return visitor_actions.reschedule_callback(context.database, ref, secret, slot, terms, at=now)


def _name_with_extension(name: str | None, extension: str, language: str) -> str:
    """The name, and the extension at which the visitor asked to be called: the agent asks the switchboard for it."""
    if not extension:
        return name or ""
    wanted = translatable("extension %(number)s", number=extension).in_language(language)
    return f"{name} ({wanted})" if name else wanted


def _check_topic(site: CallbackSite, topic: str | None) -> str | None:
    """The topic. A site with a list of topics accepts no other: the topic is spoken to agents."""
    known = {each for topics in (site.topics or {}).values() for each in topics}
    if topic and known and topic not in known:
        raise Problem("invalid-field", placeholders={"fields": "topic"}, errors=(_UNKNOWN_TOPIC,))
    return topic or None


def _consents(form: CallbackForm) -> tuple[GivenConsent, ...]:
    purposes = (CALL, NEWS) if form.consent_news else (CALL,)
    return tuple(GivenConsent(purpose, form.consent_version or VERSION) for purpose in purposes)


def _fingerprint(form: CallbackForm) -> str:
    """A hash of the form's values; JSON and an HTML form with the same values have the same hash."""
    return hashlib.sha256(form.model_dump_json().encode()).hexdigest()
