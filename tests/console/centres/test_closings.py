"""The end of a contract in the console: what was closed, its certificate, and how the centre is opened again."""

import html
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from centre_people import add_person
from console_client import ConsoleApp, ConsoleUser
from page_markup import markup_faults
from plan_section import PlanSection
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from records import site_keys
from records.actor import command_line_actor
from records.centres import accounts
from records.centres.closings import close_ended
from records.site_keys import NO_SITE, OUTCOMES_SCOPE
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan

ENDED = RICH_PLAN.replace("until: 2035-12-31", "until: 2030-03-03")
PEOPLE, HERE = "/centres/north/people", "/centres/north/closings"


@pytest.fixture
def section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    """The contract ended yesterday, and what was open was closed."""
    console.now = datetime(2030, 3, 4, 12, tzinfo=UTC)
    section = PlanSection(console, tmp_path)
    section.replace_text(ENDED)
    add_person(console.database, console.now - timedelta(days=9), name="Zoé <Agent>")
    site_keys.create_site_key(
        console.database, site_keys.NewKey(NO_SITE, (OUTCOMES_SCOPE,), "CRM du centre", "north"), at=console.now
    )
    close_ended(console.database, parse_plan(ENDED).overflow, today=console.now.date(), at=console.now)
    return section


@pytest.fixture
def staff(console: ConsoleApp, section: PlanSection) -> ConsoleUser:
    return console.sign_in(Role.ADMINISTRATOR)


def test_the_certificate_says_what_was_taken_away_in_both_languages(staff: ConsoleUser) -> None:
    page = staff.get(HERE).text
    assert markup_faults(page) == []
    assert "Le contrat s'est terminé le" in html.unescape(page)
    certificate = staff.get(f"{HERE}/1/certificate.html")
    sent_as = certificate.headers["Content-Disposition"]
    assert sent_as.startswith("attachment") and sent_as.endswith("-north-2030-03-03.html")
    text = with_ordinary_spaces(html.unescape(certificate.text))
    for said in (
        "1 compte de personne a été fermé",
        "1 account of a person was closed",
        "Zoé <Agent>, zoe@centre.example (Agent du centre)",
        "CRM du centre",
        "Attestation de fin d'accès : « Nord »",
        "Certificate of the end of access: “North”",
    ):
        assert said in text, said
    assert "<Agent>" not in certificate.text
    certificate.close()


def test_nothing_is_opened_while_the_contract_is_over(console: ConsoleApp, staff: ConsoleUser) -> None:
    new = {"name": "Yves", "email": "yves@centre.example", "role": "agent", "language": "fr"}
    assert staff.post(PEOPLE, new).status_code == 409
    assert staff.post(f"{PEOPLE}/1/link").status_code == 409
    assert "Le contrat est terminé" in staff.get(PEOPLE).text
    (account,) = accounts.list_accounts(console.database, command_line_actor("test"), "north")
    assert not account.is_open


def test_a_contract_that_goes_on_is_opened_by_hand(
    console: ConsoleApp, section: PlanSection, staff: ConsoleUser
) -> None:
    section.replace_text(RICH_PLAN)
    assert staff.post(f"{PEOPLE}/1/link").status_code == 200
    (account,) = accounts.list_accounts(console.database, command_line_actor("test"), "north")
    assert account.is_open
    assert "Le contrat se termine le" in staff.get(HERE).text


def test_what_there_is_not_is_not_found_and_who_checks_no_costs_is_refused(
    console: ConsoleApp, staff: ConsoleUser
) -> None:
    for path in (f"{HERE}/2/certificate.html", "/centres/south/closings/1/certificate.html", "/centres/west/closings"):
        assert staff.get(path).status_code == 404, path
    assert console.sign_in(Role.STAFF).get(HERE).status_code == 403
