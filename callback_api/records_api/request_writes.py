"""/v1/requests/{id}, to handle: notes, whose it is, when it is due, how it ended. Level 3 is in no answer."""

from collections.abc import Callable
from datetime import UTC
from typing import TypeVar

from flask import Blueprint, Response, request

from callback_api.context import get_context
from callback_api.problems import errors_as_problems
from callback_api.records_api import parameters, responses
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.tool_access import identify_tool
from callback_api.records_api.write_forms import (
    AssignForm,
    CloseForm,
    DueForm,
    HandOverForm,
    NoteForm,
    ReopenForm,
    WriteForm,
)
from callback_api.records_api.writing import change_once, read_form_for
from records import inbox, request_treatment, requests
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.site_keys import REQUESTS_WRITE_SCOPE
from translations.message import translatable

blueprint = Blueprint("request_writes", __name__)
Form = TypeVar("Form", bound=WriteForm)
_ONE = f"/v1/requests/<int(max={parameters.MAX_ID}):request_id>"
_NO_USER = translatable("Give the e-mail address of a user of the console who handles requests.")
_NO_OUTCOME = translatable("Give the name of an outcome of the plan.")


def find_request(actor: Actor, request_id: int) -> requests.Request | None:
    """The request, if this program may know of it. Raises Problem."""
    with errors_as_problems():
        found = requests.list_requests_page(get_context().database, actor, after=request_id - 1, limit=1)
    return found[0] if found and found[0].id == request_id else None


@blueprint.post(f"{_ONE}/notes")
def add_note(request_id: int) -> Response:
    """A note in the request's history, whoever has the request."""

    def write(part: Database, actor: Actor, form: NoteForm) -> None:
        request_treatment.add_note(part, actor, request_id, form.note, at=get_context().clock())

    return _handle(request_id, NoteForm, write, status=201)


@blueprint.post(f"{_ONE}/assign")
def assign(request_id: int) -> Response:
    """The request becomes a user's of the console."""

    def write(part: Database, actor: Actor, form: AssignForm) -> None:
        at = get_context().clock()
        request_treatment.get_detail(part, actor, request_id)
        try:
            user = request_treatment.find_colleague(part, actor, form.user)
            request_treatment.hand_to_person(part, actor, request_id, user.id, note=form.note, at=at)
        except NotFound:
            raise invalid_field("user", _NO_USER) from None

    return _handle(request_id, AssignForm, write)


@blueprint.post(f"{_ONE}/hand-over")
def hand_over(request_id: int) -> Response:
    """The request goes to another level, and is nobody's there."""

    def write(part: Database, actor: Actor, form: HandOverForm) -> None:
        at = get_context().clock()
        request_treatment.hand_to_level(part, actor, request_id, form.level, note=form.note, at=at)

    return _handle(request_id, HandOverForm, write)


@blueprint.post(f"{_ONE}/due")
def move_due(request_id: int) -> Response:
    """The request is due at another time, for a reason."""

    def write(part: Database, actor: Actor, form: DueForm) -> None:
        due_at = form.due_at.astimezone(UTC)
        request_treatment.move_due(part, actor, request_id, due_at, reason=form.reason, at=get_context().clock())

    return _handle(request_id, DueForm, write)


@blueprint.post(f"{_ONE}/close")
def close(request_id: int) -> Response:
    """The request is closed, with those that are joined to it, by an outcome of the plan."""

    def write(part: Database, actor: Actor, form: CloseForm) -> None:
        if form.outcome not in get_context().plan().requests.outcome_titles:
            raise invalid_field("outcome", _NO_OUTCOME)
        inbox.close_request(part, actor, request_id, form.outcome, note=form.note, at=get_context().clock())

    return _handle(request_id, CloseForm, write)


@blueprint.post(f"{_ONE}/reopen")
def reopen(request_id: int) -> Response:
    """A closed request is open again, and nobody's."""

    def write(part: Database, actor: Actor, form: ReopenForm) -> None:
        request_treatment.reopen_request(part, actor, request_id, at=get_context().clock())

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

    changed = find_request(tool.actor, int(change_once(tool, form, change)))
    headers = {"Cache-Control": "no-store"}
    if changed is None:
        return Response(status=204, headers=headers)
    answer = responses.build_request(changed).model_dump_json()
    return Response(answer, status, headers, mimetype="application/json")
