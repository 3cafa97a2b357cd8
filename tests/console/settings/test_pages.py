"""The overview of the settings."""

import pytest
from console_client import ConsoleApp

from routing.access.permissions import Role


def test_an_administrator_who_looks_for_opening_hours_or_people_among_the_settings_is_led_there(
    console: ConsoleApp,
) -> None:
    page = console.sign_in(Role.ADMINISTRATOR).get("/settings").text.partition("<h1>")[2]
    assert 'href="/plan"' in page
    assert "la durée de conservation des messages vocaux" in page
    assert 'href="/agents"' in page


@pytest.mark.parametrize(("role", "sees_plan"), [(Role.STAFF, True), (Role.OVERFLOW_AGENT, False)])
def test_the_overview_leads_nobody_to_a_section_that_they_may_not_see(
    console: ConsoleApp, role: Role, sees_plan: bool
) -> None:
    page = console.sign_in(role).get("/settings").text.partition("<h1>")[2]
    assert ('href="/plan"' in page) is sees_plan
    assert 'href="/agents"' not in page
