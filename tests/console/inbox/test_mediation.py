"""Requests of level 3 are the mediator's: nobody else finds a trace of them on any page, in any count or command."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from console_client import ConsoleApp, ConsoleUser
from every_address import fill_addresses, read_document
from mediator_files import CANARY, UNKNOWN, VISITOR, hand_to_mediator, request_of_call
from named_contacts import describe_contact
from public_server import serve_public
from recorded_calls import record_call
from sqlalchemy import select

from records import changes, site_keys
from records.actor import command_line_actor
from records.calls import statistics
from records.calls.call_detail import get_call_detail
from records.contacts.contact_cards import find_cards
from records.contacts.senders import Sender
from records.errors import NotFound
from records.inbox import inbox, treatment
from records.inbox.filters import NO_FILTER
from records.inbox.opening import NewRequest, open_reported_request
from records.requests import balance, requests
from records.requests.requests import RequestKind
from records.retention import person_data
from records.retention.erasure import erase_contact, find_person
from records.schema import Change, OutboxEvent, OutgoingMail, RequestEntry
from records.site_keys import (
    CALLS_SCOPE,
    CONTACTS_SCOPE,
    CONTACTS_WRITE_SCOPE,
    CREATE_SCOPE,
    NO_SITE,
    REQUESTS_SCOPE,
    REQUESTS_WRITE_SCOPE,
)
from routing.access.permissions import Permission, Role, has_permission
from web.access import LoginStage

OTHERS = [role for role in Role if role is not Role.MEDIATOR]


@pytest.fixture
def console(console_with_requests: ConsoleApp) -> ConsoleApp:
    """Anne's voicemail, a callback and an inquiry of a website are the mediator's, and say the word in every field."""
    hand_to_mediator(
        console_with_requests.database, console_with_requests.add_user(Role.MEDIATOR).actor, console_with_requests.now
    )
    return console_with_requests


def id_of(console: ConsoleApp, ref: str) -> int:
    return request_of_call(console.database, ref)


def paths(console: ConsoleApp, role: Role, method: str = "GET") -> Iterator[str]:
    """Every address that shows this role something, with the numbers and references that there are."""
    for rule in console.app.url_map.iter_rules():
        access = console.app.view_functions[rule.endpoint].access_rule
        is_open = access.stage is LoginStage.SIGNED_IN and (access.right is None or has_permission(role, access.right))
        if method in rule.methods and is_open:
            yield from fill_addresses(console.database, rule.rule)


def text_of(user: ConsoleUser, path: str) -> str:
    return read_document(user.get(path).get_data())


@pytest.mark.parametrize("role", OTHERS)
def test_no_page_of_anybody_else_shows_a_trace_of_them(console: ConsoleApp, role: Role) -> None:
    staff, seen = console.sign_in(role), 0
    for path in paths(console, role):
        if CANARY in text_of(staff, path):
            raise AssertionError(path)
        seen += 1
    for searched in ("/contacts?q=", "/contacts/results?q=", "/calls?q=", "/changes?q=", "/inbox?topic="):
        found, echo = text_of(staff, f"{searched}{CANARY}"), text_of(staff, f"{searched}{UNKNOWN}")
        assert found.count(CANARY) == echo.count(UNKNOWN), searched  # a page repeats what was typed, and no more
    assert seen > 3
    for path in paths(console, role, "POST"):
        if path.endswith("/export"):
            for named in ("csv", "xlsx", "vcf"):
                with staff.post(path, {"format": named}) as answer:
                    assert CANARY not in read_document(answer.get_data()), (path, named)
                    assert answer.status_code in (200, 303, 404), path


def test_no_address_of_the_api_tells_a_program_of_them(console: ConsoleApp) -> None:
    """A key with every scope reads each address that there is."""
    scopes = (CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE, CREATE_SCOPE, CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE)
    _, token = site_keys.create_site_key(
        console.database, site_keys.NewKey(NO_SITE, scopes=scopes, label="CRM"), at=console.now
    )
    with serve_public(console.database) as program:
        described = program.get("/v1/openapi.json").json()["paths"]
        rules = [path for path, methods in described.items() if "get" in methods]
        addresses = [each for rule in rules for each in fill_addresses(console.database, rule)]
        assert {"/v1/requests", "/v1/requests/4", "/v1/contacts/2", "/v1/calls/1.1"} <= {*addresses}
        for address in (*addresses, "/v1/requests?state=all", "/v1/calls?limit=50", f"/v1/contacts?q={VISITOR[1:]}"):
            answer = program.get(address, Authorization=f"Bearer {token}")
            assert answer.status < 500 and CANARY not in read_document(answer.data), address
        for searched in (f"/v1/contacts?q={CANARY}", f"/v1/contacts?q={CANARY[:-2]}"):
            assert program.get(searched, Authorization=f"Bearer {token}").json()["contacts"] == []
        everything = program.get("/v1/requests?state=all", Authorization=f"Bearer {token}").json()
        assert [each["call"] for each in everything["requests"]] == ["1.2"]


@pytest.mark.parametrize("role", [role for role in OTHERS if has_permission(role, Permission.SEE_CONTACTS)])
def test_a_card_does_not_say_when_the_mediator_was_written_to(console: ConsoleApp, role: Role) -> None:
    """The visitor's only contact is the callback that the mediator has; another person of that name called earlier."""
    other = name_two_people_alike(console)
    visitor = find_cards(console.database, VISITOR)[0].id

    assert cards_found(console.sign_in(role)) == [(other, True), (visitor, False)]
    assert cards_found(console.sign_in(Role.MEDIATOR)) == [(visitor, True), (other, True)]
    compared = f"/contacts/duplicates/{other}/{visitor}"
    assert last_contacts(text_of(console.sign_in(role), compared)) == 1
    assert last_contacts(text_of(console.sign_in(Role.MEDIATOR), compared)) == 2


