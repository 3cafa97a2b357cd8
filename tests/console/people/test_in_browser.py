"""People in a real browser, with a real mail server: invited, logged in, and helped when they forget."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import accessibility_violations, chromium, unreachable_controls
from console_process import PASSWORD, ConsoleProcess
from fork_server import ForkedProcess
from playwright.sync_api import Browser, Page, expect
from reception import wait_for
from smtp_server import HOST, SENDER, USER, SmtpServer, running_smtp_server
from smtp_server import PASSWORD as SMTP_PASSWORD

from records.database.engine import Database
from routing.access.permissions import Role

PHONE = {"width": 390, "height": 844}
OTHER = "soleil route orange"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[SmtpServer]:
    with running_smtp_server(tmp_path) as server:
        yield server


@pytest.fixture
def process(database: Database, database_url: str, tmp_path: Path, smtp: SmtpServer) -> Iterator[ConsoleProcess]:
    settings = {"smtp_host": HOST, "smtp_port": smtp.port, "smtp_sender": SENDER, "smtp_user": USER}
    settings |= {"smtp_password": SMTP_PASSWORD, "smtp_authorities": str(smtp.authorities)}
    opened = ConsoleProcess(database, database_url, tmp_path, **settings)
    opened.start()
    try:
        with sending_mails(opened, tmp_path):
            yield opened
    finally:
        opened.close()


@contextmanager
def sending_mails(process: ConsoleProcess, folder: Path) -> Iterator[None]:
    with (folder / "webhooks.log").open("ab") as log:
        sender = ForkedProcess(["serve-webhooks"], process.environment, stderr=log)
    try:
        yield
    finally:
        sender.terminate()
        assert sender.wait(30) == 0


def wait_for_link(smtp: SmtpServer, address: str, count: int = 1) -> str:
    wait_for(lambda: len(smtp.mails_to(address)) == count, "the mail", 30)
    return smtp.mails_to(address)[-1].link


def barriers(page: Page) -> list[str]:
    """What is wrong with the page at this width: axe-core, the keyboard, and scrolling sideways."""
    found = [*accessibility_violations(page), *unreachable_controls(page)]
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{page.url}: {each}" for each in [*found, *(["scrolls sideways"] if too_wide else [])]]


@pytest.mark.long
def test_somebody_is_invited_by_mail_logs_in_and_replaces_a_forgotten_password(
    process: ConsoleProcess, smtp: SmtpServer, browser: Browser
) -> None:
    admin = process.open_page(browser, process.add_user(Role.ADMINISTRATOR, "Anne Exemple"), viewport=PHONE)
    admin.goto(f"{process.url}/people/invite")
    found = barriers(admin)
    admin.fill("#name", "Basile Exemple")
    admin.fill("#email", "basile@example.org")
    admin.get_by_label("Superviseur").check()
    admin.get_by_role("button", name="Inviter").click()
    expect(admin.locator(".notice.good")).to_contain_text("Un e-mail avec un lien part à l'adresse de Basile Exemple")
    found += barriers(admin)

    link = wait_for_link(smtp, "basile@example.org")
    assert link.startswith(f"{process.url}/welcome/")
    admin.reload()
    expect(admin.locator("tbody")).to_contain_text("E-mail envoyé le")

    basile = process.open_page(browser, viewport=PHONE)
    basile.goto(link)
    basile.fill("#new", PASSWORD)
    basile.get_by_role("button", name="Commencer").click()
    basile.goto(f"{process.url}/changes")
    expect(basile.locator("h1")).to_have_text("Journal")
    expect(basile.locator(".journal")).to_contain_text("Anne Exemple a invité Basile Exemple (basile@example.org).")
    found += barriers(basile)

    forgetful = process.open_page(browser, viewport=PHONE)
    forgetful.goto(f"{process.url}/login")
    forgetful.get_by_role("link", name="Mot de passe oublié").click()
    found += barriers(forgetful)
    forgetful.fill("#email", "basile@example.org")
    forgetful.get_by_role("button", name="Envoyer le lien").click()
    expect(forgetful.locator("h1")).to_have_text("Consultez vos e-mails")
    found += barriers(forgetful)
    forgetful.goto(wait_for_link(smtp, "basile@example.org", 2))
    found += barriers(forgetful)
    forgetful.fill("#new", OTHER)
    forgetful.get_by_role("button", name="Enregistrer le nouveau mot de passe").click()
    expect(forgetful.locator("main")).to_be_visible()
    forgetful.goto(f"{process.url}/own")
    expect(forgetful.locator("h1")).to_have_text("Mon compte")

    basile.goto(f"{process.url}/own")
    expect(basile.locator("h1")).to_have_text("Se connecter")  # all earlier sessions have ended
    assert found == [], "\n".join(found)
