"""The page of one request: sorting, handing over, joining, history, reopening."""

import re
from datetime import datetime, timedelta
from html import unescape

import plan_variants
import pytest
from console_client import ConsoleApp, ConsoleUser

from records.inbox import inbox
from records.inbox.escalation import escalate_overdue
from records.inbox.filters import InboxFilter
from records.inbox.rows import InboxRow
from records.inbox.treatment import get_detail
from records.requests import due_times, requests
from records.requests.balance import Balance, count_balance, count_contradictions
from records.requests.entries import list_entries
from records.retention.purge import purge
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from routing.retention import RetentionRules


@pytest.fixture
def console(console_with_requests: ConsoleApp) -> ConsoleApp:
    """With two topics in its plan."""
    services = console_with_requests.app.extensions["app_context"].audio_services
    text = "\nrequests: {topics: [{name: bill, title: {fr: Facture, en: Bill}, level: 2, due_h: 2}]}\n"
    object.__setattr__(services, "plan", lambda: parse_plan(plan_text() + text))
    return console_with_requests


def plan_text() -> str:
    return plan_variants.PLAN.read_text()


def id_of(console: ConsoleApp, ref: str) -> int:
    with console.database.read() as connection:
        return requests.list_requests(connection, requests.Requests.call_ref == ref)[0].id


def row_of(staff: ConsoleUser, console: ConsoleApp, ref: str) -> InboxRow:
    assert staff.user
    return get_detail(console.database, staff.user.actor, id_of(console, ref)).row


def send(staff: ConsoleUser, path: str, **fields: object) -> str:
    """The text of the page to which the form leads."""
    page = staff.post(path, fields, follow_redirects=True).text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_topic_brings_its_level_and_its_due_time_and_the_history_says_so(console: ConsoleApp) -> None:
    staff, one = console.sign_in(Role.STAFF), id_of(console, "1.1")
    page = send(staff, f"/inbox/{one}/sort", page=one, subject="Facture de mars\x00", topic="bill")
    assert "a choisi le sujet : Facture" in page and "Facture de mars" in page and "Niveau 2" in page
    request = row_of(staff, console, "1.1").request
    assert (request.topic, request.level, request.subject) == ("bill", 2, "Facture de mars")
    assert request.due_at == request.created_at + timedelta(hours=2)  # this number is always open
    assert "Facture de mars" in staff.get("/inbox?topic=bill&level=2").text
    assert "Facture de mars" not in staff.get("/inbox?level=1").text


def test_what_came_in_gets_its_due_time_and_is_shown_when_it_is_late(console: ConsoleApp) -> None:
    rule = parse_plan(plan_text()).due_time
    assert due_times.fill_due_times(console.database, rule) == 2
    assert due_times.fill_due_times(console.database, rule) == 0
    staff, one = console.sign_in(Role.STAFF), id_of(console, "1.1")
    assert "Anne Lefèvre" not in staff.get("/inbox?late=y").text
    console.advance_clock(hours=8)
    staff = console.sign_in(Role.STAFF)
    assert "Anne Lefèvre" in staff.get("/inbox?late=y").text and "En retard depuis" in staff.get("/inbox").text
    assert "Dites pourquoi" in send(staff, f"/inbox/{one}/due", page=one, due="2030-03-06T10:00")
    page = send(staff, f"/inbox/{one}/due", page=one, due="2030-03-06T10:00", note="Le service rouvre mercredi")
    assert "Le service rouvre mercredi" in page and "En retard" not in page
    due_at = row_of(staff, console, "1.1").request.due_at
    assert due_at == datetime.fromisoformat("2030-03-06T10:00+01:00")
    for typed in ("2030-99", "", "9999-12-31T23:59", "0001-01-01T00:00"):
        assert "Indiquez le jour" in send(staff, f"/inbox/{one}/due", page=one, due=typed, note="x")


def test_each_of_the_two_times_of_the_night_in_which_clocks_go_back_can_be_when_it_is_due(console: ConsoleApp) -> None:
    staff, one = console.sign_in(Role.STAFF), id_of(console, "1.1")
    typed = {"page": one, "due": "2030-10-27T02:30", "note": "Astreinte"}

    assert "deux fois" in send(staff, f"/inbox/{one}/due", **typed)
    asked = staff.get(f"/inbox/{one}?due=2030-10-27T02:30").text
    assert 'name="due_pass" value="second"' in asked and 'value="2030-10-27T02:30"' in asked
    send(staff, f"/inbox/{one}/due", **typed, due_pass="second")

    assert row_of(staff, console, "1.1").request.due_at == datetime.fromisoformat("2030-10-27T02:30+01:00")
    assert 'name="due_pass" value="second" checked' in staff.get(f"/inbox/{one}").text


