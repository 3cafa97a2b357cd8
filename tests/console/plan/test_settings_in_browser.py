"""Settings changed as people change them, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium
from console_client import ConsoleApp
from plan_section import PlanSection, serve_console
from playwright.sync_api import Browser, Page, expect

from records.staff import agents
from routing.access.permissions import Role
from routing.plan.model import OverflowTrigger
from routing.plan.parsing import parse_plan


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    agents.create_desks(console.database, 2)
    return PlanSection(console, tmp_path)


@pytest.fixture
def page(plan_section: PlanSection, browser: Browser) -> Iterator[Page]:
    staff = plan_section.console.sign_in(Role.SUPERVISOR)
    with serve_console(plan_section.console) as url:
        context = browser.new_context(base_url=url, locale="fr")
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        yield context.new_page()
        context.close()


def save(page: Page) -> None:
    page.click("button[value=review]:not(.default)")
    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    page.click("button[value=save]")
    expect(page.locator(".notice.good")).to_contain_text("dès le prochain appel")


@pytest.mark.long
def test_the_ring_time_is_changed_in_four_clicks(plan_section: PlanSection, page: Page) -> None:
    page.goto("/")
    page.click("nav >> text=Plan d'appel")
    page.click("text=Comment les appels arrivent à l'équipe")
    page.get_by_label("Durée de la sonnerie d'un téléphone").fill("25")
    save(page)
    assert parse_plan(plan_section.text).staff.ring_s == 25


@pytest.mark.long
def test_a_centre_is_added_and_a_rule_says_when_calls_go_there(plan_section: PlanSection, page: Page) -> None:
    page.goto("/plan")
    page.click("text=Quand les appels débordent")
    page.get_by_role("link", name="Centres de débordement").click()
    page.click("text=Ajouter un centre")
    expect(page.locator("#title-0")).to_be_focused()
    page.keyboard.type("Centre Nord")
    page.get_by_label("Numéro de téléphone du centre").fill("01 99 00 00 5")
    page.click("button[value=review]:not(.default)")
    expect(page.locator(".errors")).to_contain_text("'01 99 00 00 5' n'est pas un numéro de téléphone")
    page.get_by_label("Numéro de téléphone du centre").fill("01 99 00 00 50")
    save(page)
    page.click("text=Quand les appels débordent")
    page.click("text=Ajouter une règle")
    number = page.get_by_label("Nombre à la place des points")
    expect(number).to_be_hidden()
    page.get_by_label("Quand", exact=True).select_option("Plus de … appelants attendent")
    expect(number).to_be_visible()
    number.fill("10")
    save(page)
    overflow = parse_plan(plan_section.text).overflow
    assert [(centre.name, centre.number) for centre in overflow.centres] == [("centre_nord", "+33199000050")]
    assert [(rule.trigger, rule.threshold) for rule in overflow.rules] == [(OverflowTrigger.CALLERS_WAITING, 10)]
    expect(page.locator("main")).to_contain_text("Un appel y part quand plus de 10 appelants attendent.")


@pytest.mark.long
def test_a_website_with_topics_is_added_and_its_code_copied(plan_section: PlanSection, page: Page) -> None:
    page.goto("/plan/sites")
    page.click("text=Ajouter un site")
    page.get_by_label("Nom", exact=True).fill("Mairie")
    page.get_by_label("Adresses du site").fill("https://www.mairie.example/contact")
    page.click("text=Ajouter un sujet")
    page.get_by_label("Sujet 1, français").fill("État civil")
    page.get_by_label("Sujet 1, anglais").fill("Civil registry")
    save(page)
    page.goto("/plan/sites")
    card = page.locator("section.card", has_text="Mairie")
    expect(card).to_contain_text("Le bouton fonctionne sur https://www.mairie.example.")
    card.get_by_role("button", name="Copier").first.click()
    expect(card.get_by_role("button", name="Copié").first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.count("\n") == 1 and '<standardiste-callback site="mairie" lang="fr">' in copied
    assert [site.name for site in parse_plan(plan_section.text).callbacks.sites] == ["www", "mairie"]


@pytest.mark.long
def test_an_agent_is_added(plan_section: PlanSection, page: Page) -> None:
    page.goto("/")
    page.click("nav >> text=Équipe")
    page.click("text=Ajouter un agent")
    page.get_by_label("Nom", exact=True).fill("Anne Exemple")
    page.get_by_label("Niveau").select_option("2 : sonne quand personne du niveau 1 n'est libre")
    page.get_by_label("Numéro extérieur").fill("06 39 98 00 01")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.locator(".notice.good")).to_contain_text("Anne Exemple est maintenant agent, au poste 01.")
    (anne,) = agents.list_agents(plan_section.console.database)
    assert (anne.rank, anne.outside_number, anne.speaks) == (2, "+33639980001", ("fr", "en"))
