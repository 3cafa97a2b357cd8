"""/v1/requests, to open and to handle: notes, whose it is, when it is due, how it ended. Level 3 is in no answer."""

from collections.abc import Callable
from datetime import UTC
from typing import TypeVar

from flask import Blueprint, Response, request

from callback_api.context import get_context
from callback_api.problems import errors_as_problems
from callback_api.records_api import responses
from callback_api.records_api.callback_placing import find_caller, placed_response, require_callable
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.tool_access import identify_tool
from callback_api.records_api.write_forms import (
    AssignForm,
    CallBackForm,
    CloseForm,
    DueForm,
    HandOverForm,
    NewRequestForm,
    NoteForm,
    ReopenForm,
    WriteForm,
)
from callback_api.records_api.writing import change_once, read_form, read_form_for, read_number
from records.actor import Actor
from records.contacts.senders import NotOnCard, Sender
from records.database.engine import Database
from records.errors import NotFound
from records.inbox import inbox, opening, treatment
from records.inbox.opening import NewRequest
from records.inbox.treatment import Colleague
from records.requests import requests
from records.requests.requests import RequestKind
from records.site_keys import CALLBACKS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE
from routing.request_rules import LEVELS, Topic
from translations.message import translatable

blueprint = Blueprint("request_writes", __name__)
Form = TypeVar("Form", bound=WriteForm)
_ONE = "/v1/requests/<id:request_id>"
_NO_USER = translatable("Give the e-mail address of a user of the console who handles such requests.")
_NO_TOPIC = translatable("Give the name of a topic of the plan.")
_NO_CARD = translatable("There is no card with this number.")
_NOBODY = translatable("Say from whom it is: give a card, a telephone number or an e-mail address.")
_NOT_ON_CARD = {
    "number": translatable("The card does not have this number."),
    "email": translatable("The card does not have this e-mail address."),
}
_NO_OUTCOME = translatable("Give the name of an outcome of the plan.")


def find_request(actor: Actor, request_id: int) -> requests.Request | None:
    """The request, if this program may know of it. Raises Problem."""
    with errors_as_problems():
        found = requests.list_requests_page(get_context().database, actor, after=request_id - 1, limit=1)
    return found[0] if found and found[0].id == request_id else None


@blueprint.post("/v1/requests")
def create() -> Response:
    """A new request; 204 when its topic is the mediator's, so that it is out of the program's sight."""
    tool, form = identify_tool(get_context(), request, REQUESTS_WRITE_SCOPE), read_form(NewRequestForm)
    topic = get_context().plan().requests.find_topic(form.topic)
    if form.topic is not None and topic is None:
        raise invalid_field("topic", _NO_TOPIC)
    if form.contact is None and form.number is None and form.email is None:
        raise invalid_field("contact", _NOBODY)
    sender = Sender(form.contact, read_number(form.number) if form.number else None, form.email)

    def write(part: Database) -> int:
        owner = _find_user(part, tool.actor, form.user, topic) if form.user else None
        new = NewRequest(RequestKind(form.channel), sender, form.text, form.subject or None, topic, owner)
        try:
            return opening.open_reported_request(part, tool.actor, new, at=get_context().clock())
        except NotFound:
            raise invalid_field("contact", _NO_CARD) from None
        except NotOnCard as error:
            raise invalid_field(error.field, _NOT_ON_CARD[error.field]) from None

    return _answer(tool.actor, int(change_once(tool, form, write)), status=201)


def _find_user(part: Database, actor: Actor, email: str, topic: Topic | None) -> Colleague:
    try:
        return treatment.find_colleague(part, actor, email, level=topic.level if topic else LEVELS[0])
    except NotFound:
        raise invalid_field("user", _NO_USER) from None


@blueprint.post(f"{_ONE}/notes")
def add_note(request_id: int) -> Response:
    """A note in the request's history, whoever has the request."""

    def write(part: Database, actor: Actor, form: NoteForm) -> None:
        treatment.add_note(part, actor, request_id, form.note, at=get_context().clock())

    return _handle(request_id, NoteForm, write, status=201)


