"""People of a centre see which outcomes are missing, and complete them."""

from datetime import timedelta

import pytest
from centre_calls import hand_over
from centre_client import CentreApp
from page_markup import markup_faults

from records.centres import cards, outcomes
from routing.centres.people import CentreRole


@pytest.fixture
def reference(centre: CentreApp) -> str:
    """A call that the centre answered an hour ago."""
    return hand_over(centre.database, 1, (centre.now - timedelta(hours=1)).isoformat())


def reported(centre: CentreApp) -> list[tuple[str, str]]:
    with centre.database.read() as connection:
        return [(each.outcome, each.by) for each in outcomes.list_outcomes_in(connection, None, ["1.1"])]


def test_a_supervisor_says_what_became_of_a_call_of_the_centre(centre: CentreApp, reference: str) -> None:
    zoe = centre.sign_in(CentreRole.SUPERVISOR)
    page = zoe.text("/missing")
    assert markup_faults(page) == []
    assert reference[:8] in page and "à dire dans les 24 heures." in page
    assert zoe.post(f"/missing/{reference}", outcome="answered").status_code == 303
    assert reported(centre) == [("answered", "Zoé 1")]
    assert "Rien ne manque." in zoe.text("/missing")


def test_an_agent_sees_and_reports_the_calls_whose_card_they_opened(centre: CentreApp, reference: str) -> None:
    agent = centre.sign_in()
    assert agent.account
    assert "Rien ne manque." in agent.text("/missing")
    assert agent.post(f"/missing/{reference}", outcome="answered").status_code == 404
    cards.open_card(centre.database, agent.account, reference, "link", after=timedelta(hours=2), at=centre.now)
    assert reference[:8] in agent.text("/missing")
    assert agent.post(f"/missing/{reference}", outcome="answered").status_code == 303
    assert reported(centre) == [("answered", "Zoé 1")]


def test_calls_of_another_centre_and_calls_of_long_ago_are_not_there(centre: CentreApp, reference: str) -> None:
    other, zoe = centre.sign_in(CentreRole.SUPERVISOR, centre="south"), centre.sign_in(CentreRole.SUPERVISOR)
    assert reference[:8] not in other.text("/missing")
    assert other.post(f"/missing/{reference}", outcome="answered").status_code == 404
    centre.advance_clock(days=33)
    later = centre.go_on_as(zoe.account) if zoe.account else zoe
    assert "Rien ne manque." in later.text("/missing")
    assert later.post(f"/missing/{reference}", outcome="answered").status_code == 404
    assert reported(centre) == []


def test_an_outcome_that_the_contract_does_not_name_is_not_taken(centre: CentreApp, reference: str) -> None:
    zoe = centre.sign_in(CentreRole.SUPERVISOR)
    for outcome in ("", "passed_on", "x" * 999):
        answer = zoe.post(f"/missing/{reference}", outcome=outcome)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert reported(centre) == []


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_a_number_of_an_older_page_that_is_none_shows_the_first(centre: CentreApp, reference: str, before: str) -> None:
    assert reference[:8] in centre.sign_in(CentreRole.SUPERVISOR).text(f"/missing?before={before}")
