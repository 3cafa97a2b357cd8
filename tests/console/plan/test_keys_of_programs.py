"""Keys of overflow centres are made and withdrawn on a page; it says which ones their contract has ended."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection
from rich_plan import RICH_PLAN
from werkzeug.test import TestResponse

from records import changes, site_keys
from records.actor import command_line_actor
from records.site_keys import CALLS_SCOPE, NO_SITE, OUTCOMES_SCOPE
from routing.access.permissions import Role

ENDED = RICH_PLAN.replace("until: 2035-12-31", "until: 2030-02-28")


@pytest.fixture
def section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    section = PlanSection(console, tmp_path)
    section.replace_text(RICH_PLAN)
    return section


@pytest.fixture
def staff(section: PlanSection) -> ConsoleUser:
    return section.console.sign_in(Role.SUPERVISOR)


def text_of(page: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])).split())


def add_key(console: ConsoleApp, label: str, scope: str, centre: str | None = None) -> int:
    key, _ = site_keys.create_site_key(
        console.database, site_keys.NewKey(NO_SITE, scopes=[scope], label=label, centre=centre), at=console.now
    )
    return key.id


def test_a_key_of_a_centre_is_shown_once_and_withdrawn(section: PlanSection, staff: ConsoleUser) -> None:
    database = section.console.database
    assert 'href="/plan/keys"' in staff.get("/plan").text
    refused = staff.post("/plan/keys/north", {"label": "x" * 81})
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
    made = staff.post("/plan/keys/north", {"label": "Logiciel <b>"})
    token = re.search(r"sk_[\w-]+", made.text)
    assert token and 'href="/plan/keys"' in made.text
    key = site_keys.find_site_key(database, token[0])
    assert key is not None and (key.centre, key.site, key.scopes) == ("north", NO_SITE, (OUTCOMES_SCOPE,))
    page = staff.get("/plan/keys")
    assert "Logiciel <b>" in text_of(page) and token[0] not in page.text
    assert "Le contrat prend fin le 31/12/2035 : ses clés seront alors retirées." in text_of(page)
    assert staff.post(f"/plan/keys/{key.id}/revoke").headers["Location"] == "/plan/keys"
    assert site_keys.find_site_key(database, token[0]) is None
    found = changes.list_changes(database, command_line_actor("test"))[:2]
    assert [(each.kind, each.subject) for each in found] == [
        ("centre_key.revoked", "north"),
        ("centre_key.added", "north"),
    ]
    assert staff.post("/plan/keys/moon", {"label": "Lune"}).status_code == 404
    assert section.console.sign_in(Role.STAFF).get("/plan/keys").status_code == 403


def test_the_keys_of_a_contract_that_has_ended_are_said_to_be_withdrawn(section: PlanSection) -> None:
    add_key(section.console, "Logiciel", OUTCOMES_SCOPE, "north")
    section.replace_text(ENDED)
    section.console.now = datetime(2030, 3, 31, 12, tzinfo=UTC)  # new keys are valid until this day
    staff = section.console.sign_in(Role.SUPERVISOR)
    ended = "Le contrat a pris fin le 28/02/2030, et ses clés ont été retirées."
    page = staff.get("/plan/keys")
    assert ended in text_of(page) and 'action="/plan/keys/north"' in page.text
    section.console.now = datetime(2030, 4, 1, 12, tzinfo=UTC)
    staff = section.console.sign_in(Role.SUPERVISOR)
    page = staff.get("/plan/keys")
    assert ended in text_of(page)
    assert 'action="/plan/keys/north"' not in page.text and 'action="/plan/keys/south"' in page.text
    assert staff.post("/plan/keys/north", {"label": "Autre"}).status_code == 422
    assert len(site_keys.list_site_keys(section.console.database)) == 1


def test_other_keys_stand_where_they_belong(section: PlanSection, staff: ConsoleUser) -> None:
    """The page of the websites called a program's key one of a website that was removed."""
    add_key(section.console, "Ancien", OUTCOMES_SCOPE, "west")
    tool = add_key(section.console, "CRM", CALLS_SCOPE)
    sites, keys = text_of(staff.get("/plan/sites")), text_of(staff.get("/plan/keys"))
    assert "CRM" not in sites and "Ancien" not in sites
    assert "Clés de centres retirés" in keys and "Clés de nos programmes" in keys and "Ancien – " in keys
    staff.post(f"/plan/keys/{tool}/revoke")
    assert "CRM" not in text_of(staff.get("/plan/keys")).partition("Clés de nos programmes")[2]
    log = text_of(section.console.sign_in(Role.ADMINISTRATOR).get("/changes"))
    assert "a retiré la clé « CRM » d'un de nos programmes" in log.replace("\u202f", " ").replace("\u00a0", " ")