@blueprint.post(f"{_ONE}/assign")
def assign(request_id: int) -> Response:
    """The request becomes a user's of the console."""

    def write(part: Database, actor: Actor, form: AssignForm) -> None:
        at = get_context().clock()
        treatment.get_detail(part, actor, request_id)
        user = _find_user(part, actor, form.user, None)
        treatment.hand_to_person(part, actor, request_id, user.id, note=form.note, at=at)

    return _handle(request_id, AssignForm, write)


@blueprint.post(f"{_ONE}/hand-over")
def hand_over(request_id: int) -> Response:
    """The request goes to another level, and is nobody's there."""

    def write(part: Database, actor: Actor, form: HandOverForm) -> None:
        at = get_context().clock()
        treatment.hand_to_level(part, actor, request_id, form.level, note=form.note, at=at)

    return _handle(request_id, HandOverForm, write)


@blueprint.post(f"{_ONE}/due")
def move_due(request_id: int) -> Response:
    """The request is due at another time, for a reason."""

    def write(part: Database, actor: Actor, form: DueForm) -> None:
        due_at = form.due_at.astimezone(UTC)
        treatment.move_due(part, actor, request_id, due_at, reason=form.reason, at=get_context().clock())

    return _handle(request_id, DueForm, write)


@blueprint.post(f"{_ONE}/close")
def close(request_id: int) -> Response:
    """The request is closed, with those that are joined to it, by an outcome of the plan."""

    def write(part: Database, actor: Actor, form: CloseForm) -> None:
        if form.outcome not in get_context().plan().requests.outcome_titles:
            raise invalid_field("outcome", _NO_OUTCOME)
        inbox.close_request(part, actor, request_id, form.outcome, note=form.note, at=get_context().clock())

    return _handle(request_id, CloseForm, write)


@blueprint.post(f"{_ONE}/call-back")
def call_back(request_id: int) -> Response:
    """The person comes into the line of callbacks; the callback is the request from now on."""
    tool, plan = identify_tool(get_context(), request, CALLBACKS_WRITE_SCOPE), get_context().plan()
    form = read_form_for(lambda: find_request(tool.actor, request_id) is not None, CallBackForm)

    def place(part: Database) -> str:
        found = inbox.get_request(part, tool.actor, request_id).request
        require_callable(None if found.kind is RequestKind.CALLBACK else found.line, plan)
        number, agent_id = plan.numbers[0].e164, find_caller(part, form)
        return inbox.call_back(part, tool.actor, request_id, number, at=get_context().clock(), agent_id=agent_id)

    return placed_response(change_once(tool, form, place))


@blueprint.post(f"{_ONE}/reopen")
def reopen(request_id: int) -> Response:
    """A closed request is open again, and nobody's."""

    def write(part: Database, actor: Actor, form: ReopenForm) -> None:
        treatment.reopen_request(part, actor, request_id, at=get_context().clock())

    return _handle(request_id, ReopenForm, write)


def _handle(
    request_id: int, model: type[Form], write: Callable[[Database, Actor, Form], None], *, status: int = 200
) -> Response:
    """Does it once; the answer is the request, or 204 when it is now out of the program's sight."""
    tool = identify_tool(get_context(), request, REQUESTS_WRITE_SCOPE)
    form = read_form_for(lambda: find_request(tool.actor, request_id) is not None, model)

    def change(part: Database) -> int:
        write(part, tool.actor, form)
        return request_id

    return _answer(tool.actor, int(change_once(tool, form, change)), status=status)


def _answer(actor: Actor, request_id: int, *, status: int) -> Response:
    """The request as it is now; 204 when it is out of the program's sight."""
    found = find_request(actor, request_id)
    headers = {"Cache-Control": "no-store"}
    if found is None:
        return Response(status=204, headers=headers)
    if status == 201:
        headers["Location"] = f"{get_context().public_url}/v1/requests/{request_id}"
    answer = responses.build_request(found).model_dump_json()
    return Response(answer, status, headers, mimetype="application/json")
