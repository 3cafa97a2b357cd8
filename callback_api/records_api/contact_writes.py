"""/v1/contacts, to write: cards, notes, consents, the do-not-call list, and a callback for the person of a card."""

import hashlib
from dataclasses import replace

from flask import Blueprint, Response, request

from callback_api.context import get_context
from callback_api.problems import Problem, errors_as_problems
from callback_api.records_api import responses
from callback_api.records_api.callback_placing import find_caller, placed_response, require_callable
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.tool_access import identify_tool
from callback_api.records_api.write_forms import (
    CardCallBackForm,
    ConsentForm,
    ConsentWithdrawal,
    ContactChange,
    DoNotCallForm,
    NewContact,
    NoteForm,
    NumberForm,
)
from callback_api.records_api.writing import Form, change_once, not_found_here, read_form, read_form_for, read_number
from records.callbacks import do_not_call, staff_request
from records.callbacks.do_not_call import DoNotCallSource
from records.callbacks.staff_request import PersonToCall
from records.contacts import consents, contact_cards, notes
from records.contacts.card_changes import CardFields, change_card, create_card
from records.contacts.contact_cards import Card
from records.database.engine import Database
from records.site_keys import CALLBACKS_WRITE_SCOPE, CONTACTS_WRITE_SCOPE
from translations.message import translatable

blueprint = Blueprint("contact_writes", __name__)
_ONE = "/v1/contacts/<id:contact_id>"
_NOBODY = translatable("Give a name, an organisation, a number or an e-mail address.")
_NOT_THEIRS = translatable("The card does not have this number.")
_NO_CONSENT = translatable("The card has no consent to this that still holds.")


