"""What waits for staff, as a page."""

import re
from html import unescape

import pytest
from console_client import ConsoleApp, ConsoleUser
from recorded_calls import record_call

from records.actor import command_line_actor
from records.callbacks.do_not_call import add_do_not_call
from records.calls import voicemails
from records.contacts.senders import Sender
from records.inbox import inbox
from records.inbox.filters import InboxFilter, Owner
from records.inbox.inbox import Outcome, RequestClosed, RequestTaken
from records.inbox.opening import NewRequest, open_reported_request
from records.requests import requests
from records.requests.requests import RequestKind
from routing.access.permissions import Role

ANNE, BASILE = "+33639980001", "+33639980002"


def waiting(page: str) -> list[str]:
    return [unescape(re.sub("<[^>]+>", "", name)).strip() for name in re.findall(r"<h2>(.*?)</h2>", page, re.DOTALL)]


def id_of(console: ConsoleApp, ref: str) -> int:
    return next(each.id for each in requests.list_open_requests(console.database) if each.call_ref == ref)


def test_what_waits_is_shown_oldest_first_with_its_voicemail(console_with_requests: ConsoleApp) -> None:
    staff = console_with_requests.sign_in(Role.STAFF)
    page = staff.get("/inbox").text
    names = [name for name in waiting(page) if "Raccourcis" not in name]
    assert names == ["Anne Lefèvre", "Numéro masqué"]
    assert re.search(r'<audio[^>]* src="/calls/1.1/voicemail.wav"', page)
    assert "Numéro masqué" not in staff.get("/inbox?kind=voicemail").text
    assert "Anne Lefèvre" in staff.get("/inbox/refresh").text
    assert staff.get("/inbox?kind=x&owner=y").status_code == 200


def test_a_letter_shows_what_it_says_and_from_whom_and_its_kind_can_be_filtered(
    console_with_requests: ConsoleApp,
) -> None:
    console = console_with_requests
    staff = console.sign_in(Role.STAFF)
    assert "kind=letter" not in staff.get("/inbox").text  # nobody has written one yet
    letter = NewRequest(
        RequestKind.LETTER, Sender(email="zoe@example.org"), "La facture\nest <b>fausse</b>.", "Facture"
    )
    opened = open_reported_request(console.database, command_line_actor("CRM"), letter, at=console.now)
    page = staff.get("/inbox").text
    assert "kind=letter" in page and "kind=fax" not in page
    for address in ("/inbox?kind=letter", f"/inbox/{opened}"):
        shown = staff.get(address).text
        assert "zoe@example.org" in shown and "Lettre" in shown and "Facture" in shown
        assert shown.count("La facture\nest &lt;b&gt;fausse&lt;/b&gt;.") == 1, address
    assert "CRM a ouvert la demande." in unescape(shown)
    assert "Anne Lefèvre" not in staff.get("/inbox?kind=letter").text
    assert "zoe@example.org" in unescape(staff.get(f"/contacts/{contact_of(console, opened)}").text)


def contact_of(console: ConsoleApp, request_id: int) -> int | None:
    return next(each.contact_id for each in requests.list_open_requests(console.database) if each.id == request_id)


def test_of_two_who_take_a_request_one_gets_it_and_the_other_is_told(console_with_requests: ConsoleApp) -> None:
    console = console_with_requests
    first, second, request_id = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF), id_of(console, "1.1")
    first.post(f"/inbox/{request_id}/take")
    second.post(f"/inbox/{request_id}/take")
    assert first.user and f"{first.user.name} a déjà pris cette demande" in unescape(second.get("/inbox").text)
    assert "Anne Lefèvre" in first.get("/inbox?owner=mine").text
    assert "Anne Lefèvre" not in second.get("/inbox?owner=mine").text
    for action in ("release", "close", "call-back"):
        second.post(f"/inbox/{request_id}/{action}", {"outcome": "answered"})
    assert "Anne Lefèvre" in first.get("/inbox?owner=mine").text
    first.post(f"/inbox/{request_id}/release")
    assert "Anne Lefèvre" in second.get("/inbox?owner=nobody").text


def close(staff: ConsoleUser, request_id: int, **fields: object) -> str:
    return unescape(staff.post(f"/inbox/{request_id}/close", fields, follow_redirects=True).text)


