"""The contract with an overflow centre, as a plan holds it."""

from datetime import date
from decimal import Decimal

import pytest
from rich_plan import RICH_PLAN

from routing.centres.contract import AnsweredBy, CentreContract, CodeTold, RoundedOn, Tariff
from routing.plan.errors import PlanError
from routing.plan.parsing import parse_plan


def test_a_contract_is_read_with_its_amounts_to_the_cent() -> None:
    north, south = parse_plan(RICH_PLAN).overflow.centres
    assert north.contract == CentreContract(
        Tariff.CONTACT,
        AnsweredBy.AGENT,
        date(2026, 1, 1),
        date(2035, 12, 31),
        *(Decimal("2.45"), 10, 200),
        *(Decimal("31.50"), 320, 160, 15),
        Decimal(900),
        RoundedOn.LINE,
        *(80, 20, 5),
        ("answered", "nothing"),
        *(5, 24),
        CodeTold.SPOKEN,
        12,
        "office",
        *(2, 100),
        {"fr": "Demandez le numéro du dossier.", "en": "Ask for the file number."},
    )
    assert south.contract == CentreContract()
    assert [north.contract.is_in_force(date(2026, 1, 1)), north.contract.is_in_force(date(2036, 1, 1))] == [True, False]


@pytest.mark.parametrize("written", ["2,45", "2.45 €", "2.4500"])
def test_an_amount_may_be_written_as_people_do(written: str) -> None:
    plan = parse_plan(RICH_PLAN.replace("contact_price: 2.45", f'contact_price: "{written}"'))
    assert plan.overflow.centres[0].contract.contact_price == Decimal("2.45")


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("contact_price: 2.45", "contact_price: two", "contact_price", "is not an amount in euros"),
        ("contact_price: 2.45", "contact_price: -2", "contact_price", "is not an amount in euros"),
        ("contact_price: 2.45", "contact_price: 2.45123", "contact_price", "is not an amount in euros"),
        ("set_up: 900", "set_up: 1000001", "set_up", "up to 1000000"),
        ("until: 2035-12-31", "until: 2025-12-31", "until", "ends before it begins"),
        ("until: 2035-12-31", "until: 2035-02-30", "until", "is not a day"),
        ("        service_s: 20\n", "", "service_percent", "needs both"),
        ("        service_percent: 80\n        service_s: 20\n", "", "penalty_percent", "needs a service level"),
        ("answered_by: agent", "answered_by: acd", "code", "nobody hears a code"),
        ("code: spoken", "code: shouted", "code", "is not how an agent of a centre learns"),
        ("card_min: 5", "card_min: 0", "card_min", "1 to 60"),
        ("outcome_h: 24", "outcome_h: 721", "outcome_h", "0 to 720"),
        (
            "        hours: office\n        pri",
            "        hours: nights\n        pri",
            "hours",
            "is not opening hours of this plan",
        ),
        ("share: 100", "share: 101", "share", "0 to 100"),
        ("priority: 2", "priority: 0", "priority", "1 to 9"),
        ("paid_by: contact", "paid_by: call", "paid_by", "is not what a centre is paid for"),
    ],
)
def test_what_a_contract_cannot_hold_is_refused_where_it_stands(old: str, new: str, field: str, reason: str) -> None:
    assert old in RICH_PLAN
    with pytest.raises(PlanError) as refused:
        parse_plan(RICH_PLAN.replace(old, new))
    [problem] = refused.value.problems
    assert problem.path == f"overflow.centres[1].contract.{field}"
    assert reason in str(problem.reason)