def test_a_request_is_handed_to_a_colleague_with_a_note_in_one_action(console: ConsoleApp) -> None:
    mine, other, one = console.sign_in(Role.STAFF), console.sign_in(Role.SUPERVISOR), id_of(console, "1.1")
    editor = console.sign_in(Role.MESSAGE_EDITOR)
    assert other.user and editor.user
    page = send(mine, f"/inbox/{one}/hand-over", page=one, to=f"user-{other.user.id}", note="Il attend une réponse")
    assert f"a confié la demande à {other.user.name}" in page and "Il attend une réponse" in page
    assert "Anne Lefèvre" in other.get("/inbox?owner=mine").text
    assert "a déjà pris cette demande" in send(mine, f"/inbox/{one}/hand-over", page=one, to="level-2")
    page = other.post(f"/inbox/{one}/hand-over", {"page": one, "to": f"user-{editor.user.id}"})
    assert page.status_code == 404  # who sees no requests gets none
    assert "Choisissez à qui" in send(other, f"/inbox/{one}/hand-over", page=one, to="level-9")
    assert "Niveau 2" in send(other, f"/inbox/{one}/hand-over", page=one, to="level-2")
    assert row_of(other, console, "1.1").owner is None


def test_a_closed_request_is_opened_again_and_its_history_stays(console: ConsoleApp) -> None:
    staff, one = console.sign_in(Role.STAFF), id_of(console, "1.1")
    send(staff, f"/inbox/{one}/close", page=one, outcome="answered", note="Tout est dit")
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", staff.get(f"/inbox/{one}").text)).split())
    assert "a clos la demande : Réponse donnée" in page and "Tout est dit" in page
    page = send(staff, f"/inbox/{one}/reopen", page=one)
    assert "a rouvert la demande" in page and "Tout est dit" in page
    assert "Anne Lefèvre" in staff.get("/inbox?owner=mine").text


def test_notes_are_written_by_anybody_who_sees_the_request(console: ConsoleApp) -> None:
    mine, other, one = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF), id_of(console, "1.1")
    send(mine, f"/inbox/{one}/take", page=one)
    assert "<b>Gras</b>" in send(other, f"/inbox/{one}/note", page=one, note="<b>Gras</b>")
    assert "Écrivez d'abord la note" in send(other, f"/inbox/{one}/note", page=one, note="  ")


def test_requests_of_one_matter_are_treated_together_and_separated(console: ConsoleApp) -> None:
    staff, one, two = console.sign_in(Role.STAFF), id_of(console, "1.1"), id_of(console, "1.2")
    assert staff.user
    actor = staff.user.actor
    send(staff, "/inbox/several", id=[one, two], do="join")
    assert [row.request.id for row in inbox.list_inbox(console.database, actor)] == [one]
    assert inbox.count_inbox(console.database, actor).open == 1
    assert "Numéro masqué" in send(staff, f"/inbox/{one}/note", page=one, note="Les deux")
    send(staff, f"/inbox/{two}/split", page=two)
    assert len(inbox.list_inbox(console.database, actor)) == 2
    send(staff, "/inbox/several", id=[one, two], do="join")
    send(staff, f"/inbox/{one}/close", outcome="answered")
    assert inbox.list_inbox(console.database, actor) == ()
    assert count_balance(console.database, actor, console.now - timedelta(days=1)) == Balance(1, 1, 0)
    send(staff, f"/inbox/{one}/reopen", page=one)
    assert [row.request.id for row in inbox.list_inbox(console.database, actor)] == [one]
    assert count_contradictions(console.database) == 0


def test_several_are_taken_and_closed_at_once_and_what_cannot_be_is_said(console: ConsoleApp) -> None:
    mine, other = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF)
    one, two = id_of(console, "1.1"), id_of(console, "1.2")
    send(other, f"/inbox/{two}/take")
    assert "Cochez d'abord" in send(mine, "/inbox/several", do="take")
    assert "Indiquez ce qu'est devenue" in send(mine, "/inbox/several", id=[one], do="close")
    page = send(mine, "/inbox/several", id=[one, two], do="take")
    assert "Une demande est à vous" in page and "a déjà pris cette demande" in page
    page = send(mine, "/inbox/several", id=[one, two], do="close", outcome="passed_on")
    assert "Une demande est close" in page and "1 closes + 1 ouvertes" in page
    assert mine.user
    rows = inbox.list_inbox(console.database, mine.user.actor, InboxFilter())
    assert [row.request.id for row in rows] == [two]