def test_a_closed_request_leaves_the_list_with_its_outcome_and_note(console_with_requests: ConsoleApp) -> None:
    console = console_with_requests
    staff, request_id = console.sign_in(Role.STAFF), id_of(console, "1.1")
    assert "Indiquez ce qu'est devenue la demande" in close(staff, request_id, outcome="burnt")
    assert "La demande est close" in close(staff, request_id, outcome="answered", note="Rappeler\x00 en mars")
    assert "Anne Lefèvre" not in staff.get("/inbox").text
    with console.database.read() as connection:
        [row] = requests.list_requests(connection, requests.Requests.id == request_id)
    assert staff.user and (row.outcome, row.note, row.closed_by) == ("answered", "Rappeler en mars", staff.user.name)
    assert "a déjà clos cette demande" in close(staff, request_id, outcome="answered")
    assert staff.post("/inbox/99/take").status_code == 404


def test_a_missed_caller_is_called_back_in_one_click(console_with_requests: ConsoleApp) -> None:
    console = console_with_requests
    staff, request_id = console.sign_in(Role.STAFF), id_of(console, "1.1")
    assert "Aucun rappel ne peut être passé" in call_back(staff, request_id)  # there is no trunk yet
    console.connect_trunk()
    assert "Le rappel est dans la file" in call_back(staff, request_id)
    rows = inbox.list_inbox(console.database, actor_of(staff), InboxFilter(kind=RequestKind.CALLBACK))
    assert [(row.request.line, row.name) for row in rows] == [(ANNE, "Anne Lefèvre")]
    assert "Anne Lefèvre" not in staff.get("/inbox?kind=voicemail").text


def call_back(staff: ConsoleUser, request_id: int) -> str:
    return unescape(staff.post(f"/inbox/{request_id}/call-back", follow_redirects=True).text)


def test_a_number_on_the_do_not_call_list_is_not_called_back_and_the_page_says_why(
    console_with_requests: ConsoleApp,
) -> None:
    console = console_with_requests
    console.connect_trunk()
    add_do_not_call(console.database, ANNE, "letter", "Anne", console.now)
    staff = console.sign_in(Role.STAFF)
    assert "Ce numéro est sur la liste des personnes à ne pas appeler" in call_back(staff, id_of(console, "1.1"))
    assert [row.request.kind for row in inbox.list_inbox(console.database, actor_of(staff))] == ["voicemail", "missed"]


def test_a_caller_who_waits_for_a_callback_already_gets_no_second_one(console_with_requests: ConsoleApp) -> None:
    console = console_with_requests
    console.connect_trunk()
    staff, at = console.sign_in(Role.STAFF), console.now
    record_call(console.database, "1.3", at, ANNE)
    voicemails.save_voicemail(console.database, "1.3", file="two.wav", seconds=3.0, at=at)
    call_back(staff, id_of(console, "1.1"))
    assert "Un rappel de ce numéro attend déjà" in call_back(staff, id_of(console, "1.3"))
    assert "Aucun rappel ne peut être passé" in call_back(staff, id_of(console, "1.2"))  # withheld


def actor_of(staff: ConsoleUser) -> inbox.Actor:
    assert staff.user
    return staff.user.actor


def test_every_request_is_open_or_closed_and_counted_once(console_with_requests: ConsoleApp) -> None:
    console = console_with_requests
    staff = actor_of(console.sign_in(Role.STAFF))
    assert inbox.count_inbox(console.database, staff).open == 2
    inbox.take_request(console.database, staff, id_of(console, "1.2"), at=console.now)
    assert inbox.count_inbox(console.database, staff) == inbox.InboxCounts(open=2, mine=1)
    inbox.close_request(console.database, staff, id_of(console, "1.2"), Outcome.PASSED_ON, note=None, at=console.now)
    assert inbox.count_inbox(console.database, staff) == inbox.InboxCounts(open=1, mine=0)
    assert len(inbox.list_inbox(console.database, staff, InboxFilter(Owner.NOBODY))) == 1


def test_somebody_elses_request_is_not_closed(console_with_requests: ConsoleApp) -> None:
    console, request_id = console_with_requests, id_of(console_with_requests, "1.1")
    mine, other = (actor_of(console.sign_in(Role.STAFF)) for _ in range(2))
    inbox.take_request(console.database, mine, request_id, at=console.now)
    with pytest.raises(RequestTaken):
        inbox.close_request(console.database, other, request_id, Outcome.ANSWERED, note=None, at=console.now)
    inbox.close_request(console.database, mine, request_id, Outcome.ANSWERED, note=None, at=console.now)
    with pytest.raises(RequestClosed):
        inbox.take_request(console.database, other, request_id, at=console.now)
