"""The page of an agent's telephone, without a telephone."""

import html
import re
from pathlib import Path

import pytest
from trunk_console import TrunkConsole

from records.database.engine import Database
from records.endpoint_states import EndpointState, save_endpoint_states
from records.staff import agents, phone_rings
from records.staff.agents import Agent
from records.staff.phone_rings import RingResult
from routing.access.permissions import Role

CONSOLE = "https://console.example.org"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> TrunkConsole:
    return TrunkConsole(database, tmp_path, CONSOLE)


@pytest.fixture
def margot(console: TrunkConsole) -> Agent:
    agents.create_desks(console.database, 3)
    return agents.add_agent(console.database, "Margot Exemple", language="fr", at=console.now)


def test_an_account_is_shown_once_and_asterisk_has_it_at_once(console: TrunkConsole, margot: Agent) -> None:
    supervisor, page = console.sign_in(Role.SUPERVISOR), f"/agents/{margot.id}/phone"

    issued = html.unescape(supervisor.post(f"{page}/issue").text)

    agent = agents.find_agent(console.database, "Margot Exemple")
    assert f"<code>{agent.password}</code>" in issued
    assert "<code>198.51.100.9</code>" in issued
    assert agent.password in console.asterisk_file("pjsip.conf")
    assert margot.password not in console.asterisk_file("pjsip.conf")
    administrator = console.sign_in(Role.ADMINISTRATOR)
    others = [supervisor.get(page).text, supervisor.get("/agents").text, administrator.get("/changes").text]
    assert agent.password not in "".join(others)
    assert "Margot Exemple" in others[2]


def test_the_link_gives_the_account_once_and_only_to_who_reads_it(console: TrunkConsole, margot: Agent) -> None:
    issued = console.sign_in(Role.SUPERVISOR).post(f"/agents/{margot.id}/phone/issue").text
    link = re.search(rf"{CONSOLE}(/pair/[\w-]+)", issued)
    assert link
    telephone = console.anonymous_user().client

    assert telephone.head(link[1]).status_code == 200  # an application may ask first
    given = telephone.get(link[1])

    agent = agents.find_agent(console.database, "Margot Exemple")
    assert given.content_type == "application/xml; charset=utf-8"
    assert f">{agent.password}<" in given.text
    assert ">&lt;sip:198.51.100.9;transport=udp&gt;<" in given.text
    assert given.headers["Cache-Control"] == "no-store"
    assert telephone.get(link[1]).status_code == 404
    assert telephone.get("/pair/nothing").status_code == 404


def test_a_console_that_telephones_cannot_reach_offers_the_sheet_alone(database: Database, tmp_path: Path) -> None:
    console = TrunkConsole(database, tmp_path, "http://127.0.0.1:8081")
    agents.create_desks(database, 1)
    agent = agents.add_agent(database, "Margot", language="fr", at=console.now)

    issued = html.unescape(console.sign_in(Role.SUPERVISOR).post(f"/agents/{agent.id}/phone/issue").text)

    assert "ne peuvent pas joindre l'adresse de cette console" in issued
    assert "/pair/" not in issued


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (None, "Inconnu pour le moment"),
        ({}, "Aucun téléphone n'est joignable"),
        ({"margot": EndpointState("Unreachable")}, "Aucun téléphone n'est joignable"),
        ({"margot": EndpointState("Reachable")}, "Connecté"),
    ],
)
def test_the_page_says_whether_a_telephone_is_there(
    console: TrunkConsole, margot: Agent, states: dict[str, EndpointState] | None, said: str
) -> None:
    if states is not None:
        known = dict.fromkeys([margot.sip_account], states["margot"]) if states else {}
        save_endpoint_states(console.database, known, at=console.now)

    page = html.unescape(console.sign_in(Role.SUPERVISOR).get(f"/agents/{margot.id}/phone/refresh").text)

    assert f">{said}</span>" in page


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (RingResult.ANSWERED, "ce téléphone fonctionne"),
        (RingResult.NO_ANSWER, "personne n'a décroché"),
        (RingResult.SILENT, "rien n'indique qu'il a sonné"),
        (RingResult.BUSY, "Il est occupé"),
        (RingResult.REJECTED, "a été refusé au téléphone"),
        (RingResult.NOT_REGISTERED, "donc rien n'a sonné"),
        (RingResult.UNREACHABLE, "n'a pas pu être joint"),
    ],
)
def test_what_came_of_a_ring_is_said_in_words(
    console: TrunkConsole, margot: Agent, result: RingResult, said: str
) -> None:
    supervisor, page = console.sign_in(Role.SUPERVISOR), f"/agents/{margot.id}/phone"
    assert supervisor.post(f"{page}/ring").location == page
    assert "va partir" in html.unescape(supervisor.get(page).text)

    (ring_id,) = phone_rings.claim_rings(console.database, at=console.now)
    phone_rings.end_ring(console.database, ring_id, result, at=console.now)

    assert said in html.unescape(supervisor.get(page).text)


def test_a_ring_that_nobody_carries_out_is_said_to_have_failed(console: TrunkConsole, margot: Agent) -> None:
    supervisor, page = console.sign_in(Role.SUPERVISOR), f"/agents/{margot.id}/phone"
    supervisor.post(f"{page}/ring")
    console.advance_clock(seconds=30)

    assert "n'a pas pu être passé" in html.unescape(supervisor.get(page).text)
