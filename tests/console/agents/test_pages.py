"""Agents: added, changed and removed by people who manage the team."""

import html
from datetime import timedelta
from pathlib import Path

import audio_services
import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change

from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.staff.wrapups import begin_wrapup
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan

LANGUAGES = {"speaks": ["fr", "en"], "language": "fr"}
ANNE = {"name": "Anne Exemple", "rank": "2", "outside": "", **LANGUAGES}


@pytest.fixture
def staff(console: ConsoleApp, tmp_path: Path) -> ConsoleUser:
    PlanSection(console, tmp_path)
    agents.create_desks(console.database, 3)
    return console.sign_in(Role.SUPERVISOR)


def add(staff: ConsoleUser, **fields: object) -> str:
    answer = staff.post("/agents/new", {**ANNE, **fields})
    return html.unescape(answer.text) if answer.status_code != 303 else ""


def only_agent(console: ConsoleApp) -> agents.Agent:
    (agent,) = agents.list_agents(console.database)
    return agent


def test_who_wraps_up_a_call_is_listed_with_its_end(console: ConsoleApp, staff: ConsoleUser) -> None:
    add(staff)
    begin_wrapup(console.database, only_agent(console).sip_account, console.now + timedelta(seconds=20))
    assert "(post-appel jusqu'à " in html.unescape(staff.get("/agents").text)
    console.advance_clock(seconds=20)
    assert "post-appel" not in staff.get("/agents").text


def test_who_is_on_a_break_is_listed_with_the_reason_and_the_last_breaks(
    console: ConsoleApp, staff: ConsoleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SEED.replace("\nstaff:\n", "\nstaff:\n  pauses: [{name: lunch, title: {fr: Déjeuner, en: Lunch}}]\n")
    monkeypatch.setattr(audio_services, "PLAN", parse_plan(text))
    add(staff)
    anne = only_agent(console)
    for state, at in ((PresenceState.PAUSED, console.now), (PresenceState.READY, console.now + timedelta(minutes=9))):
        reason = "lunch" if state is PresenceState.PAUSED else ""
        presence.set_presence(console.database, anne.id, state, reason=reason, by="Anne", at=at)
        assert ("(Déjeuner)" in staff.get("/agents").text) == (state is PresenceState.PAUSED)
    page = staff.get(f"/agents/{anne.id}").text.replace("\u00a0", " ")
    assert "Dernières pauses" in page and "– Déjeuner" in page and "9 min 00 s" in page


def test_an_agent_is_added_renamed_and_removed(console: ConsoleApp, staff: ConsoleUser) -> None:
    assert "pas encore d'agent" in html.unescape(staff.get("/agents").text)
    assert add(staff, outside="06 39 98 00 01", speaks=["en", "fr"], language="en") == ""
    anne = only_agent(console)
    assert (anne.name, anne.rank, anne.outside_number) == ("Anne Exemple", 2, "+33639980001")
    assert (anne.speaks, anne.language) == (("en", "fr"), "en")
    page = staff.get("/agents").text
    assert "Anne Exemple" in page and "06 39 98 00 01" in page

    path = f"/agents/{anne.id}"
    shown = form_fields(staff.get(path))
    assert (shown["name"], shown["outside"]) == ("Anne Exemple", "06 39 98 00 01")
    changed = {**shown, "name": "Anne Durand", "rank": "1", "speaks": ["fr"], "language": "fr", "outside": ""}
    assert staff.post(path, changed).status_code == 303
    anne = only_agent(console)
    assert (anne.name, anne.rank, anne.speaks, anne.outside_number) == ("Anne Durand", 1, ("fr",), None)

    assert staff.post(f"{path}/remove").status_code == 303
    assert agents.list_agents(console.database) == ()
    assert "Anne Durand" in html.unescape(console.sign_in(Role.ADMINISTRATOR).get("/changes").text)


def test_mistakes_are_named_at_their_field(console: ConsoleApp, staff: ConsoleUser) -> None:
    for field, typed, reason in (
        ("name", "", "le nom"),
        ("name", "=Anne", "'=Anne' ne peut pas être un nom"),
        ("name", "x" * 81, "ne peut pas être un nom"),
        ("rank", "4", "niveau"),
        ("outside", "08 99 00 00 00", "'08 99 00 00 00' n'est pas un numéro ordinaire"),
        ("outside", "01 99 00 00 00", "est un numéro de cet accueil"),
        ("outside", "demain", "'demain' n'est pas un numéro ordinaire"),
        ("speaks", [], "au moins une langue"),
    ):
        page = add(staff, **{field: typed})
        assert reason in page, (field, typed)
        assert 'href="#' + field in page
    assert agents.list_agents(console.database) == ()


def test_two_agents_have_two_names_and_accounts_run_out(console: ConsoleApp, staff: ConsoleUser) -> None:
    for name in ("Anne", "Basile", "Carla"):
        assert add(staff, name=name) == ""
    assert "s'appelle déjà ainsi" in add(staff, name="ANNE")
    assert "comptes téléphoniques" in add(staff, name="Dora")
    assert "comptes téléphoniques" in html.unescape(staff.get("/agents").text)


def test_a_change_that_somebody_else_made_meanwhile_is_not_lost_unseen(console: ConsoleApp, staff: ConsoleUser) -> None:
    add(staff)
    anne = only_agent(console)
    mine = {**form_fields(staff.get(f"/agents/{anne.id}")), **LANGUAGES, "rank": "3"}
    agents.update_agent(console.database, anne.id, outside_number="+33639980002")
    refused = staff.post(f"/agents/{anne.id}", mine)
    assert refused.status_code == 409 and only_agent(console).rank == 2
    again = {**form_fields(refused), **LANGUAGES, "rank": "3", "outside": "06 39 98 00 02"}
    assert staff.post(f"/agents/{anne.id}", again).status_code == 303
    assert (only_agent(console).rank, only_agent(console).outside_number) == (3, "+33639980002")


def test_an_organisation_that_speaks_french_alone_is_asked_for_no_language(
    console: ConsoleApp, tmp_path: Path, staff: ConsoleUser
) -> None:
    text = SEED.replace("country: FR", "country: FR\nlanguages: [fr]")
    assert confirm_change(staff, submit_change(staff, "/plan/text", text=text)).status_code == 303
    assert 'name="speaks"' not in staff.get("/agents/new").text
    added = staff.post("/agents/new", {"name": "Anne", "rank": "1", "outside": ""})
    assert added.location == f"/agents/{only_agent(console).id}/phone"  # a new agent needs a telephone
    assert only_agent(console).speaks == ("fr",)


def test_naughty_strings_as_fields_of_an_agent(console: ConsoleApp, staff: ConsoleUser) -> None:
    add(staff)
    anne, token = only_agent(console), staff.csrf_token()
    for text in NAUGHTY_STRINGS:
        for field in ("name", "rank", "outside", "language", "seen"):
            sent = {**ANNE, field: text, "csrf_token": token}
            answer = staff.client.post(f"/agents/{anne.id}", data=sent)
            assert answer.status_code in (303, 409, 422), (field, text)
            assert not any(markup in answer.text for markup in ("<script>alert", "<img src=x", "<svg onload"))
    page = staff.get("/agents")
    assert page.status_code == 200 and "<script>alert" not in page.text
