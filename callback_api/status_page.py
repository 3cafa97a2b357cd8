"""What the page of a callback says of it."""

from datetime import datetime, timedelta

from callback_api import moments
from callback_api.door import Door
from callback_api.words import word
from records.callback_links import CallbackView
from routing.callback_states import Shown
from routing.numbers import displayed

OFTEN_S, RARELY_S = 3, 30
"""How often the page looks for news: when the telephone may ring, and while it cannot."""
_NEAR = timedelta(minutes=2)


def values(door: Door, view: CallbackView, language: str) -> dict[str, object]:
    """What the page fills in. `every_s`: after how many seconds it looks again; 0: there will be no news."""
    now, number = door.clock(), moments.unbroken(displayed(view.public_number, door.plan().country))
    moment = _moment(door, view, now, language)
    return {
        "ref": view.ref,
        "shown": view.shown,
        "lead": word(_lead(view, now), language, number=number, moment=moment),
        "moment": moment[:1].upper() + moment[1:] or word("soon", language),
        "public_number": view.public_number,
        "number": number,
        "topic": view.topic,
        "site": view.site,
        "can_move": view.can_move,
        "can_cancel": view.can_cancel,
        "every_s": _every_s(view, now),
    }


def _lead(view: CallbackView, now: datetime) -> str:
    """The key of the sentence that tells what will happen."""
    if view.shown is not Shown.WAITING:
        return f"{view.shown}-lead"
    if _in_slot(view, now):
        return "waiting-slot"
    if view.not_before <= now:
        return "waiting-open"
    return "waiting-again" if view.rings else "waiting-from"


def _moment(door: Door, view: CallbackView, now: datetime, language: str) -> str:
    """When, in words; empty when it can be any moment."""
    tz = door.plan().timezone
    if view.slot and _in_slot(view, now):
        return moments.moment(view.slot, now, tz, language)
    return moments.since(view.not_before, now, tz, language) if view.not_before > now else ""


def _in_slot(view: CallbackView, now: datetime) -> bool:
    """Whether the chosen slot still says when: a second attempt has a time of its own."""
    return view.slot is not None and view.not_before <= view.slot.start and now < view.slot.end


def _every_s(view: CallbackView, now: datetime) -> int:
    if view.shown in (Shown.DONE, Shown.CANCELLED, Shown.EXPIRED):
        return 0
    soon = view.shown is Shown.CALLING or (view.shown is Shown.WAITING and view.not_before - now < _NEAR)
    return OFTEN_S if soon else RARELY_S
