"""The forms of topics and outcomes of requests."""

from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection, confirm_change, submit_change

from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from routing.request_rules import EscalationAudience, RequestRules

BILLING = {"title_fr-0": "Facturation", "title_en-0": "Billing", "name-0": "", "level-0": "2", "due-0": "4"}


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def save(plan_section: PlanSection, staff: ConsoleUser, path: str, *sentences: str, **typed: str) -> RequestRules:
    """The rules after the form was saved; the review said these sentences."""
    review = submit_change(staff, path, **typed)
    for sentence in sentences:
        assert sentence in review.text.replace("\u00a0", " "), review.text
    assert confirm_change(staff, review).status_code == 303
    return parse_plan(plan_section.text).requests


def test_a_topic_is_added_changed_and_removed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    said = ("Les demandes pourront avoir un nouveau sujet : « Facturation ».", "au service concerné, niveau 2")
    rules = save(plan_section, staff, "/plan/requests", *said, **BILLING, **{"requests.due_h": "16"})
    (topic,) = rules.topics
    assert (topic.name, topic.level, topic.due_h, rules.due_h) == ("facturation", 2, 4, 16)
    assert "\n#   outcomes:" in plan_section.text  # the examples beside it are still there
    rules = save(
        plan_section,
        staff,
        "/plan/requests",
        "Sujet « Facturation » : il s&#39;appellera",
        **{"title_fr-0": "Factures"},
    )
    assert [(topic.name, topic.title["fr"], topic.due_h) for topic in rules.topics] == [("facturation", "Factures", 4)]
    assert "Factures" in staff.get("/plan").text or "un sujet" in staff.get("/plan").text
    rules = save(plan_section, staff, "/plan/requests", **{"title_fr-0": "", "title_en-0": ""})
    assert rules.topics == () and rules.due_h == 16


def test_requests_go_up_by_themselves_once_somebody_says_when(plan_section: PlanSection, staff: ConsoleUser) -> None:
    rules = save(
        plan_section,
        staff,
        "/plan/requests",
        "Les demandes sans sujet passeront au niveau 2, 8 heures",
        "sera prévenue de chaque demande qui monte",
        **{"requests.escalate_h": "8", "requests.escalate_tell": "nobody"},
    )
    assert (rules.escalate_h, rules.escalate_tell) == (8, EscalationAudience.NOBODY)
    typed = {**BILLING, "level-0": "1", "escalate-0": "0", "tell-0": "everybody"}
    (topic,) = save(plan_section, staff, "/plan/requests", "niveau 2 à son échéance", **typed).topics
    assert (topic.escalate_h, topic.escalate_tell) == (0, EscalationAudience.EVERYBODY)
    rules = save(
        plan_section,
        staff,
        "/plan/requests",
        "Les demandes sans sujet ne monteront jamais",
        "ne montera jamais de lui-même",
        **{"requests.escalate_h": "", "escalate-0": ""},
    )
    assert rules.escalate_h is None and rules.topics[0].escalate_h is None
    assert "\n  escalate" not in plan_section.text
    refused = submit_change(staff, "/plan/requests", **{"escalate-0": "x"})
    assert 'id="escalate-0-error"' in refused.text


def test_what_is_missing_is_said_at_its_field(plan_section: PlanSection, staff: ConsoleUser) -> None:
    refused = submit_change(staff, "/plan/requests", **{**BILLING, "title_en-0": ""})
    assert 'id="title_en-0-error"' in refused.text
    refused = submit_change(staff, "/plan/requests", **{**BILLING, "due-0": "x"})
    assert 'id="due-0-error"' in refused.text


def test_outcomes_are_the_usual_ones_until_they_are_changed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    rules = save(
        plan_section,
        staff,
        "/plan/requests/outcomes",
        "« Faux numéro » ne pourra plus être choisi",
        **{"title_fr-5": "", "title_en-5": ""},
    )
    assert [outcome.name for outcome in rules.outcomes] == [
        "answered",
        "called_back",
        "nobody_reached",
        "passed_on",
        "nothing_to_do",
    ]
