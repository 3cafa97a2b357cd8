"""The strip and the badges, which every page shows and asks for again, and the presence of the user who is an agent."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from console.badges import count_badges
from console.context import current_session, find_plan, get_context
from console.display import page_before
from console.guard import keeps_idle, needs
from console.pause_reasons import list_pause_reasons, shown_pause_reason
from console.reception_state import build_strip
from console.screen_pop import POP_TEXTS, build_pop
from console.transfers.view import list_shown_news
from console.wrapups import shown_wrapup
from records.calls.call_notes import MAX_NOTE
from records.errors import RecordsError
from records.staff import presence
from records.staff.presence import PresenceState
from records.staff.wrapups import lengthen_wrapup
from routing.access.permissions import Permission
from translations.message import Message, translatable, translatable_in_context

PRESENCE_LABELS: Mapping[PresenceState, Message] = {
    PresenceState.READY: translatable_in_context("presence", "Ready"),
    PresenceState.PAUSED: translatable_in_context("presence", "On a break"),
    PresenceState.OUT: translatable_in_context("presence", "Away"),
}
PRESENCE_BUTTONS: Mapping[PresenceState, tuple[tuple[PresenceState, Message], ...]] = {
    PresenceState.READY: (
        (PresenceState.PAUSED, translatable("Take a break")),
        (PresenceState.OUT, translatable("Leave")),
    ),
    PresenceState.PAUSED: (
        (PresenceState.READY, translatable("Take calls again")),
        (PresenceState.OUT, translatable("Leave")),
    ),
    PresenceState.OUT: ((PresenceState.READY, translatable("Take calls")),),
}
"""By the presence of an agent, the other ones that they may choose."""

blueprint = Blueprint("strip", __name__, url_prefix="/strip")


@blueprint.get("")
@keeps_idle
@needs(Permission.SEE_RECEPTION)
def show() -> str:
    """The parts of a page that refresh themselves, without the page."""
    return render_template("live.html")


@blueprint.post("/presence")
@needs(Permission.SEE_RECEPTION)
def set_presence() -> Response:
    """Sets the presence of the user who is an agent, as *21, *22 and *23 on their telephone do.

    `pause` is the reason for a pause, one of the plan's.
    """
    session, agent_id = current_session(), current_session().user.agent_id
    reason = request.form.get("pause", "")
    reason = reason if reason in list_pause_reasons() else ""
    state = PresenceState.PAUSED if reason else request.form.get("state", "")
    if agent_id is not None and state in {*PresenceState}:
        presence.set_presence(
            get_context().database,
            agent_id,
            PresenceState(state),
            reason=reason,
            by=session.user.name,
            at=get_context().clock(),
        )
    return redirect(page_before(), 303)


@blueprint.post("/wrapup")
@needs(Permission.SEE_RECEPTION)
def lengthen() -> Response:
    """Gives the user who is an agent more time after a call, as much as the plan says; when it is over, nothing."""
    agent_id, plan, context = current_session().user.agent_id, find_plan(), get_context()
    if agent_id is not None and plan and plan.staff.more_wrapup_s:
        more = timedelta(seconds=plan.staff.more_wrapup_s)
        lengthen_wrapup(context.database, agent_id, more, context.clock())
    return redirect(page_before(), 303)


def strip_context() -> dict[str, object]:
    """What templates need for the strip and the badges of the current user."""
    user = current_session().user
    try:
        strip = build_strip(user.agent_id) if user.actor.may(Permission.SEE_RECEPTION) else None
        handover = list_shown_news(strip.presence) if strip else ()
        pop, badges, plan = build_pop(), count_badges(), find_plan()
    except RecordsError:  # the page that says that the database is away has a frame, too
        strip, handover, pop, badges, plan = None, (), None, {}, None
    return {
        "strip": strip,
        "handover": handover,
        "pop": pop,
        "pop_texts": POP_TEXTS,
        "max_call_note": MAX_NOTE,
        "is_outcome_required": bool(plan and plan.staff.outcome_required),
        "may_open_requests": user.actor.may(Permission.SEE_REQUESTS),
        "may_change_contacts": user.actor.may(Permission.CHANGE_CONTACTS),
        "may_see_calls": user.actor.may(Permission.SEE_CALLS),
        "badges": badges,
        "presence_labels": PRESENCE_LABELS,
        "presence_buttons": PRESENCE_BUTTONS,
        "pause_reasons": list_pause_reasons() if strip and strip.presence else {},
        "shown_pause_reason": shown_pause_reason,
        "shown_wrapup": shown_wrapup,
        "back": request.full_path if request.method == "GET" else request.path,
    }
