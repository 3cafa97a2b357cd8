"""The console gives people of a centre accounts of its pages, and sees who looked at which card."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from centre_people import add_person, end, ring, tell
from console_client import ConsoleApp, ConsoleUser
from page_markup import markup_faults
from plan_section import PlanSection
from rich_plan import RICH_PLAN

from records.actor import command_line_actor
from records.call_events import CallEventKind
from records.centres import account_sessions, accounts, cards
from routing.access.permissions import Role
from routing.centres.people import CentreRole

HERE = "/centres/north/people"


@pytest.fixture
def staff(console: ConsoleApp, tmp_path: Path) -> ConsoleUser:
    PlanSection(console, tmp_path).replace_text(RICH_PLAN)
    console.now = datetime(2030, 3, 4, 12, tzinfo=UTC)
    return console.sign_in(Role.ADMINISTRATOR)


def test_somebody_of_a_centre_is_added_and_gets_a_link(console: ConsoleApp, staff: ConsoleUser) -> None:
    page = staff.post(
        HERE, {"name": "Zoé Agent", "email": "Zoe@Centre.example", "role": "agent", "language": "fr"}
    ).text
    link = re.search(r"/welcome/([\w-]+)", page)
    assert link and markup_faults(page) == []
    account = account_sessions.find_link(console.database, link[1], at=console.now)
    assert (account.centre, account.email, account.role) == ("north", "zoe@centre.example", CentreRole.AGENT)
    listed = staff.get(HERE).text
    assert "Zoé Agent" in listed and markup_faults(listed) == []
    assert 'value="supervisor">Responsable du centre<' in listed


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "email": "z@x.org"}, "Un nom a de 1 à 80"),
        ({"name": "Z", "email": "nothing"}, "Une adresse ressemble à"),
        ({"name": "Z", "email": "ZOE@centre.example"}, "a déjà un compte"),
        ({"name": "Z", "email": "z@x.org", "role": "boss"}, "ni agent ni responsable"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    console: ConsoleApp, staff: ConsoleUser, fields: dict[str, object], said: str
) -> None:
    add_person(console.database, console.now)
    answer = staff.post(HERE, {"role": "agent", "language": "fr", **fields})
    assert answer.status_code == 422 and said in answer.text
    assert len(accounts.list_accounts(console.database, command_line_actor("test"), "north")) == 1


def test_a_file_adds_everybody_or_nobody(console: ConsoleApp, staff: ConsoleUser) -> None:
    def send(table: str) -> str:
        return staff.post(f"{HERE}/import", {"people": (BytesIO(table.encode()), "equipe.csv")}).text

    wrong = send("Nom;E-mail;Rôle\nZoé;zoe@centre.example;responsable\nYves;yves@centre.example;agent\n")
    assert "ni agent ni responsable" in wrong and markup_faults(wrong) == []
    assert accounts.list_addresses(console.database, command_line_actor("test")) == ()
    made = send("Nom;E-mail;Rôle\nZoé;zoe@centre.example;superviseuse\nYves;yves@centre.example;\n")
    assert made.count("/welcome/") == 2
    zoe, yves = sorted(
        accounts.list_accounts(console.database, command_line_actor("test"), "north"), key=lambda each: each.name
    )[::-1]
    assert (zoe.role, yves.role) == (CentreRole.SUPERVISOR, CentreRole.AGENT)


def test_an_account_is_closed_and_opened_again_with_a_new_link(console: ConsoleApp, staff: ConsoleUser) -> None:
    zoe = add_person(console.database, console.now)
    assert staff.post(f"{HERE}/{zoe.id}/close").status_code == 303
    assert "Fermé" in staff.get(HERE).text
    assert "/welcome/" in staff.post(f"{HERE}/{zoe.id}/link").text
    assert staff.post(f"/centres/south/people/{zoe.id}/close").status_code == 404
    assert staff.post(f"{HERE}/999/close").status_code == 404


def test_a_supervisor_of_the_house_sees_figures_and_looks_and_no_accounts(
    console: ConsoleApp, staff: ConsoleUser
) -> None:
    reference = ring(console.database, 1, console.now)
    tell(console.database, 1, console.now, CallEventKind.CENTRE_ANSWERED)
    zoe = add_person(console.database, console.now)
    cards.open_card(console.database, zoe, reference, "code", after=cards.LONGEST_CALL, at=console.now)
    end(console.database, 1, console.now)
    supervisor = console.sign_in(Role.SUPERVISOR)
    assert supervisor.get(HERE).status_code == 403
    looks = supervisor.get("/centres/north/views").text
    assert "Zoé Agent" in looks and "par le code" in looks and markup_faults(looks) == []
    [when] = re.findall(r'<td data-label="Quand">(.+?)</td>', looks)
    assert when.replace("\N{NO-BREAK SPACE}", " ") == "lundi 4 mars 2030, 13:00:00"
    figures = " ".join(supervisor.get("/centres/north/2030-03/figures").text.split())
    assert '<th scope="row">Appels envoyés au centre</th><td>1</td>' in figures and markup_faults(figures) == []
    assert supervisor.get("/centres/nowhere/views").status_code == 404
    assert console.sign_in(Role.STAFF).get("/centres/north/views").status_code == 403