def name_two_people_alike(console: ConsoleApp) -> int:
    """The visitor and a caller of a day ago have the same name; gives the caller's card."""
    caller = record_call(console.database, "8.8", console.now - timedelta(days=1), "+33639980088").contact_id
    assert caller
    for contact_id in (caller, find_cards(console.database, VISITOR)[0].id):
        describe_contact(console.database, contact_id, name="Odile Quenouille")
    return caller


def cards_found(user: ConsoleUser) -> list[tuple[int, bool]]:
    """The cards of that name as they are listed, each with whether a last contact is told."""
    rows = text_of(user, "/contacts/results?q=odile+quenouille").split("<tr")
    found = [(re.search(r"/contacts/(\d+)", row), "<time" in row) for row in rows]
    return [(int(card[1]), told) for card, told in found if card]


def last_contacts(page: str) -> int:
    """How many times stand in the row of the last contacts."""
    return page.partition("Dernier contact")[2].partition("</tr>")[0].count("<time")


def test_the_mediator_sees_them_where_others_do_not(console: ConsoleApp) -> None:
    mediator = console.sign_in(Role.MEDIATOR)
    assert text_of(mediator, "/inbox").count(CANARY) >= 2
    assert CANARY in text_of(mediator, f"/inbox/{id_of(console, '1.1')}")
    shown = text_of(mediator, "/calls/1.1")
    assert "<audio" in shown


def test_the_mediator_does_not_call_back_through_the_line_of_the_team(console: ConsoleApp) -> None:
    """A callback would be everybody's: whoever is free would be put through, and all would find it in the list."""
    console.connect_trunk()
    mediator, staff, sealed = console.sign_in(Role.MEDIATOR), console.sign_in(Role.STAFF), id_of(console, "1.1")
    open_before = waiting_for(console, staff), waiting_for(console, mediator)
    page = text_of(mediator, f"/inbox/{sealed}")
    assert f"/inbox/{sealed}/call-back" not in page and "appelez depuis votre propre téléphone" in page
    refused = mediator.post(f"/inbox/{sealed}/call-back", follow_redirects=True)
    assert "appelez depuis votre propre téléphone" in unescape(refused.text)
    assert (waiting_for(console, staff), waiting_for(console, mediator)) == open_before


def test_what_is_joined_with_theirs_is_theirs_and_what_is_handed_to_them_alone_is_joined_with_nothing(
    console: ConsoleApp,
) -> None:
    mediator, staff = console.sign_in(Role.MEDIATOR), console.sign_in(Role.STAFF)
    theirs, missed = id_of(console, "1.1"), id_of(console, "1.2")
    assert waiting_for(console, staff) == [missed]
    mediator.post("/inbox/several", {"id": [theirs, missed], "do": "join"})  # theirs is the older one
    assert waiting_for(console, staff) == []
    assert staff.get(f"/inbox/{missed}").status_code == 404

    fax, letter = (report(console, channel) for channel in (RequestKind.FAX, RequestKind.LETTER))
    staff.post("/inbox/several", {"id": [fax, letter], "do": "join"})
    staff.post(f"/inbox/{letter}/hand-over", {"to": "level-3", "note": ""})
    assert waiting_for(console, staff) == [fax]
    assert letter in waiting_for(console, mediator)


def report(console: ConsoleApp, channel: RequestKind) -> int:
    new = NewRequest(channel, Sender(email="zoe@example.org"), "Bonjour")
    return open_reported_request(console.database, command_line_actor("test"), new, at=console.now)


