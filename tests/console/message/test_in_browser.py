"""The message pages as a process of their own, used with Chromium and its microphone, down to the published sound."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from audio_services import make_tone_file
from browser import accessibility_violations, chromium, tab_to
from console_process import PASSWORD, ConsoleProcess, running_console
from databases import DatabaseFactory
from playwright.sync_api import Browser, Page, expect

from caller.pcm import read_wav
from caller.tones import BLOCK, find_tones
from prompts.messages.publishing import sound_path
from records.database.engine import open_database
from records.messages import message_versions
from routing.access.permissions import Role
from routing.messages import MessageVersion

MOST_CLICKS = 6
A_MINUTE_S = 60
SPOKEN_HZ = 620


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hears a tone, again and again."""
    voice = make_tone_file(tmp_path_factory.mktemp("voice") / "voice.wav", SPOKEN_HZ, 5)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*fake, f"--use-file-for-fake-audio-capture={voice}") as browser:
        yield browser


@pytest.fixture(scope="module")
def process(
    browser: Browser, module_databases: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """One process for all tests here, each with a user of its own."""
    folder = tmp_path_factory.mktemp("office")
    url = module_databases.migrated()
    with closing(open_database(url)) as database, running_console(database, url, folder) as opened:
        yield opened


def newest_version(process: ConsoleProcess) -> MessageVersion | None:
    return next(iter(message_versions.list_versions(process.database, "daily")), None)


def hertz(process: ConsoleProcess, version: MessageVersion) -> float:
    """The tone of this version as callers hear it."""
    heard = read_wav(sound_path(process.settings.messages, version.audio).with_suffix(".wav"))
    found = find_tones(np.divide(heard, 32768, dtype=np.float32), np.zeros(len(heard) // BLOCK, np.bool_))
    return max(found, key=lambda each: each.end_s - each.start_s).frequency


def collect_errors(page: Page) -> list[str]:
    """The errors that the browser logs from here on, violations of the Content-Security-Policy included."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def test_a_file_is_on_air_within_six_clicks_and_a_minute_of_login(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
    process.add_user(Role.MESSAGE_EDITOR, "Anne Exemple")
    file = make_tone_file(tmp_path / "message.mp3", 500, 90)
    page = process.open_page(browser)
    faults, clicks = collect_errors(page), 0

    def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        page.click(selector)

    page.goto(process.url)
    began = time.monotonic()
    page.keyboard.type("anne@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    click("main button[type=submit]")
    with page.expect_file_chooser() as chooser:
        click("label[for=file]")
    chooser.value.set_files(file)  # stands for a click on the file and one on "Open"
    clicks += 2
    page.wait_for_url("**/message/draft/*")
    click("button[value=publish]")
    expect(page.locator(".notice.good")).to_contain_text("le prochain appelant entend ce message")
    took = time.monotonic() - began

    assert clicks <= MOST_CLICKS and took < A_MINUTE_S, (clicks, took)
    version = newest_version(process)
    assert version and hertz(process, version) == pytest.approx(500, abs=5)
    assert faults == []


def test_a_message_is_recorded_trimmed_published_and_rolled_back_by_keyboard(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
    page = process.open_page(browser, process.add_user(Role.MESSAGE_EDITOR, "Basile Exemple"))
    faults = collect_errors(page)
    page.goto(f"{process.url}/message")
    page.set_input_files("#file", make_tone_file(tmp_path / "first.wav", 900, 3))
    page.click("button[value=publish]")
    expect(page.locator(".on-air .by")).to_contain_text("Basile Exemple")
    first = newest_version(process)

    tab_to(page, "[data-check]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-word]")).to_have_text("Niveau bon")
    expect(page.locator("[data-start]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-countdown]")).to_have_text("Il reste 86 s")
    page.keyboard.press("Enter")
    page.wait_for_url("**/message/draft/*")

    handle = "[data-handle=from_s]"
    tab_to(page, handle)
    began = float(page.input_value("#from_s"))
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#from_s")).to_have_value(f"{began + 0.5:.2f}")
    page.keyboard.press("PageUp")
    assert float(page.get_attribute(handle, "aria-valuenow") or 0) == pytest.approx(began + 1.5)
    kept = float(page.input_value("#until_s")) - began - 1.5
    expect(page.locator("[data-kept]")).to_have_text(f"Durée gardée : {kept:.1f} s".replace(".", ","))
    expect(page.locator("[data-preview]")).to_have_attribute("src", re.compile(re.escape(f"from={began + 1.5:g}&")))
    assert accessibility_violations(page) == []
    expect(page.locator("button[value=publish]")).to_have_text("Publier maintenant")
    page.fill("#text", "Bonjour.")
    expect(page.locator("[data-saved]")).to_have_text("Enregistré")
    page.reload()
    expect(page.locator("#text")).to_have_value("Bonjour.")
    page.check("input[name=when][value=later]")
    page.fill("#start", "2035-03-06T08:00")
    expect(page.locator("button[value=publish]")).to_have_text("Programmer pour mardi 6 mars à 8:00")
    page.check("input[name=when][value=now]")
    page.click("button[value=publish]")
    expect(page.locator(".notice.good")).to_be_visible()
    recorded = newest_version(process)
    assert recorded and message_versions.get_audio(process.database, recorded.audio).seconds == pytest.approx(
        kept, abs=0.3
    )
    assert hertz(process, recorded) == pytest.approx(SPOKEN_HZ, abs=5)
    assert accessibility_violations(page) == []

    page.click("text=Remettre un message précédent")
    page.locator(".earlier button").first.click()
    expect(page.locator(".notice.good")).to_be_visible()
    again = newest_version(process)
    assert again and first and again.audio == first.audio
    assert faults == []


def test_everything_also_works_without_javascript(process: ConsoleProcess, browser: Browser, tmp_path: Path) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "Claire Exemple"), java_script_enabled=False)
    page.goto(f"{process.url}/message")
    page.set_input_files("#file", make_tone_file(tmp_path / "message.wav", 700, 3))
    page.click("text=Envoyer")
    page.fill("#text", "Bonjour.")
    page.fill("#until_s", "2")
    page.click("button[value=publish]")
    expect(page.locator(".on-air .transcript")).to_have_text("Bonjour.")
    version = newest_version(process)
    assert version and message_versions.get_audio(process.database, version.audio).seconds == pytest.approx(2, abs=0.2)


def test_message_pages_are_accessible(process: ConsoleProcess, browser: Browser, tmp_path: Path) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "David Exemple"))
    faults = collect_errors(page)
    for path in ("/message", "/message/history", "/message/embargo", "/prompts/fr/apology"):
        page.goto(process.url + path)
        assert accessibility_violations(page) == [], path
    page.goto(f"{process.url}/message")
    bad = tmp_path / "not a sound.mp3"
    bad.write_bytes(b"%PDF-1.7 <script>alert(1)</script>")
    page.set_input_files("#file", bad)
    expect(page.locator("[data-refused]")).to_contain_text("C'est un document et non un fichier son")
    assert accessibility_violations(page) == []
    assert [fault for fault in faults if "422" not in fault] == []
