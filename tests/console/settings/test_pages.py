"""The overview of the settings."""

from console_client import ConsoleApp

from routing.access.permissions import Role


def test_an_administrator_who_looks_for_opening_hours_or_people_among_the_settings_is_led_there(
    console: ConsoleApp,
) -> None:
    page = console.sign_in(Role.ADMINISTRATOR).get("/settings").text.partition("<h1>")[2]
    assert 'href="/plan"' in page
    assert "la durée de conservation des messages vocaux" in page
    assert 'href="/agents"' in page


def test_the_overview_leads_nobody_to_a_section_that_they_may_not_see(console: ConsoleApp) -> None:
    page = console.sign_in(Role.STAFF).get("/settings").text.partition("<h1>")[2]
    assert 'href="/plan"' in page
    assert 'href="/agents"' not in page