def waiting_for(console: ConsoleApp, user: ConsoleUser) -> list[int]:
    assert user.user
    return [row.request.id for row in inbox.list_inbox(console.database, user.user.actor)]


@pytest.mark.parametrize("role", OTHERS)
def test_nothing_of_theirs_is_counted_heard_or_changed(console: ConsoleApp, role: Role) -> None:
    staff, sealed = console.sign_in(role), id_of(console, "1.1")
    assert "<audio" not in text_of(staff, "/calls/1.1")
    assert staff.get("/calls/1.1/voicemail.wav").status_code in (403, 404)
    may = has_permission(role, Permission.SEE_REQUESTS)
    for rule in console.app.url_map.iter_rules():
        if rule.rule.startswith("/inbox/<int") and "POST" in rule.methods:
            fields = {"outcome": "answered", "note": "x", "to": "level-1", "due": "2030-05-05T10:00"}
            status = staff.post(rule.rule.replace("<int:request_id>", str(sealed)), fields).status_code
            assert status == (404 if may else 403), rule.rule
    staff.post("/inbox/several", {"id": [sealed], "do": "close", "outcome": "answered"})
    assert staff.user
    if may:
        actor = staff.user.actor
        assert inbox.count_inbox(console.database, actor).open == len(inbox.list_inbox(console.database, actor)) == 1
        counted = balance.count_balance(console.database, actor, console.now - timedelta(days=1))
        assert (counted.received, counted.open, counted.holds) == (1, 1, True)
        with pytest.raises(NotFound):
            treatment.get_detail(console.database, actor, sealed)
    with console.database.read() as connection:
        (kept,) = requests.list_requests(connection, requests.Requests.id == sealed)
    assert kept.is_open and kept.level == 3


def test_commands_metrics_events_mails_and_the_change_log_say_nothing(console: ConsoleApp) -> None:
    database = console.database
    assert [row.call_ref for row in requests.list_open_requests(database)] == ["1.2"]
    assert statistics.current_load(database, console.now).open_requests == {"missed": 1}
    detail = get_call_detail(database, "1.1")
    assert (detail.requests, detail.voicemail) == ((), None)
    with database.read() as connection:
        rows = [
            dict(row)
            for table in (OutboxEvent, OutgoingMail, Change)
            for row in connection.execute(select(*table.__table__.c)).mappings()
        ]
    assert CANARY not in json.dumps(rows, default=str)


def test_the_archive_about_a_person_leaves_them_to_the_mediator(console: ConsoleApp) -> None:
    with console.database.read() as connection:
        rows = [person_data.collect(connection, find_person(connection, contact_id)) for contact_id in (1, 2)]
    assert CANARY not in json.dumps(rows, default=str)
    assert [len(tables["requests"]) + len(tables["voicemails"]) for tables in rows] == [0, 0]


def test_in_an_emergency_an_administrator_looks_once_and_it_is_written_down(console: ConsoleApp) -> None:
    administrator, supervisor = console.sign_in(Role.ADMINISTRATOR), console.sign_in(Role.SUPERVISOR)
    assert CANARY not in text_of(administrator, "/inbox/mediation")
    assert "Dites pourquoi" in administrator.post("/inbox/mediation", {"note": " "}).text
    assert changes.list_changes(console.database, supervisor_actor(supervisor))[0].kind != "request.open_mediation"
    shown = unescape(administrator.post("/inbox/mediation", {"note": "Le médiateur est malade"}).text)
    assert shown.count(CANARY) >= 2
    assert CANARY not in text_of(administrator, "/inbox/mediation")
    assert supervisor.post("/inbox/mediation", {"note": "Curiosité"}).status_code == 403
    assert "a regardé les demandes du médiateur" in text_of(supervisor, "/changes")
    assert "Le médiateur est malade" in text_of(supervisor, "/changes")


def supervisor_actor(user: ConsoleUser) -> inbox.Actor:
    assert user.user
    return user.user.actor


def test_erasure_takes_the_words_out_of_them_too(console: ConsoleApp) -> None:
    for contact_id in (1, 2, 3):
        counts = erase_contact(console.database, command_line_actor("test"), contact_id, at=console.now).counts
        assert (counts["requests"], counts["voicemails"]) == (0, 0)  # the change log says it to others
    with console.database.read() as connection:
        found = requests.list_requests(connection, requests.Requests.level == 3)
        notes = connection.scalars(select(RequestEntry.note).where(RequestEntry.note.is_not(None))).all()
    assert [(row.subject, row.note, row.is_open) for row in found] == [(None, None, False)] * 3
    assert notes == []
    mediator = console.add_user(Role.MEDIATOR).actor
    assert inbox.list_inbox(console.database, mediator, NO_FILTER) != ()  # the withheld number is nobody's
