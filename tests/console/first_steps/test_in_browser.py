"""The first steps by keyboard, in a browser, as somebody goes through them who never saw the console."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from browser import accessibility_violations, chromium, scrolling_widths, unreachable_controls
from console_client import ConsoleUser
from plan_section import PlanSection, serve_console
from playwright.sync_api import Browser, Page, expect
from recorded_calls import record_call

from console.first_steps.steps import StepName
from records import trial_calls
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.staff import agents
from records.trial_calls import CALLER, TrialResult
from routing.plan.parsing import parse_plan

DESK, PHONE = {"width": 1280, "height": 844}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(section: PlanSection, admin: ConsoleUser, browser: Browser) -> Iterator[Page]:
    with serve_console(section.console) as url:
        context = browser.new_context(base_url=url, locale="fr", viewport=DESK)
        context.add_cookies([{"name": "standardiste", "value": admin.cookie(), "url": url}])
        yield context.new_page()
        context.close()


def press(page: Page, role: str, name: str) -> None:
    """Goes to the control with the keyboard, and presses it."""
    control = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    expect(control).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if control.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not lead to {name}")


@pytest.mark.long
def test_the_steps_are_taken_put_off_and_resumed_by_keyboard(
    section: PlanSection, admin: ConsoleUser, page: Page
) -> None:
    page.goto("/")
    press(page, "link", "Continuer les premiers pas")
    expect(page.locator("#step-title")).to_have_text("Votre organisation et son numéro")
    press(page, "link", "Indiquer le nom")
    page.locator("[name='organisation.name.fr']").focus()
    page.keyboard.type("Mairie d'Exemple")
    page.locator("[name='organisation.name.en']").focus()
    page.keyboard.type("Exemple town hall")
    press(page, "button", "Vérifier avant d'enregistrer")
    press(page, "button", "Enregistrer, dès le prochain appel")
    expect(page.locator(".tasks")).to_contain_text("Mairie d'Exemple")
    assert parse_plan(section.text).organisation.name["fr"] == "Mairie d'Exemple"

    press(page, "button", "Plus tard")
    expect(page.locator("#step-title")).to_have_text("Ce que les appelants entendent")
    page.goto("/calls")
    press(page, "link", "Revenir aux premiers pas")
    expect(page.locator("#step-title")).to_have_text("Ce que les appelants entendent")
    press(page, "button", "Plus tard")
    press(page, "button", "Nous sommes ouverts jour et nuit")
    expect(page.locator("#step-title")).to_have_text("Le premier téléphone")
    press(page, "button", "Plus tard")

    page.get_by_label("Taper 3").focus()
    page.keyboard.press("Space")
    press(page, "button", "Appeler maintenant")
    expect(page.locator(".trial")).to_contain_text("L'appel va partir")
    follow_call(section, page)
    press(page, "link", "Terminer")
    expect(page.locator("main")).to_contain_text("Ce qui reste à faire")
    press(page, "link", "Aller à « Aujourd'hui »")
    expect(page.locator(".open-steps li")).to_have_count(3)


def follow_call(section: PlanSection, page: Page) -> None:
    """The page tells the call as the switch process places it, without being loaded again."""
    database, now = section.console.database, section.console.now
    trial = trial_calls.claim_trial(database, at=now)
    assert trial and trial.key == "3"
    record_call(database, "5.1", now + timedelta(seconds=1), CALLER)
    calls.add_events(database, "5.1", [CallEvent(now, CallEventKind.KEY, {"key": "3"})])
    expect(page.locator(".trial .story")).to_contain_text("L'appelant a tapé 3.")
    trial_calls.end_trial(database, trial.id, TrialResult.DONE, ["greeting-33199000000"], at=now)
    expect(page.locator(".trial")).to_contain_text("tout ce qu'un appelant doit entendre a été entendu")
    expect(page.locator(".heard")).to_contain_text("Bonjour, vous êtes bien à l'accueil")
    page.reload()


@pytest.mark.long
def test_every_step_is_accessible_on_a_desk_and_on_a_telephone(
    section: PlanSection, admin: ConsoleUser, page: Page
) -> None:
    assert admin.user
    agents.add_agent(section.console.database, "Anne Exemple", language="fr", at=section.console.now)
    trial_calls.request_trial(section.console.database, admin.user.actor, "+33199000000", "", at=section.console.now)
    page.route("**/refresh", lambda route: route.abort())  # what is looked at stays as it is
    found = []
    for path in [*(f"/first-steps/{step}" for step in StepName), "/", "/plan/organisation"]:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.goto(path if path != "/plan/organisation" else "/first-steps/organisation")
            page.goto(path)
            found += [f"{path} {size['width']}: {each}" for each in accessibility_violations(page)]
            found += [f"{path} {size['width']}: {each}" for each in unreachable_controls(page)]
        found += [f"{path} scrolls sideways at {width}" for width in scrolling_widths(page)]
    assert found == [], "\n".join(found)