def card_etag(card: Card) -> str:
    """The version of what staff and programs write on a card, as an entity tag (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha256(repr(CardFields.of(card)).encode()).hexdigest()[:32]}"'


def card_response(contact_id: int | str, status: int = 200) -> Response:
    """The card, with its version as ETag. Raises Problem."""
    try:
        with errors_as_problems(), get_context().database.read() as connection:
            card = contact_cards.get_card(connection, int(contact_id))
    except Problem as problem:
        raise not_found_here(problem) from problem
    answer = responses.build_contact(card).model_dump_json()
    headers = {"ETag": card_etag(card), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"{get_context().public_url}/v1/contacts/{card.id}"
    return Response(answer, status, headers, mimetype="application/json")


@blueprint.post("/v1/contacts")
def create() -> Response:
    """A new card."""
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), read_form(NewContact)
    lines = [read_number(number, "numbers") for number in form.numbers]
    fields = _fields_of(form, CardFields())
    if not (fields.name or fields.organisation or fields.emails or lines):
        raise invalid_field("name", _NOBODY)
    made = change_once(
        tool, form, lambda part: create_card(part, tool.actor, fields, lines, at=get_context().clock()).id
    )
    return card_response(made, 201)


@blueprint.patch(_ONE)
def change(contact_id: int) -> Response:
    """What the card says from now on; of two who change it at once, the second gets 412."""
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, ContactChange)
    if "If-Match" not in request.headers:
        raise Problem("version-missing")

    def apply(part: Database) -> int:
        with part.read() as connection:
            card = contact_cards.get_card(connection, contact_id)
        if not request.if_match.contains(card_etag(card).strip('"')):
            raise Problem("card-changed", headers={"ETag": card_etag(card)})
        base, at = CardFields.of(card), get_context().clock()
        return change_card(part, tool.actor, card.id, base=base, wanted=_fields_of(form, base), at=at).id

    return card_response(change_once(tool, form, apply))


@blueprint.post(f"{_ONE}/notes")
def add_note(contact_id: int) -> Response:
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, NoteForm)

    def write(part: Database) -> int:
        notes.add_note(part, tool.actor, contact_id, form.note, at=get_context().clock())
        return contact_id

    return card_response(change_once(tool, form, write), 201)


@blueprint.post(f"{_ONE}/consents")
def add_consent(contact_id: int) -> Response:
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, ConsentForm)

    def write(part: Database) -> int:
        given = consents.NewConsent(form.purpose, form.text_version, form.source)
        consents.add_consent(part, tool.actor, contact_id, given, at=get_context().clock())
        return contact_id

    return card_response(change_once(tool, form, write), 201)


@blueprint.post(f"{_ONE}/consents/withdraw")
def withdraw_consent(contact_id: int) -> Response:
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, ConsentWithdrawal)

    def write(part: Database) -> int:
        with part.read() as connection:
            card = contact_cards.get_card(connection, contact_id)
            given = consents.list_consents(connection, card.id, card.lines)
        if not any(each.purpose == form.purpose and each.withdrawn_at is None for each in given):
            raise invalid_field("purpose", _NO_CONSENT)
        consents.withdraw_consents(part, tool.actor, contact_id, form.purpose, at=get_context().clock())
        return contact_id

    return card_response(change_once(tool, form, write))


@blueprint.post(f"{_ONE}/do-not-call")
def add_do_not_call(contact_id: int) -> Response:
    """Nothing calls this number of the card back any more."""
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, DoNotCallForm)

    def write(part: Database) -> int:
        line, source = _line_of_card(part, contact_id, form.number), DoNotCallSource(form.source)
        do_not_call.add_by_staff(part, tool.actor, contact_id, line, source, at=get_context().clock())
        return contact_id

    return card_response(change_once(tool, form, write), 201)


@blueprint.post(f"{_ONE}/do-not-call/withdraw")
def withdraw_do_not_call(contact_id: int) -> Response:
    """This number of the card may be called back again, at the wish of its holder."""
    tool, form = identify_tool(get_context(), request, CONTACTS_WRITE_SCOPE), _read_form(contact_id, NumberForm)

    def write(part: Database) -> int:
        line = _line_of_card(part, contact_id, form.number)
        do_not_call.remove_by_staff(part, tool.actor, contact_id, line, at=get_context().clock())
        return contact_id

    return card_response(change_once(tool, form, write))


@blueprint.post(f"{_ONE}/callbacks")
def call_back(contact_id: int) -> Response:
    """The person comes into the line of callbacks, as by the button of their card."""
    tool, form = identify_tool(get_context(), request, CALLBACKS_WRITE_SCOPE), _read_form(contact_id, CardCallBackForm)
    plan = get_context().plan()

    def place(part: Database) -> str:
        line = _line_of_card(part, contact_id, form.number)
        require_callable(line, plan)
        with part.read() as connection:
            card = contact_cards.get_card(connection, contact_id)
        language = card.language or plan.languages[0]
        agent_id = find_caller(part, form)
        person = PersonToCall(line, plan.numbers[0].e164, language, contact_id=card.id, agent_id=agent_id)
        return staff_request.request_callback(part, tool.actor, person, at=get_context().clock())

    return placed_response(change_once(tool, form, place))


def _read_form(contact_id: int, model: type[Form]) -> Form:
    def exists() -> bool:
        try:
            with errors_as_problems(), get_context().database.read() as connection:
                return contact_cards.get_card(connection, contact_id) is not None
        except Problem as problem:
            if not_found_here(problem) is problem:
                raise
            return False

    return read_form_for(exists, model)


def _fields_of(form: ContactChange, base: CardFields) -> CardFields:
    """The card as it will be: members that were not sent stay."""
    sent = form.model_dump(include=form.model_fields_set & {*CardFields.__slots__})
    emails = sent.pop("emails", base.emails) or ()
    texts = {name: value or "" for name, value in sent.items()}
    return replace(base, emails=tuple(dict.fromkeys(emails)), **texts)


def _line_of_card(part: Database, contact_id: int, typed: str) -> str:
    """The number (E.164), which is one of the card's. Raises Problem, NotFound."""
    line = read_number(typed)
    with part.read() as connection:
        if line not in contact_cards.get_card(connection, contact_id).lines:
            raise invalid_field("number", _NOT_THEIRS)
    return line