def test_the_purge_takes_the_words_out_of_old_requests(console: ConsoleApp) -> None:
    staff, one = console.sign_in(Role.STAFF), id_of(console, "1.2")
    send(staff, f"/inbox/{one}/sort", page=one, subject="Jardin public", topic="")
    send(staff, f"/inbox/{one}/note", page=one, note="Jardin public, portail")
    send(staff, f"/inbox/{one}/close", page=one, outcome="answered", note="Jardin public fermé")
    purge(console.database, RetentionRules(), at=console.now + timedelta(days=400))
    with console.database.read() as connection:
        (row,) = requests.list_requests(connection, requests.Requests.id == one)
        entries = list_entries(connection, one)
    assert (row.subject, row.note, row.outcome) == (None, None, "answered")
    assert [entry.note for entry in entries] == [None] * 3


def test_the_note_that_a_colleague_is_typing_is_read_word_for_word_until_it_is_sent_or_taken_out(
    console: ConsoleApp,
) -> None:
    mine, other, one = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF), id_of(console, "1.1")
    assert other.user
    typed = {"note": "Elle <b>rappelle</b> http://exemple.fr", "writes": "y"}
    assert other.post(f"/inbox/{one}/draft", typed).status_code == 204
    page = mine.get(f"/inbox/{one}/refresh").text
    assert "Elle &lt;b&gt;rappelle&lt;/b&gt; http://exemple.fr" in page and other.user.name in page
    assert "rappelle" in mine.get(f"/inbox/{one}").text and "rappelle" not in mine.get("/inbox").text
    assert "rappelle" not in other.get(f"/inbox/{one}/refresh?writes=y").text
    assert "rappelle" in mine.get(f"/inbox/{one}/refresh").text  # that page of theirs kept it
    other.post(f"/inbox/{one}/draft", {"note": ""})
    assert "rappelle" not in mine.get(f"/inbox/{one}/refresh").text
    other.post(f"/inbox/{one}/draft", typed)
    send(other, f"/inbox/{one}/note", page=one, note="Rappelée")
    assert "http://exemple.fr" not in mine.get(f"/inbox/{one}/refresh").text
    other.post(f"/inbox/{one}/draft", typed)
    console.advance_clock(seconds=30)
    assert "http://exemple.fr" not in mine.get(f"/inbox/{one}/refresh").text


def test_what_the_mediator_types_on_a_request_of_level_3_is_read_by_nobody_else(console: ConsoleApp) -> None:
    mediator, other = console.sign_in(Role.MEDIATOR), console.sign_in(Role.MEDIATOR)
    staff, administrator, one = (
        console.sign_in(Role.STAFF),
        console.sign_in(Role.ADMINISTRATOR),
        id_of(console, "1.1"),
    )
    staff.post(f"/inbox/{one}/draft", {"note": "Avant la remise", "writes": "y"})
    send(staff, f"/inbox/{one}/hand-over", page=one, to="level-3")
    mediator.post(f"/inbox/{one}/draft", {"note": "Secret du médiateur", "writes": "y"})
    assert "Secret du médiateur" in other.get(f"/inbox/{one}/refresh").text
    for somebody in (staff, administrator):
        for path in (f"/inbox/{one}", f"/inbox/{one}/refresh"):
            assert somebody.get(path).status_code == 404
        assert "Secret" not in somebody.get("/inbox/refresh").text
        assert somebody.post(f"/inbox/{one}/draft", {"note": "x", "writes": "y"}).status_code == 404


def test_who_else_looks_or_writes_is_shown_until_they_leave(console: ConsoleApp) -> None:
    mine, other, one = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF), id_of(console, "1.1")
    assert other.user
    other.get(f"/inbox/{one}")
    assert f"{other.user.name} regarde aussi" in mine.get(f"/inbox/{one}").text
    other.get(f"/inbox/{one}/refresh?writes=y")
    assert f"{other.user.name} écrit ici" in mine.get(f"/inbox/{one}/refresh").text
    assert f"{other.user.name} écrit ici" in mine.get("/inbox").text
    assert "écrit ici" not in other.get(f"/inbox/{one}/refresh?writes=y").text
    console.advance_clock(seconds=30)
    assert "écrit ici" not in mine.get("/inbox/refresh").text


def test_the_history_says_that_a_request_went_up_by_itself(console: ConsoleApp) -> None:
    plan = parse_plan(f"{plan_text()}\nrequests: {{escalate_h: 4}}\n")
    due_times.fill_due_times(console.database, plan.due_time)
    assert len(escalate_overdue(console.database, plan, console.now + timedelta(days=2))) == 2
    page = " ".join(unescape(console.sign_in(Role.STAFF).get(f"/inbox/{id_of(console, '1.1')}").text).split())
    assert "elle est montée et n'est à personne. Niveau 2." in page
