"""What the page of a callback says."""

from datetime import datetime, timedelta

from callback_api.context import AppContext
from callback_api.pages import date_format
from callback_api.pages.slot_choices import AS_SOON_AS_POSSIBLE, ONCE_RESUMED
from records.callbacks.visitor_actions import VisitorView
from routing.callbacks.states import VisitorStatus
from routing.numbers import format_number
from translations.dates import no_break
from translations.message import Message, translatable
from translations.typography import capitalize_first

FAST_REFRESH_S, SLOW_REFRESH_S = 3, 30
"""How often the page refreshes itself: while the telephone may ring soon, and otherwise."""
_SOON = timedelta(minutes=2)

_TITLES = {
    VisitorStatus.WAITING: translatable("Your callback is booked"),
    VisitorStatus.CALLING: translatable("We are calling you"),
    VisitorStatus.DONE: translatable("We have called you back"),
    VisitorStatus.MISSED: translatable("We missed you"),
    VisitorStatus.CANCELLED: translatable("Your callback is cancelled"),
    VisitorStatus.EXPIRED: translatable("This request is no longer valid"),
}


def template_values(context: AppContext, view: VisitorView, language: str) -> dict[str, object]:
    """The values of status.html. `refresh_s`: seconds until the page refreshes itself; 0: the state is final."""
    now = context.clock()
    number = no_break(format_number(view.public_number, context.plan().country))
    moment = _format_when(context, view, now, language)
    return {
        "ref": view.ref,
        "status": view.visitor_status,
        "title": _TITLES[view.visitor_status],
        "lead": _lead(view, now, number, moment).in_language(language),
        "moment": capitalize_first(moment) or (ONCE_RESUMED if view.is_held else AS_SOON_AS_POSSIBLE),
        "public_number": view.public_number,
        "number": number,
        "visitor_number": no_break(format_number(view.visitor_number, context.plan().country)),
        "topic": view.topic,
        "site": view.site,
        "can_move": view.can_reschedule,
        "can_cancel": view.can_cancel,
        "refresh_s": _refresh_s(view, now),
    }


def _lead(view: VisitorView, now: datetime, number: str, moment: str) -> Message:
    """The sentence that says what will happen, or what has happened."""
    match view.visitor_status:
        case VisitorStatus.WAITING:
            return _waiting_lead(view, now, moment)
        case VisitorStatus.CALLING:
            return translatable("Your phone will ring any moment now. The call comes from %(number)s.", number=number)
        case VisitorStatus.DONE:
            return translatable("Thank you for talking to us. For anything else, ask for another callback.")
        case VisitorStatus.MISSED:
            return translatable(
                "We called and could not reach you. Choose another time, or call us on %(number)s.", number=number
            )
        case VisitorStatus.CANCELLED:
            return translatable("We won't call you about this request.")
        case VisitorStatus.EXPIRED:
            return translatable(
                "We could not call you back in time. Ask for another callback, or call us on %(number)s.",
                number=number,
            )


def _waiting_lead(view: VisitorView, now: datetime, moment: str) -> Message:
    if view.is_held:
        return _held_lead(moment)
    if _is_slot_ahead(view, now):
        return translatable("We'll call you %(moment)s.", moment=moment)
    if view.not_before <= now:
        return translatable("We'll call you as soon as somebody is free. Keep your phone to hand.")
    if view.dial_count:
        return translatable("We couldn't reach you. We'll try again %(moment)s.", moment=moment)
    return translatable("We'll call you as soon as possible: %(moment)s.", moment=moment)


def _held_lead(moment: str) -> Message:
    if moment:
        return translatable(
            "Our calls are interrupted until then. We'll call you as soon as possible: %(moment)s.", moment=moment
        )
    return translatable("Our calls are interrupted at the moment. We'll call you as soon as they resume.")


def _format_when(context: AppContext, view: VisitorView, now: datetime, language: str) -> str:
    """The time of the callback in words; empty when it may come at any moment."""
    tz = context.plan().timezone
    if view.is_held:
        return date_format.format_earliest(view.resumes_at, now, tz, language) if view.resumes_at else ""
    if view.time_slot and _is_slot_ahead(view, now):
        return date_format.format_slot(view.time_slot, now, tz, language)
    return date_format.format_earliest(view.not_before, now, tz, language) if view.not_before > now else ""


def _is_slot_ahead(view: VisitorView, now: datetime) -> bool:
    """Whether the chosen slot still applies: a second attempt has its own time."""
    return view.time_slot is not None and view.not_before <= view.time_slot.start and now < view.time_slot.end


def _refresh_s(view: VisitorView, now: datetime) -> int:
    if view.visitor_status in (VisitorStatus.DONE, VisitorStatus.CANCELLED, VisitorStatus.EXPIRED):
        return 0
    soon = view.visitor_status is VisitorStatus.CALLING or (
        view.visitor_status is VisitorStatus.WAITING and view.not_before - now < _SOON and not view.is_held
    )
    return FAST_REFRESH_S if soon else SLOW_REFRESH_S
