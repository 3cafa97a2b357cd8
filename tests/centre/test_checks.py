"""`doctor` says whether agents of overflow centres can log in."""

from centre_client import CentreApp
from centre_people import add_person
from rich_plan import RICH_PLAN

from centre import checks
from routing.plan.model import OverflowPlan
from routing.plan.parsing import parse_plan

HERE = "http://127.0.0.1:8083"


def check(centre: CentreApp, *, is_reachable: bool = True, is_unencrypted: bool = False) -> dict[str, bool]:
    overflow: OverflowPlan = parse_plan(RICH_PLAN).overflow
    found = checks.checks(centre.database, overflow, HERE, is_reachable=is_reachable, is_unencrypted=is_unencrypted)
    return {result.name: result.ok for result in found}


def test_while_nobody_has_an_account_nothing_has_to_answer(centre: CentreApp) -> None:
    assert check(centre, is_reachable=False) == {"centre": True}


def test_once_somebody_has_one_the_pages_have_to_answer(centre: CentreApp) -> None:
    add_person(centre.database, centre.now)
    assert check(centre) == {"centre": True}
    assert check(centre, is_reachable=False) == {"centre": False}
    assert "centre: encryption" in check(centre, is_unencrypted=True)


def test_people_of_a_centre_that_the_plan_does_not_have_are_told(centre: CentreApp) -> None:
    add_person(centre.database, centre.now, centre="west")
    assert check(centre) == {"centre: accounts": False, "centre": True}
