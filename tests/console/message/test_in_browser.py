"""The message pages as a process of their own, used with Chromium and its microphone, down to the published sound."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from audio_services import make_tone_file
from browser import accessibility_violations, chromium, tab_to
from console_process import PASSWORD, ConsoleProcess, running_console
from databases import DatabaseFactory
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from caller.pcm import read_wav
from caller.tones import BLOCK, find_tones
from prompts.library import sound_file
from prompts.messages import publishing
from prompts.messages.publishing import sound_path
from records.database.engine import open_database
from records.messages import message_audio, message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
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


@pytest.mark.long
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
    click(".sections a[href='/message']")
    with page.expect_file_chooser() as chooser:
        click("label[for=file]")
    chooser.value.set_files(file)  # stands for a click on the file and one on "Open"
    clicks += 2
    page.wait_for_url("**/draft/*")
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
    page.wait_for_url("**/draft/*")

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
    assert recorded and message_audio.get_audio(process.database, recorded.audio).seconds == pytest.approx(
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


def test_what_is_not_saved_is_asked_for_and_an_early_play_goes_on(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
    page = process.open_page(browser, process.add_user(Role.MESSAGE_EDITOR, "Élise Exemple"))
    page.goto(f"{process.url}/message")
    waveforms: list[Route] = []
    page.route("**/shape.json", lambda route: waveforms.append(route))
    page.set_input_files("#file", make_tone_file(tmp_path / "long.wav", 700, 60))
    with page.expect_request("**/shape.json"):
        page.wait_for_url("**/draft/*")
    page.evaluate("document.querySelector('[data-preview]').play()")
    assert page.locator("[data-wave]").is_hidden()  # the waveform has not come
    waveforms[0].continue_()
    expect(page.locator("[data-wave]")).to_be_visible()
    expect(page.locator("[data-position]")).to_have_text(re.compile("^[1-9][0-9]?,"))

    expect(page.locator("[data-playhead]")).to_be_visible()
    tab_to(page, "[data-begin-here]")
    page.keyboard.press("Enter")
    began = float(page.input_value("#from_s"))
    assert 1 <= began < 60 and page.evaluate("document.querySelector('[data-preview]').paused")
    expect(page.locator("#from_s")).to_be_focused()

    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.fill("#text", "Pas encore enregistré.")
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    expect(page.locator("[data-saved]")).to_have_text("Enregistré")
    page.click("button[value=discard]")
    assert asked == ["beforeunload", "confirm"]
    assert page.url.rpartition("/")[0].endswith("/draft")

    page.remove_listener("dialog", dismiss)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button[value=discard]")
    expect(page.locator(".undo")).to_contain_text("Pas encore enregistré.")
    page.click(".undo button")
    expect(page.locator("#text")).to_have_value("Pas encore enregistré.")
    assert float(page.input_value("#from_s")) == began


@pytest.mark.long
def test_a_prompt_is_recorded_heard_and_replaced_on_the_page_of_messages(
    process: ConsoleProcess, browser: Browser
) -> None:
    page = process.open_page(browser, process.add_user(Role.MESSAGE_EDITOR, "Farid Exemple"))
    faults = collect_errors(page)
    page.goto(f"{process.url}/prompts/fr/apology")
    tab_to(page, "[data-check]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-start]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-countdown]")).to_have_text("Il reste 118 s")
    with page.expect_event("dialog") as leaving:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.close(run_before_unload=True)  # while one records
    assert leaving.value.type == "beforeunload"
    page.press("[data-start]", "Enter")
    page.wait_for_url("**/draft/*")
    expect(page.locator(".sections a[aria-current]")).to_have_text("Annonces")
    sound = sound_file(process.settings.sounds, "fr", "apology")
    assert not sound.exists() and accessibility_violations(page) == []
    page.fill("#text", "Un instant, s'il vous plaît.")
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Enter")
    expect(page.locator(".on-air .by")).to_have_text("Un instant, s'il vous plaît.")
    heard = read_wav(sound)
    found = find_tones(np.divide(heard, 32768, dtype=np.float32), np.zeros(len(heard) // BLOCK, np.bool_))
    assert max(found, key=lambda each: each.end_s - each.start_s).frequency == pytest.approx(SPOKEN_HZ, abs=5)
    assert faults == []


@pytest.mark.long
def test_a_scheduled_message_is_dropped_on_another_day_or_moved_by_keyboard(
    process: ConsoleProcess, browser: Browser, tmp_path: Path
) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "Gilles Exemple"))
    faults = collect_errors(page)
    monday = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=14)
    monday -= timedelta(days=monday.weekday())
    new = NewMessage("news", "", AirPeriod(monday, monday + timedelta(hours=4)), "Gilles", "Réunion publique")
    file = make_tone_file(tmp_path / "news.wav", 800)
    publishing.publish(process.database, process.settings.messages, file, new, at=datetime.now(UTC))
    calendar = f"{process.url}/message/calendar?announcement=news&day={monday.date()}"
    page.goto(calendar)
    assert accessibility_violations(page) == []

    thursday = (monday + timedelta(days=3)).date()
    page.locator(".entry.planned").drag_to(page.locator(f"[data-day='{thursday}']"))
    page.wait_for_url("**/move?day=*")
    expect(page.locator("#start")).to_have_value(re.compile(f"{thursday}T"))
    page.keyboard.press("Escape")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("Déplacé")
    expect(page.locator(f"[data-day='{thursday}'] .planned")).to_contain_text("Réunion publique")

    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (calendar, f"{calendar}&view=month"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(calendar)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Retirer – Réunion publique").press("Enter")
    expect(page.locator(".undo")).to_contain_text("Retiré : Réunion publique")
    assert not message_versions.list_current_versions(process.database, "news", datetime.now(UTC))
    page.get_by_role("button", name="Annuler").press("Enter")
    expect(page.locator("#scheduled ~ .rows, section .rows").first).to_contain_text("Réunion publique")
    assert faults == []


@pytest.mark.long
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
    assert version and message_audio.get_audio(process.database, version.audio).seconds == pytest.approx(2, abs=0.2)


def test_a_file_that_is_no_sound_is_refused_in_words(process: ConsoleProcess, browser: Browser, tmp_path: Path) -> None:
    page = process.open_page(browser, process.add_user(Role.SUPERVISOR, "David Exemple"))
    faults = collect_errors(page)
    page.goto(f"{process.url}/message")
    bad = tmp_path / "not a sound.mp3"
    bad.write_bytes(b"%PDF-1.7 <script>alert(1)</script>")
    page.set_input_files("#file", bad)
    expect(page.locator("[data-refused]")).to_contain_text("C'est un document et non un fichier son")
    assert accessibility_violations(page) == []
    assert [fault for fault in faults if "422" not in fault] == []
