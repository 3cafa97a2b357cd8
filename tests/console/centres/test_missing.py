"""Outcomes that a centre has not reported: the organisation sees them, and the supervisors of the centre get a mail."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from centre_calls import hand_over
from centre_people import add_person
from console_client import ConsoleApp
from page_markup import markup_faults
from plan_section import PlanSection
from rich_plan import RICH_PLAN
from smtp_server import SmtpServer

from correspondence.mail_delivery import MailDelivery, MailSettings
from records.centres import outcomes
from records.centres.missing_outcomes import remind_centres
from routing.access.permissions import Role
from routing.centres.people import CentreRole
from routing.plan.parsing import parse_plan

CENTRE_URL = "https://centre.example.org"


@pytest.fixture
def reference(console: ConsoleApp, tmp_path: Path) -> str:
    """A call that the centre answered a day and an hour ago; its contract gives it 24 hours for the outcome."""
    PlanSection(console, tmp_path).replace_text(RICH_PLAN)
    return hand_over(console.database, 1, (console.now - timedelta(hours=25)).isoformat())


def test_the_organisation_sees_what_is_missing_and_what_is_overdue(console: ConsoleApp, reference: str) -> None:
    hand_over(console.database, 2, (console.now - timedelta(hours=1)).isoformat())
    staff = console.sign_in(Role.SUPERVISOR)
    figures = staff.get(f"/centres/north/{console.now:%Y-%m}/figures").text
    assert "plus de 24 heures après l&#39;appel" in figures and 'href="/centres/north/missing"' in figures
    page = staff.get("/centres/north/missing").text
    assert markup_faults(page) == []
    assert page.count('href="/calls/') == 2 and f'href="/calls/{reference}"' in page
    assert "Un appel est en retard." in page
    assert staff.get("/centres/west/missing").status_code == 404
    assert console.sign_in(Role.STAFF).get("/centres/north/missing").status_code == 403


def test_a_supervisor_of_the_centre_gets_a_mail_that_names_no_call(
    console: ConsoleApp, smtp: SmtpServer, reference: str
) -> None:
    head = add_person(console.database, console.now, email="head@centre.example", role=CentreRole.SUPERVISOR)
    late = add_person(console.database, console.now, email="late@centre.example", role=CentreRole.SUPERVISOR)
    paris = ZoneInfo("Europe/Paris")
    settings = MailSettings(smtp.settings(), "", lambda: {"fr": "Ville"}, lambda: paris, "", CENTRE_URL)
    delivery = MailDelivery(console.database, settings, lambda: console.now)
    assert remind_centres(console.database, parse_plan(RICH_PLAN).overflow, at=console.now) == ("north",)
    delivery.send_due()
    assert {*smtp.mails[0].recipients, *smtp.mails[1].recipients} == {head.email, late.email}
    mail = smtp.mails[0]
    assert mail.message["Subject"] == "Des résultats d'appels manquent"
    assert mail.link == f"{CENTRE_URL}/missing" and reference[:8] not in mail.text
    console.now += timedelta(days=1)
    assert remind_centres(console.database, parse_plan(RICH_PLAN).overflow, at=console.now) == ("north",)
    given = outcomes.find_given_call(console.database, "north", reference)
    assert given
    outcomes.report_outcome(console.database, given.handoff_id, "answered", None, by="North", at=console.now)
    delivery.send_due()
    assert len(smtp.mails) == 2  # nothing is missing any more
