"""The OpenAPI paths of calls, contacts and requests, for programs with a key."""

from pydantic import BaseModel

from callback_api.api.operations import BODY_PROBLEMS, Json, RequestBody, operation, parameter
from callback_api.records_api import write_forms
from callback_api.records_api.parameters import MAX_ID, MAX_LIMIT
from callback_api.records_api.request_filter import SEEN_LEVELS
from callback_api.records_api.responses import (
    CallDetailResponse,
    CallsResponse,
    ContactResponse,
    ContactsResponse,
    OutcomeResponse,
    PlacedCallbackResponse,
    RequestResponse,
    RequestsResponse,
)
from records.calls.call_list import OUTCOMES
from records.calls.call_traits import KEYS
from records.inbox.filters import Owner
from records.requests.requests import RequestKind

RECORD_RESPONSES = (
    *(CallsResponse, CallDetailResponse, ContactsResponse, ContactResponse),
    *(RequestsResponse, RequestResponse, PlacedCallbackResponse, OutcomeResponse),
)
_KEY: Json = {"security": [{"server": []}]}
_JSON = ("application/json",)
_MERGE = ("application/json", "application/merge-patch+json")
_WRITE_PROBLEMS = (*BODY_PROBLEMS, "key-refused", "scope-missing", "not-found")
_ONCE = ("key-reused", "key-malformed")
_HANDLING = ("request-taken", "request-closed")


def records_paths() -> Json:
    """Every path of records, with what is read there and what is written."""
    paths = _reading_paths()
    for path, methods in _writing_paths().items():
        paths.setdefault(path, {}).update(methods)
    return paths


def idempotency_parameter() -> Json:
    """The header of requests that may be sent again."""
    retry = parameter("Idempotency-Key", "header", "A UUID: the same key and body are one change, and one answer.")
    retry["schema"] |= {"minLength": 16, "maxLength": 128, "pattern": "^[!#-~]+$"}
    return retry


