"""/v1/calls, /v1/contacts and /v1/requests, to read."""

from flask import Blueprint, Response, request

from callback_api.api.responses import ApiResponse
from callback_api.context import get_context
from callback_api.problems import Problem, errors_as_problems
from callback_api.records_api import parameters, responses
from callback_api.records_api.call_filter import read_call_filter
from callback_api.records_api.contact_writes import card_response
from callback_api.records_api.request_filter import read_request_filter
from callback_api.records_api.request_writes import find_request
from callback_api.records_api.tool_access import identify_tool
from callback_api.records_api.writing import not_found_here
from records.calls import call_detail, call_list
from records.calls.call_list import CallPosition
from records.contacts import contact_cards
from records.inbox.open_requests import list_open
from records.requests import requests
from records.site_keys import CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE

blueprint = Blueprint("records_api", __name__)
MAX_SEARCH = 200


@blueprint.after_request
def _forbid_storing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/v1/calls")
def list_calls() -> Response:
    """Calls from `since` to before `until` that fit the other parameters, newest first, by pages."""
    actor, limit = identify_tool(get_context(), request, CALLS_SCOPE).actor, parameters.read_limit(request)
    wanted = read_call_filter(request, get_context().plan())
    before = parameters.read_call_cursor(request)
    with errors_as_problems():
        found = call_list.list_calls(get_context().database, actor, wanted, before=before, limit=limit + 1)
    page = found[:limit]
    more = len(found) > limit
    position = parameters.write_call_cursor(CallPosition(page[-1].started_at, page[-1].ref)) if more else None
    return _json(responses.CallsResponse(calls=[responses.build_call(each) for each in page], next=position))


@blueprint.get("/v1/calls/<ref>")
def show_call(ref: str) -> Response:
    actor = identify_tool(get_context(), request, CALLS_SCOPE).actor
    try:
        with errors_as_problems():
            detail = call_detail.get_call_detail(get_context().database, ref, actor=actor)
    except Problem as problem:
        raise not_found_here(problem) from problem
    return _json(responses.build_call_detail(detail))


@blueprint.get("/v1/contacts")
def list_contacts() -> Response:
    """What a search for `q` finds; without it all cards, by pages."""
    identify_tool(get_context(), request, CONTACTS_SCOPE)
    limit, after = parameters.read_limit(request), parameters.read_card_cursor(request)
    text = request.args.get("q", "").strip()[:MAX_SEARCH]
    country, database = get_context().plan().country, get_context().database
    with errors_as_problems():
        if text:
            cards, more = contact_cards.find_cards(database, text, country, limit=limit), False
        else:
            cards, more = contact_cards.list_page(database, after=after, limit=limit)
    position = str(cards[-1].id) if more else None
    return _json(responses.ContactsResponse(contacts=[responses.build_contact(each) for each in cards], next=position))


@blueprint.get("/v1/contacts/<id:contact_id>")
def show_contact(contact_id: int) -> Response:
    """The card with this number; for one that was merged, the card that it is part of."""
    identify_tool(get_context(), request, CONTACTS_SCOPE)
    return card_response(contact_id)


@blueprint.get("/v1/requests")
def list_requests() -> Response:
    """Requests of the levels 1 and 2 that fit the parameters, by their numbers and by pages."""
    actor, limit = identify_tool(get_context(), request, REQUESTS_SCOPE).actor, parameters.read_limit(request)
    is_open, after = parameters.read_state(request), parameters.read_card_cursor(request)
    database, now = get_context().database, get_context().clock()
    wanted = read_request_filter(request, get_context().plan(), is_open=is_open, now=now)
    with errors_as_problems():
        if wanted:
            found = list_open(database, actor, wanted, after=after, limit=limit + 1)
        else:
            found = requests.list_requests_page(database, actor, is_open=is_open, after=after, limit=limit + 1)
    page, position = found[:limit], str(found[limit - 1].id) if len(found) > limit else None
    return _json(responses.RequestsResponse(requests=[responses.build_request(each) for each in page], next=position))


@blueprint.get("/v1/requests/<id:request_id>")
def show_request(request_id: int) -> Response:
    """The request with this number; 404 for one of level 3, as for one that never was."""
    actor = identify_tool(get_context(), request, REQUESTS_SCOPE).actor
    if (found := find_request(actor, request_id)) is None:
        raise Problem("not-found")
    return _json(responses.build_request(found))


def _json(document: ApiResponse) -> Response:
    return Response(document.model_dump_json(), mimetype="application/json")
