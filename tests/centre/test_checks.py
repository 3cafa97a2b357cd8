"""`doctor` says whether agents of overflow centres can log in, and whether outcomes come."""

from datetime import timedelta

from centre_client import CentreApp
from centre_people import add_person, end, ring, tell
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from centre import checks
from records.call_events import CallEventKind
from records.check_result import CheckResult
from routing.centres.people import CentreRole
from routing.plan.model import OverflowPlan
from routing.plan.parsing import parse_plan

HERE = "http://127.0.0.1:8083"


def find(
    centre: CentreApp, *, is_reachable: bool = True, is_unencrypted: bool = False, sends_mail: bool = True
) -> list[CheckResult]:
    overflow: OverflowPlan = parse_plan(RICH_PLAN).overflow
    found = checks.checks(
        centre.database,
        overflow,
        HERE,
        centre.now,
        is_reachable=is_reachable,
        is_unencrypted=is_unencrypted,
        sends_mail=sends_mail,
    )
    return [*found]


def check(centre: CentreApp, *, is_reachable: bool = True, is_unencrypted: bool = False) -> dict[str, bool]:
    """What is said about the pages."""
    found = find(centre, is_reachable=is_reachable, is_unencrypted=is_unencrypted)
    return {result.name: result.ok for result in found if result.name != "centre: outcomes"}


def outcomes(centre: CentreApp, *, sends_mail: bool = True) -> list[str]:
    """What is said about missing outcomes, in French."""
    found = [each for each in find(centre, sends_mail=sends_mail) if each.name == "centre: outcomes"]
    assert all(each.ok and each.remedy for each in found)
    return [with_ordinary_spaces(each.in_language("fr")[0]) for each in found]


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


def test_a_centre_that_nobody_reminds_is_told(centre: CentreApp) -> None:
    assert ["n'a pas de responsable" in each for each in outcomes(centre)] == [True]
    add_person(centre.database, centre.now, role=CentreRole.SUPERVISOR)
    assert outcomes(centre) == []
    assert ["ne reçoivent pas d'e-mail" in each for each in outcomes(centre, sends_mail=False)] == [True]


def test_overdue_outcomes_are_told(centre: CentreApp) -> None:
    """The contract gives 24 hours."""
    add_person(centre.database, centre.now, role=CentreRole.SUPERVISOR)
    ring(centre.database, 1, centre.now)
    tell(centre.database, 1, centre.now, CallEventKind.CENTRE_ANSWERED)
    end(centre.database, 1, centre.now + timedelta(minutes=2))
    centre.advance_clock(hours=24)
    assert outcomes(centre) == []
    centre.advance_clock(minutes=3)
    assert ["ce que sont devenus ses appels : 1." in each for each in outcomes(centre)] == [True]
