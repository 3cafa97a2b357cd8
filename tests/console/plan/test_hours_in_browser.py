"""Opening hours as the team changes them: by keyboard, from a month, from a calendar file, on a narrow screen."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, tab_to
from console_client import ConsoleApp
from plan_section import SEED, PlanSection, confirm_change, serve_console
from playwright.sync_api import Browser, Page, expect

from routing.access.permissions import Role
from routing.hours.notation import format_spans
from routing.plan.parsing import parse_plan

OFFICE = SEED.replace("mon-sun: 00:00-24:00", "mon: 08:30-12:00, 13:30-18:00\n      tue-fri: 08:30-12:00")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def page(plan_section: PlanSection, browser: Browser) -> Iterator[Page]:
    """A page on the narrow screen of a telephone."""
    staff = plan_section.console.sign_in(Role.SUPERVISOR)
    confirm_change(staff, staff.post("/plan/text", {"text": OFFICE, "base": "1"}))
    with serve_console(plan_section.console) as url:
        context = browser.new_context(base_url=url, locale="fr", viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
        yield context.new_page()
        context.close()


def check_page(page: Page) -> None:
    """Nothing scrolls sideways, and axe finds nothing in the content of the page."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [each for each in accessibility_violations(page) if not each.startswith("region")] == []


def press(page: Page, selector: str) -> None:
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def test_monday_is_copied_a_holiday_picked_reviewed_heard_corrected_and_published(
    plan_section: PlanSection, page: Page
) -> None:
    day = plan_section.console.now.date() + timedelta(days=2)
    page.goto("/plan/hours/always")
    check_page(page)
    page.fill("#mon-1-from", "9 h")
    press(page, "button[value=weekdays]")
    expect(page.locator("#fri-1-from")).to_have_value("9 h")
    expect(page.locator("#fri-2-to")).to_have_value("18:00")

    page.locator(f"input[name='pick-{day}']").focus()
    page.keyboard.press("Space")
    page.locator(f"input[name='pick-{day + timedelta(days=1)}']").focus()
    page.keyboard.press("Space")
    press(page, "button[value=pick]")
    expect(page.locator("#open-0")).to_be_focused()
    expect(page.locator("#to-0")).to_have_value(str(day + timedelta(days=1)))
    page.fill("#fr-0", "Nous déménageons.")
    page.fill("#en-0", "We are moving.")
    press(page, "button[value=preview]")
    expect(page.locator(".bars li")).to_have_count(14)
    check_page(page)

    page.locator("#fr-0").focus()
    tab_to(page, "form.card .actions button[value=review]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Avant d'enregistrer")
    expect(page.locator(".changed-part")).to_contain_text("nous ouvrirons à 9")
    expect(page.locator(".changed-part")).to_contain_text("nous serons fermés")
    expect(page.locator(".added").first).not_to_be_visible()
    check_page(page)
    press(page, "button[value^='hear:fr:exception']")
    expect(page.locator(".said audio")).to_be_focused()

    press(page, "button[value=correct]")
    expect(page.locator("#fr-0")).to_have_value("Nous déménageons.")
    page.fill("#open-0", "10h-11h")
    press(page, "form.card .actions button[value=review]")
    expect(page.locator(".changed-part")).to_contain_text("nous serons ouverts de 10")
    press(page, "button[value=save]")
    expect(page.locator(".notice.good")).to_contain_text("dès le prochain appel")

    hours = parse_plan(plan_section.text).hours["always"]
    assert [format_spans(spans) for spans in hours.week[:5]] == ["09:00-12:00, 13:30-18:00"] * 5
    assert format_spans(hours.exceptions[day].spans) == "10:00-11:00"


@pytest.mark.long
def test_a_calendar_file_is_read_asked_about_reviewed_and_published(plan_section: PlanSection, page: Page) -> None:
    day = plan_section.console.now.date() + timedelta(days=7)
    other = day + timedelta(days=1)
    events = (
        f"DTSTART:{day:%Y%m%d}T100000\nDTEND:{day:%Y%m%d}T110000\nSUMMARY:Fermé : réunion",
        f"DTSTART:{other:%Y%m%d}T090000\nDTEND:{other:%Y%m%d}T120000\nSUMMARY:Permanence congés",
    )
    text = "".join(f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    content = f"BEGIN:VCALENDAR\n{text}END:VCALENDAR\n".encode()
    page.goto("/plan/hours/always/import")
    check_page(page)
    press(page, "button[value=read]")
    expect(page.locator("#file-error")).to_contain_text("Choisissez un fichier")
    page.set_input_files("#file", files=[{"name": "jours.ics", "mimeType": "text/calendar", "buffer": content}])
    press(page, "button[value=read]")

    expect(page.locator("h1")).to_have_text("Ce que contient le calendrier")
    expect(page.locator(".question")).to_contain_text("« Permanence congés »")
    check_page(page)
    page.get_by_label("Nous sommes fermés").check()
    press(page, "button[value=read]")
    expect(page.locator("section[aria-labelledby=days] li")).to_have_count(2)
    press(page, "button[value=review]")
    expect(page.locator(".changed-part")).to_contain_text("nous fermerons à 9")
    press(page, "button[value=save]")
    expect(page.locator(".notice.good")).to_contain_text("dès le prochain appel")
    days = parse_plan(plan_section.text).hours["always"].exceptions
    assert format_spans(days[day].spans) == "08:30-10:00, 11:00-12:00, 13:30-18:00"
    assert format_spans(days[other].spans) == "08:30-09:00"
