"""The contract with an overflow centre, as a form of the plan."""

import html
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection, confirm_change, submit_change
from rich_plan import RICH_PLAN

from routing.access.permissions import Role
from routing.centres.contract import CentreContract
from routing.plan.parsing import parse_plan

PAGE = "/plan/overflow/contracts/north"


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    section = PlanSection(console, tmp_path)
    section.replace_text(RICH_PLAN)
    return section


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def contract(plan_section: PlanSection) -> CentreContract:
    return parse_plan(plan_section.text).overflow.centres[0].contract


def text_of(page: str) -> str:
    return html.unescape(page).replace("\u00a0", " ").replace("\u202f", " ")


def test_another_price_and_another_last_day_are_said_in_the_review(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    before = contract(plan_section)
    review = submit_change(staff, PAGE, **{"contract.contact_price": "2,6050", "contract.until": "2030-06-30"})
    said = text_of(review.text)
    assert "Contrat avec « Nord » : un contact coûte 2,605 €." in said
    assert "il se termine le dimanche 30 juin 2030 ; après ce jour aucun appel n'est confié au centre." in said
    assert confirm_change(staff, review).status_code == 303
    after = contract(plan_section)
    assert str(after.contact_price) == "2.6050"
    assert (after.hour_price, after.outcomes) == (before.hour_price, before.outcomes)


def test_the_contract_stays_when_the_centre_is_changed_on_its_own_page(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    before = contract(plan_section)
    confirm_change(staff, submit_change(staff, "/plan/overflow", **{"ring-0": "25"}))
    [north, _south] = parse_plan(plan_section.text).overflow.centres
    assert (north.ring_s, north.contract) == (25, before)


def test_a_centre_without_a_contract_gets_one_from_its_own_page(plan_section: PlanSection, staff: ConsoleUser) -> None:
    page = "/plan/overflow/contracts/south"
    assert f'href="{page}"' in staff.get("/plan/overflow").text
    confirm_change(staff, submit_change(staff, page, **{"contract.paid_by": "hour", "contract.hour_price": "30"}))
    south = parse_plan(plan_section.text).overflow.centres[1].contract
    assert south == CentreContract(paid_by=south.paid_by, hour_price=south.hour_price)
    assert str(south.hour_price) == "30"
    confirm_change(staff, submit_change(staff, page, **{"contract.paid_by": "", "contract.hour_price": ""}))
    assert parse_plan(plan_section.text).overflow.centres[1].contract == CentreContract()
    assert staff.get("/plan/overflow/contracts/west").status_code == 404


def test_the_place_of_a_centre_has_no_unit_and_its_share_has_one(staff: ConsoleUser) -> None:
    page = staff.get(PAGE).text
    place, share = (
        re.sub(r"<[^>]+>|\s+", " ", text_of(page[page.index(f'<label for="contract.{name}"') :]).split("</div>")[0])
        for name in ("priority", "share")
    )
    assert "De 1 à 9." in place and not re.search("rangs?( |$)", place.split("De 1 à 9.")[1])
    assert "De 0 à 100 pour cent." in share and share.rstrip().endswith("pour cent")


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("contract.contact_price", "deux", "n'est pas un montant en euros"),
        ("contract.until", "2025-01-01", "se termine avant de commencer"),
        ("contract.service_s", "0", "nombre entier"),
        ("contract.priority", "12", "n'est pas un nombre entier de 1 à 9"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    plan_section: PlanSection, staff: ConsoleUser, field: str, typed: str, reason: str
) -> None:
    page = submit_change(staff, PAGE, **{field: typed})
    assert page.status_code == 422
    assert reason in text_of(page.text)
    assert f'id="{field}-error"' in page.text