def _number(of_what: str) -> Json:
    number = {**parameter("id", "path", f"The number of the {of_what}."), "required": True}
    number["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return number


def _writing_paths() -> Json:
    return _card_changes() | _request_changes() | _outcome_reports()


def _card_changes() -> Json:
    forms, card = write_forms, "/v1/contacts/{id}"
    match = {**parameter("If-Match", "header", "The ETag of the card as it was read."), "required": False}
    change = operation(
        "Change a contact",
        ContactResponse,
        [_number("card"), match],
        body=RequestBody(forms.ContactChange, _MERGE),
        problems=[*_WRITE_PROBLEMS, *_ONCE, "card-changed", "version-missing"],
    )
    return {
        "/v1/contacts": _post("Create a contact", ContactResponse, forms.NewContact, "201"),
        card: {"patch": {**change, **_KEY}},
        f"{card}/notes": _of_card("Add a note to a contact", forms.NoteForm, "201"),
        f"{card}/consents": _of_card("Write down a consent", forms.ConsentForm, "201"),
        f"{card}/consents/withdraw": _of_card("Withdraw a consent", forms.ConsentWithdrawal),
        f"{card}/do-not-call": _of_card("Put a number on the do-not-call list", forms.DoNotCallForm, "201"),
        f"{card}/do-not-call/withdraw": _of_card("Take a number from the do-not-call list", forms.NumberForm),
        f"{card}/callbacks": _post(
            "Call the person of a contact back",
            PlacedCallbackResponse,
            forms.CardCallBackForm,
            "202",
            parameters=[_number("card")],
            problems=("not-dialled", "too-many"),
        ),
    }


def _request_changes() -> Json:
    forms, of_request = write_forms, "/v1/requests/{id}"
    paths: Json = {
        "/v1/requests": _post("Open a request", RequestResponse, forms.NewRequestForm, "201"),
        f"{of_request}/notes": _handling("Add a note to a request", forms.NoteForm, "201"),
        f"{of_request}/assign": _handling("Assign a request", forms.AssignForm, problems=_HANDLING),
        f"{of_request}/hand-over": _handling("Hand a request over", forms.HandOverForm, problems=_HANDLING),
        f"{of_request}/due": _handling("Move the due time of a request", forms.DueForm, problems=_HANDLING),
        f"{of_request}/close": _handling("Close a request", forms.CloseForm, problems=(*_HANDLING, "too-late")),
        f"{of_request}/call-back": _post(
            "Call the person of a request back",
            PlacedCallbackResponse,
            forms.CallBackForm,
            "202",
            parameters=[_number("request")],
            problems=("not-dialled", "too-many", *_HANDLING),
        ),
        f"{of_request}/reopen": _handling("Reopen a request", forms.ReopenForm, problems=("not-reopened",)),
    }
    for path in ("/v1/requests", f"{of_request}/hand-over"):
        paths[path]["post"]["responses"]["204"] = {"description": "Done; it is the mediator's now."}
    return paths


def _outcome_reports() -> Json:
    given = {**parameter("ref", "path", "The reference that the centre got with the call."), "required": True}
    report = _post(
        "Say what became of a call",
        OutcomeResponse,
        write_forms.OutcomeForm,
        "200",
        parameters=[given],
        problems=("contract-ended", "outcome-late"),
    )
    return {"/v1/calls/{ref}/outcome": report}


def _of_card(summary: str, form: type[BaseModel], status: str = "200") -> Json:
    return _post(summary, ContactResponse, form, status, parameters=[_number("card")])


def _handling(summary: str, form: type[BaseModel], status: str = "200", *, problems: tuple[str, ...] = ()) -> Json:
    return _post(summary, RequestResponse, form, status, parameters=[_number("request")], problems=problems)


def _post(
    summary: str,
    response: type[BaseModel],
    form: type[BaseModel],
    status: str,
    *,
    parameters: list[Json] | None = None,
    problems: tuple[str, ...] = (),
) -> Json:
    """A change that is made by POST; the parameters are those of the operation."""
    made = operation(
        summary,
        response,
        [*(parameters or []), idempotency_parameter()],
        body=RequestBody(form, _JSON),
        status=status,
        problems=[*_WRITE_PROBLEMS, *_ONCE, *problems],
    )
    return {"post": {**made, **_KEY}}


def _reading_paths() -> Json:
    problems = ["key-refused", "scope-missing", "malformed", "invalid-field"]
    limit = parameter("limit", "query", "How many, 50 when left out.")
    limit["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}
    cursor = parameter("cursor", "query", "`next` of the page before.")
    times = [parameter(name, "query", text) for name, text in (("since", "From."), ("until", "Before."))]
    for each in times:
        each["schema"] |= {"format": "date-time"}
    ref = {**parameter("ref", "path", "The reference."), "required": True}
    number, of_request = _number("card"), _number("request")
    state = parameter("state", "query", "open (when left out), closed or all.")
    text = parameter("q", "query", "A name in any spelling, a number or a part of it, an e-mail address; all without.")
    operations = {
        "/v1/calls": operation(
            "List calls", CallsResponse, [*times, *_call_filters(), limit, cursor], problems=problems
        ),
        "/v1/calls/{ref}": operation("Show a call", CallDetailResponse, [ref], problems=[*problems, "not-found"]),
        "/v1/contacts": operation("List contacts", ContactsResponse, [text, limit, cursor], problems=problems),
        "/v1/contacts/{id}": operation("Show a contact", ContactResponse, [number], problems=[*problems, "not-found"]),
        "/v1/requests": operation(
            "List requests", RequestsResponse, [state, *_request_filters(), limit, cursor], problems=problems
        ),
        "/v1/requests/{id}": operation(
            "Show a request", RequestResponse, [of_request], problems=[*problems, "not-found"]
        ),
    }
    return {path: {"get": {**each, **_KEY}} for path, each in operations.items()}


def _call_filters() -> list[Json]:
    outcome = parameter("outcome", "query", "How the call ended.")
    outcome["schema"]["enum"] = [*OUTCOMES]
    key = parameter("key", "query", "A key that the caller pressed.")
    key["schema"]["enum"] = [*KEYS]
    agent = parameter("agent", "query", "The number of an agent who answered, as in the address of their page.")
    agent["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return [
        outcome,
        parameter("number", "query", "Our number that was called."),
        parameter("from", "query", "The caller's number, or three digits of it or more."),
        key,
        agent,
        parameter("centre", "query", "The name of an overflow centre that was given the call."),
    ]


def _request_filters() -> list[Json]:
    """Of open requests."""
    words = {"kind": [*RequestKind], "owner": [Owner.NOBODY, Owner.ANYBODY], "late": ["true", "false"]}
    texts = {"kind": "What came in.", "owner": "nobody: not taken yet.", "late": "true: overdue now."}
    found = [parameter(name, "query", text) for name, text in texts.items()]
    for each in found:
        each["schema"]["enum"] = [str(word) for word in words[each["name"]]]
    level = parameter("level", "query", "The level that has it.")
    level["schema"] = {"type": "integer", "enum": [*SEEN_LEVELS]}
    return [*found, level, parameter("topic", "query", "The name of a topic of the plan.")]
