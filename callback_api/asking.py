"""A visitor asks for a callback, follows it, moves it, cancels it: one way in for programs and for pages."""

import hashlib
import re
from datetime import datetime

from callback_api.consents import CALL, NEWS, VERSION
from callback_api.door import Door
from callback_api.field_errors import FieldError
from callback_api.form import Wanted
from callback_api.problems import Problem, told
from callback_api.sites import calendar, slot_from
from records import callback_acceptance, callback_links
from records.callback_links import CallbackView
from records.callback_wish import Accepted, CallbackChannel, ConsentGiven, Wish
from records.idempotency import Idempotency
from routing.callback_ranges import callable_line
from routing.callback_rules import Site

_OTHER_TOPIC = FieldError(
    "topic", "invalid-field", {"fr": "Choisissez un des sujets du site.", "en": "Choose one of the site's topics."}
)

_KEY = re.compile(r'"?([!#-~]{16,128})"?')


def well_formed_key(given: str) -> str | None:
    """An Idempotency-Key that nobody can guess, with or without the quotation marks of a structured field (RFC 8941);
    None for anything else."""
    found = _KEY.fullmatch(given)
    return found and found[1]


def ask(
    door: Door,
    wanted: Wanted,
    *,
    site: Site,
    address: str | None,
    language: str,
    idempotency_key: str | None = None,
) -> Accepted:
    """The callback as promised; it is on disk when this returns. Raises Problem.

    `address`: the visitor's; None where a server of the organisation asks for its visitors. `language`: what the
    visitor reads, unless the form says otherwise. The same `idempotency_key` and form give the same answer again.
    """
    plan, now = door.plan(), door.clock()
    with told():
        wish = Wish(
            line=callable_line(wanted.number, plan.country, plan.callbacks.ranges, plan.own_lines),
            public_number=site.number,
            channel=CallbackChannel.WEB,
            language=wanted.language or language,
            name=wanted.name or None,
            topic=_topic(site, wanted.topic),
            slot=slot_from(plan, wanted.slot) if wanted.slot else None,
            site=site.name,
            page=wanted.page,
            consents=_consents(wanted),
            address=address,
        )
        hours, tz = calendar(plan, site.number)
        return callback_acceptance.accept(
            door.base,
            wish,
            plan.callbacks,
            hours,
            tz,
            at=now,
            idempotency=Idempotency(idempotency_key, _fingerprint(wanted)) if idempotency_key else None,
        )


def follow(door: Door, ref: str, secret: str) -> CallbackView:
    """Where a callback stands. Raises Problem."""
    with told():
        return callback_links.seen(door.base, ref, secret, at=door.clock())


def cancel(door: Door, ref: str, secret: str) -> CallbackView:
    """The callback, which will not come. Raises Problem."""
    with told():
        return callback_links.cancel(door.base, ref, secret, at=door.clock())


def move(door: Door, ref: str, secret: str, start: datetime | None) -> CallbackView:
    """The callback, which will come in the slot that begins at `start`; None: as soon as possible. Raises Problem."""
    plan, now = door.plan(), door.clock()
    with told():
        number = callback_links.seen(door.base, ref, secret, at=now).public_number
        slot = slot_from(plan, start) if start else None
        hours, tz = calendar(plan, number)
        return callback_links.move(door.base, ref, secret, slot, plan.callbacks, hours, tz, at=now)


def _topic(site: Site, topic: str | None) -> str | None:
    """A site that lists its topics takes no other: agents hear them."""
    known = {each for topics in (site.topics or {}).values() for each in topics}
    if topic and known and topic not in known:
        raise Problem("invalid-field", words={"fields": "topic"}, errors=(_OTHER_TOPIC,))
    return topic or None


def _consents(wanted: Wanted) -> tuple[ConsentGiven, ...]:
    purposes = (CALL, NEWS) if wanted.consent_news else (CALL,)
    return tuple(ConsentGiven(purpose, wanted.consent_version or VERSION) for purpose in purposes)


def _fingerprint(wanted: Wanted) -> str:
    """Of what is asked, however it was written down."""
    return hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
