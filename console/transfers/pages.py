"""The page on which an agent hands the caller over with whom they talk: to a person, a level or the overflow centre."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, current_session, get_context
from console.forms import typed_text
from console.guard import keeps_idle, needs
from console.transfers.view import describe_consultation, find_talk, list_choices, read_target
from records.errors import NotFound
from records.transfers.consultations import Step, request_step
from records.transfers.requests import leave_request
from records.transfers.transfers import MAX_NOTE, NobodyFree, NotTalking, TargetKind, request_transfer
from routing.access.permissions import Permission
from translations.message import Message, translatable
from translations.web import gettext

CHOOSE = translatable("Choose to whom the caller goes.")
NOBODY_FREE = translatable(
    "Nobody there can take the call now. Nothing was done, and your caller is still with you. Leave a request, or"
    " choose somebody else."
)
SPEAK_WITH_PEOPLE = translatable("You can speak first with a person or a level, not with the centre.")
NO_REQUEST = translatable("A request can be left for a person or a level, not for the centre.")

blueprint = Blueprint("transfers", __name__, template_folder="templates", url_prefix="/transfer")


@blueprint.get("")
@needs(Permission.SEE_RECEPTION)
def show() -> str:
    return _render()


@blueprint.get("/refresh")
@keeps_idle
@needs(Permission.SEE_RECEPTION)
def refresh() -> str:
    """The states of the destinations, and the parts of the frame."""
    return _render("transfers/live.html")


@blueprint.post("")
@needs(Permission.SEE_RECEPTION)
def hand_over() -> Response | tuple[str, int]:
    """Hands the caller over; nothing happens where nobody could take the call."""
    agent_id, target = current_session().user.agent_id, read_target(request.form.get("to", ""))
    if agent_id is None or target is None:
        return _refuse(CHOOSE)
    context, note, speaks_first = get_context(), typed_text("note", MAX_NOTE), "speak_first" in request.form
    if speaks_first and target.kind is TargetKind.CENTRE:
        return _refuse(SPEAK_WITH_PEOPLE)
    try:
        request_transfer(context.database, agent_id, target, note=note, at=context.clock(), speaks_first=speaks_first)
    except NobodyFree:
        return _refuse(NOBODY_FREE)
    except NotFound:
        return _refuse(CHOOSE)
    except NotTalking:
        flash(gettext("You are in no call any more that could be handed over."))
        return redirect(url_for("transfers.show"), 303)
    if speaks_first:
        return redirect(url_for("transfers.show"), 303)
    flash(gettext("The caller hears music until the call is taken."))
    return redirect(url_for("today.show"), 303)


@blueprint.post("/step")
@needs(Permission.SEE_RECEPTION)
def go_on() -> Response:
    """What comes next for the agent, a colleague and the caller: `step`."""
    agent_id, wanted = current_session().user.agent_id, request.form.get("step", "")
    context = get_context()
    try:
        if agent_id is None or wanted not in {*Step}:
            raise NotTalking
        request_step(context.database, agent_id, Step(wanted), at=context.clock())
    except NotTalking:
        flash(gettext("That is not possible any more. Look at what is going on now."))
    return redirect(url_for("transfers.show"), 303)


@blueprint.post("/request")
@needs(Permission.SEE_REQUESTS)
def leave() -> Response | tuple[str, int]:
    """Leaves a request in place of the transfer; the agent goes on talking."""
    agent_id, target = current_session().user.agent_id, read_target(request.form.get("to", ""))
    if agent_id is None or target is None:
        return _refuse(CHOOSE)
    if target.kind is TargetKind.CENTRE:
        return _refuse(NO_REQUEST)
    context, note = get_context(), typed_text("note", MAX_NOTE)
    try:
        leave_request(context.database, current_actor(), agent_id, target, note=note, at=context.clock())
    except NotTalking:
        flash(gettext("You are in no call any more that could be handed over."))
    else:
        flash(gettext("The request waits for them. Your caller is still with you."))
    return redirect(url_for("transfers.show"), 303)


def _refuse(error: Message) -> tuple[str, int]:
    return _render(error=error), 422


def _render(template: str = "transfers/show.html", *, error: Message | None = None) -> str:
    agent, talk = find_talk(current_session().user.agent_id)
    return render_template(
        template,
        agent=agent,
        talk=talk,
        consultation=describe_consultation(agent),
        choices=list_choices(agent, talk) if agent and talk else (),
        chosen=request.form.get("to", ""),
        note=request.form.get("note", ""),
        max_note=MAX_NOTE,
        may_leave=current_actor().may(Permission.SEE_REQUESTS),
        error=error,
    )
