"""The list of calls, and the story of one, as pages."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from console_client import NOON, ConsoleApp
from recorded_calls import record_call

from console.app import create_app
from console.calls.story import _SIMPLE, _TOLD, UNTOLD
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls, voicemails
from records.centres import outcomes
from records.contacts.search.following import follow_calls
from records.inbox import inbox
from records.overrides import NewOverride, OverrideName, begin_override
from records.requests.requests import RequestKind, list_open_requests, open_request
from records.staff import agents
from routing.access.permissions import Role

ANNE, BASILE = "+33639980001", "+33639980002"


def make_call(console: ConsoleApp, ref: str, caller: str | None, *, days_ago: float = 0, how: str = "staff") -> None:
    at = console.now - timedelta(days=days_ago, minutes=5)
    record_call(console.database, ref, at, caller)
    calls.add_events(console.database, ref, [CallEvent(at + timedelta(seconds=3), CallEventKind.KEY, {"key": "3"})])
    ended = at + timedelta(seconds=75)
    calls.close_call(console.database, ref, at=ended, disposition=Disposition(how), cause="16")


def rows(page: str) -> list[str]:
    return re.findall(r'href="/calls/([^"/]+)"', page)


def test_a_supervisor_sees_the_calls_of_the_week_newest_first(console: ConsoleApp) -> None:
    for number, days in enumerate((0, 1, 20)):
        make_call(console, f"170000000{number}.1", ANNE, days_ago=days)
    page = console.sign_in(Role.SUPERVISOR).get("/calls").text
    assert rows(page) == ["1700000000.1", "1700000001.1"]
    assert "06 39 98 00 01" in page and "1 min 15 s" in page.replace("\u00a0", " ")
    assert len(rows(console.sign_in(Role.STAFF).get("/calls?period=month").text)) == 3


def test_the_story_of_a_call_gives_the_reference_by_which_a_centre_knows_it(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE, how="overflow")
    dialled = CallEvent(console.now, CallEventKind.CENTRE_DIALLED, {"centre": "gone", "reference": "ab" * 16})
    calls.add_events(console.database, "1.1", [dialled])
    staff = console.sign_in(Role.STAFF)
    assert f"centre de débordement « gone », qui le connaît sous la référence {'ab' * 16}" in unescape(
        staff.get("/calls/1.1").text.replace("\u00a0", " ")
    )
    assert staff.get(f"/calls/{'ab' * 16}").location == "/calls/1.1"
    assert staff.get(f"/calls/{'cd' * 16}").status_code == 404


def test_the_story_and_the_card_say_what_a_centre_reported(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE, how="overflow")
    dialled = CallEvent(console.now, CallEventKind.CENTRE_DIALLED, {"centre": "gone", "reference": "ab" * 16})
    calls.add_events(console.database, "1.1", [dialled])
    given = outcomes.find_given_call(console.database, "gone", "ab" * 16)
    assert given is not None
    for name, note in (("called_back", None), ("answered", "Veut un <b>reçu</b>.")):
        outcomes.report_outcome(console.database, given.handoff_id, name, note, by="North", at=console.now)
    staff = console.sign_in(Role.STAFF)
    page = staff.get("/calls/1.1").text
    told = unescape(page).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Le centre de débordement « gone » a indiqué : Rappelé." in told
    assert "a indiqué : Réponse donnée. « Veut un <b>reçu</b>. »" in told and "<b>reçu" not in page
    [card] = set(re.findall(r'href="(/contacts/\d+)"', page))
    history = unescape(staff.get(card).text).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Le centre de débordement a indiqué : Réponse donnée" in history and "Veut un <b>reçu</b>." in history
    assert "a indiqué : Rappelé" not in history  # it was corrected


def test_calls_are_filtered_by_outcome_and_by_a_part_of_the_number(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE, how="abandoned")
    make_call(console, "1.2", BASILE)
    make_call(console, "1.3", None, how="voicemail")
    follow_calls(console.database)
    staff = console.sign_in(Role.STAFF)
    assert rows(staff.get("/calls?outcome=abandoned").text) == ["1.1"]
    for typed in ("06 39 98 00 02", "0002", "+33639980002"):
        assert rows(staff.get("/calls", query_string={"q": typed}).text) == ["1.2"], typed
    assert len(rows(staff.get("/calls?outcome=nonsense&period=always&before=x&q=anne").text)) == 3


def test_calls_are_filtered_by_key_agent_and_centre_and_exported_so(console: ConsoleApp) -> None:
    agents.create_desks(console.database, 2)
    [anne] = agents.add_agents(console.database, [agents.NewAgent("Anne <b>", "fr", ("fr",))], at=console.now)
    for number in range(1, 5):
        make_call(console, f"1.{number}", ANNE)
    at = console.now - timedelta(minutes=4)
    calls.add_events(console.database, "1.1", [CallEvent(at, CallEventKind.KEY, {"key": "*"})])
    answered = CallEvent(at, CallEventKind.STAFF_ANSWERED, {"phone": anne.sip_account, "waited": 1})
    calls.add_events(console.database, "1.2", [answered])
    dialled = CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": "gone", "reference": "ab" * 16})
    calls.add_events(console.database, "1.3", [dialled])
    supervisor = console.sign_in(Role.ADMINISTRATOR)
    page = supervisor.get("/calls").text
    links = {
        unescape(label): unescape(link) for link, label in re.findall(r'<a class="filter" href="([^"]+)">([^<]+)', page)
    }
    for label, ref in (("*", "1.1"), ("Anne <b>", "1.2"), ("gone", "1.3")):
        found = supervisor.get(links[label]).text
        assert rows(found) == [ref], label
        assert "Retirer ces filtres" in found and re.search(r"<details open>", found)
        export = unescape(re.search(r'action="(/calls/export[^"]*)"', found)[1])
        answer = supervisor.post(export, {"format": "csv"})
        assert [line.split(";")[0].strip('"') for line in answer.text.splitlines()[1:]] == [ref], answer.text
    assert len(rows(supervisor.get(links["3"]).text)) == 4 and "Retirer ces filtres" not in page
    for nonsense in ("key=12&agent=-1&centre=%00", "key=x&agent=99999999999&centre=No+Centre", "key=&agent=&centre="):
        assert len(rows(supervisor.get(f"/calls?{nonsense}").text)) == 4, nonsense


def test_each_page_of_calls_goes_on_where_the_last_ended(console: ConsoleApp) -> None:
    for number in range(120):
        make_call(console, f"{number:03}.1", ANNE, days_ago=number // 40 / 10)
    staff, link, seen = console.sign_in(Role.STAFF), "/calls", []
    while link:
        page = staff.get(link).text
        seen += rows(page)
        older = re.search(r'href="([^"]*before=[^"]+)"', page)
        link = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == 120


def test_the_story_of_a_call_is_told_in_sentences(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE)
    page = console.sign_in(Role.STAFF).get("/calls/1.1").text
    for said in ("L'appel nous est parvenu", "L'appelant a tapé 3", "L'appel s'est terminé"):
        assert said in unescape(page), said
    assert re.search(r'href="/contacts/\d+"', page)


def test_the_page_of_a_call_and_the_card_lead_to_the_request_it_left(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE, how="abandoned")
    contact_id, line_id = 1, 1
    asked = open_request(
        console.database, RequestKind.MISSED, call_ref="1.1", contact_id=contact_id, line_id=line_id, at=console.now
    )
    staff, link = console.sign_in(Role.STAFF), f'<a href="/inbox/{asked.id}">Appel manqué</a>'
    assert f"{link}, toujours ouverte" in staff.get("/calls/1.1").text
    assert link in staff.get(f"/contacts/{contact_id}").text
    inbox.close_request(console.database, staff.user.actor, asked.id, "answered", note=None, at=NOON)
    assert f"{link}, traitée" in staff.get("/calls/1.1").text
    assert link not in staff.get(f"/contacts/{contact_id}").text


def story_of(console: ConsoleApp, ref: str) -> str:
    page = unescape(console.sign_in(Role.STAFF).get(f"/calls/{ref}").text)
    return page.partition("Ce qui s'est passé")[2]


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("closed", "Selon ses horaires, le numéro était fermé"),
        ("closed_by_hand", "Le numéro était fermé à la main"),
        ("nobody", "Personne de l'équipe ne prenait d'appels"),
    ],
)
def test_a_call_that_did_not_come_to_the_team_is_not_said_to_have(console: ConsoleApp, because: str, said: str) -> None:
    make_call(console, "1.1", ANNE, how="voicemail")
    at, left = console.now - timedelta(minutes=4), {"because": "no rule holds, closed", "hand_over": False}
    events = [
        CallEvent(at, CallEventKind.ROUTED, {"destination": "staff"}),
        CallEvent(at, CallEventKind.OVERFLOW_DECIDED, left),
        CallEvent(at, CallEventKind.STAFF_AWAY, {"because": because}),
    ]
    calls.add_events(console.database, "1.1", events)
    story = story_of(console, "1.1")
    assert "L'appel était destiné à l'équipe" in story and said in story
    assert "centre de débordement" not in story and "mis en relation" not in story


def test_the_story_names_who_had_switched_what_by_hand_when_the_call_began(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE, days_ago=1)
    operator, before = command_line_actor("Odile"), console.now - timedelta(hours=1)
    begin_override(console.database, operator, NewOverride(OverrideName.CLOSED), at=before)
    begin_override(console.database, operator, NewOverride(OverrideName.OVERFLOW), at=before)
    make_call(console, "1.2", ANNE)
    story = story_of(console, "1.2")
    assert "Odile avait fermé le numéro à la main, quels que soient ses horaires." in story
    assert "Odile avait basculé vers le centre de débordement les appels destinés à l'équipe." in story
    assert "Odile" not in story_of(console, "1.1")


def test_every_kind_of_event_has_its_sentence() -> None:
    assert {*_SIMPLE, *_TOLD, *UNTOLD} == set(CallEventKind)
    assert not {*_SIMPLE} & {*_TOLD}


def test_a_voicemail_is_played_from_the_page_of_its_call(console: ConsoleApp, tmp_path: Path) -> None:
    make_call(console, "1.1", ANNE, how="voicemail")
    voicemails.save_voicemail(console.database, "1.1", file="one.wav", seconds=4.0, at=NOON)
    (tmp_path / "one.wav").write_bytes(b"RIFF, and a voice")
    console.app = create_app(replace(console.app.extensions["app_context"], voicemail=tmp_path))
    staff = console.sign_in(Role.STAFF)
    source = re.search(r'<audio[^>]* src="([^"]+)"', staff.get("/calls/1.1").text)
    assert source and staff.get(source[1]).data == b"RIFF, and a voice"
    assert staff.get("/calls/1.1", headers={"Range": "bytes=0-3"}).status_code == 200
    assert console.sign_in(Role.MESSAGE_EDITOR).get(source[1]).status_code == 403


@pytest.mark.parametrize("path", ["/calls/9.9", "/calls/9.9/voicemail.wav"])
def test_an_unknown_call_is_404(console: ConsoleApp, path: str) -> None:
    assert console.sign_in(Role.STAFF).get(path).status_code == 404


def wait_in_queue(console: ConsoleApp, ref: str, caller: str | None, *, days_ago: float = 0) -> None:
    """A caller who waited 70 s for the team and hung up."""
    at = console.now - timedelta(days=days_ago, minutes=5)
    record_call(console.database, ref, at, caller)
    entered = CallEvent(at + timedelta(seconds=5), CallEventKind.QUEUE_ENTERED, {"language": "fr"})
    calls.add_events(console.database, ref, [entered])
    calls.close_call(
        console.database, ref, at=at + timedelta(seconds=75), disposition=Disposition.ABANDONED, cause="16"
    )


def test_of_callers_who_hung_up_the_list_says_how_long_they_waited_and_what_came_after(console: ConsoleApp) -> None:
    wait_in_queue(console, "1.1", ANNE, days_ago=2)
    make_call(console, "1.2", ANNE, days_ago=1)
    wait_in_queue(console, "1.3", BASILE)
    make_call(console, "1.4", None, how="abandoned")
    page = unescape(console.sign_in(Role.STAFF).get("/calls?outcome=abandoned").text).replace("\u00a0", " ")
    shown = {part.partition('"')[0]: part for part in page.split('href="/calls/')[1:]}
    assert "1 min 10 s" in shown["1.1"] and "et a obtenu quelqu'un" in shown["1.1"]
    assert "1 min 10 s" in shown["1.3"] and "Rien" in shown["1.3"]  # nobody can call back without a trunk
    assert "pas l'équipe" in shown["1.4"]


def test_a_caller_who_hung_up_is_called_back_with_one_click_from_the_list(console: ConsoleApp) -> None:
    console.connect_trunk()
    wait_in_queue(console, "1.1", ANNE)
    staff = console.sign_in(Role.STAFF)
    action = re.search(r'action="(/calls/1.1/call-back[^"]*)"', staff.get("/calls?outcome=abandoned").text)
    assert action
    answer = staff.post(unescape(action[1]), {"listed": "y"})
    assert answer.location == "/calls?period=week&outcome=abandoned"
    page = unescape(staff.get(answer.location).text)
    assert "Le rappel est dans la file" in page and "Attend un rappel" in page
    assert [each.kind for each in list_open_requests(console.database)] == ["callback"]
    assert "il n'y en a pas de second" in unescape(staff.post("/calls/1.1/call-back", follow_redirects=True).text)


def test_calls_are_exported_as_a_table_and_the_change_log_says_so(console: ConsoleApp) -> None:
    make_call(console, "1.1", ANNE)
    make_call(console, "1.2", BASILE, how="abandoned")
    administrator = console.sign_in(Role.ADMINISTRATOR)
    assert "/calls/export?period=week&amp;outcome=abandoned" in administrator.get("/calls?outcome=abandoned").text
    answer = administrator.post("/calls/export?outcome=abandoned", {"format": "csv"})
    titles, row = answer.text.splitlines()
    assert titles.startswith("\ufeff") and row.split(";")[2:4] == ["06 39 98 00 02", "01 99 00 00 00"]
    workbook = administrator.post("/calls/export", {"format": "xlsx"}, buffered=True)
    assert workbook.data.startswith(b"PK") and "appels-2030-03-04.xlsx" in workbook.headers["Content-Disposition"]
    assert "a exporté la liste des appels" in unescape(administrator.get("/changes").text)
    assert console.sign_in(Role.SUPERVISOR).post("/calls/export").status_code == 403


@pytest.mark.parametrize("answered", [True, False])
def test_who_was_answered_is_not_said_to_have_stopped_waiting(console: ConsoleApp, answered: bool) -> None:
    at = console.now - timedelta(minutes=5)
    record_call(console.database, "1.1", at, ANNE)
    kinds = [
        CallEventKind.QUEUE_ENTERED,
        *([CallEventKind.STAFF_ANSWERED] if answered else []),
        CallEventKind.QUEUE_LEFT,
    ]
    calls.add_events(console.database, "1.1", [CallEvent(at, kind, {}) for kind in kinds])
    page = unescape(console.sign_in(Role.STAFF).get("/calls/1.1").text)
    assert ("L'attente de l'appelant a pris fin" in page) is not answered
