"""What an agent does with their call while they talk and in the wrap-up: notes, who calls, a request, the outcome."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, current_session, find_plan, get_context, plan_country
from console.display import page_before
from console.forms import parse_number, typed_text
from console.guard import needs
from console.inbox.labels import outcome_titles
from records.calls import call_notes, callers
from records.calls.call_detail import get_call_detail
from records.calls.call_notes import MAX_NOTE
from records.contacts import contact_cards
from records.errors import NotFound
from records.writeups.outcomes import give_outcome
from records.writeups.requests import open_from_call
from routing.access.permissions import Permission
from translations.web import gettext

MAX_FOUND = 12
MAX_NAME = 120
MAX_SEARCH = 100

blueprint = Blueprint("writing_up", __name__, template_folder="templates", url_prefix="/own-call/<ref>")


@blueprint.post("/note")
@needs(Permission.SEE_CALLS)
def save_note(ref: str) -> Response:
    """Saves the note as it is typed; a script gets what is saved now, with its version."""
    saved = call_notes.save_note(
        get_context().database,
        current_actor(),
        _agent_id(),
        ref,
        typed_text("note", MAX_NOTE),
        base=parse_number(request.form.get("version")) or 0,
        at=get_context().clock(),
    )
    if request.accept_mimetypes.best == "application/json":
        return jsonify(text=saved.text, version=saved.version)
    return redirect(page_before(), 303)


@blueprint.post("/outcome")
@needs(Permission.SEE_CALLS)
def say_outcome(ref: str) -> Response:
    """What became of the call: one of the plan's outcomes."""
    outcome = request.form.get("outcome", "")
    if outcome not in outcome_titles(find_plan()):
        callers.require_agent(get_context().database, _agent_id(), ref, get_context().clock())
        flash(gettext("Nothing has changed: choose what became of the call."))
    else:
        give_outcome(get_context().database, current_actor(), _agent_id(), ref, outcome, at=get_context().clock())
    return redirect(page_before(), 303)


@blueprint.post("/request")
@needs(Permission.SEE_REQUESTS)
def open_request(ref: str) -> Response:
    """A request with the note, which is the user's; its page follows, where it is sorted and handed over."""
    request_id = open_from_call(get_context().database, current_actor(), _agent_id(), ref, at=get_context().clock())
    return redirect(url_for("inbox_request.show", request_id=request_id), 303)


@blueprint.get("/caller")
@needs(Permission.CHANGE_CONTACTS)
def choose_caller(ref: str) -> Response | str:
    """Who calls: a card that is found, or a new one. Others are led to the call."""
    try:
        return _render_callers(ref)
    except NotFound:
        get_call_detail(get_context().database, ref, actor=current_actor())  # an unknown call is not found
        return redirect(url_for("calls.show_call", ref=ref), 303)


@blueprint.post("/caller")
@needs(Permission.CHANGE_CONTACTS)
def set_caller(ref: str) -> Response | tuple[str, int]:
    """The call is on the card that was picked, or on a new one with this name."""
    database, at = get_context().database, get_context().clock()
    chosen, name = parse_number(request.form.get("contact")), typed_text("name", MAX_NAME)
    if chosen is not None:
        callers.pick_card(database, current_actor(), _agent_id(), ref, chosen, at=at)
    elif name:
        callers.name_caller(database, current_actor(), _agent_id(), ref, name, at=at)
    else:
        return _render_callers(ref, has_no_name=True), 422
    flash(gettext("The call is on this person's card."))
    return redirect(url_for("calls.show_call", ref=ref), 303)


def _render_callers(ref: str, *, has_no_name: bool = False) -> str:
    """Raises NotFound for a call that is not the user's."""
    database, actor = get_context().database, current_actor()
    callers.require_agent(database, _agent_id(), ref, get_context().clock())
    typed = request.args.get("q", "").strip()[:MAX_SEARCH]
    found = contact_cards.find_cards(database, typed, country=plan_country(), limit=MAX_FOUND) if typed else ()
    return render_template(
        "calls/caller.html",
        call=get_call_detail(database, ref, actor=actor).call,
        typed=typed,
        cards=found,
        country=plan_country(),
        max_name=MAX_NAME,
        has_no_name=has_no_name,
    )


def _agent_id() -> int:
    """Raises NotFound: the user is no agent, so that no call is theirs."""
    agent_id = current_session().user.agent_id
    if agent_id is None:
        raise NotFound("You are no agent, and have no calls of your own.")
    return agent_id
