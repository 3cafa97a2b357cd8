"""A message recorded in a browser is heard by a caller, then rolled back."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from browser import TIMEOUT_MS, chromium
from fork_server import ForkedProcess
from melodies import make_melody_file
from playwright.sync_api import Browser, Page, expect
from reception import Reception, prompts_heard, wait_for

from caller.pcm import SAMPLE_RATE
from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import CallReport, Hangup, Press, RunAction
from records.actor import command_line_actor
from records.messages import listen_statistics, message_audio, message_versions
from records.users import administration, invitations
from records.users.invitees import Invitee
from routing.access.permissions import Role
from standardiste.parts.web_server import is_healthy

GREETING = "greeting-33199000000"
PASSWORD = "lune pavé citron"
HUMMED_HZ = 620


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    voice = make_melody_file(tmp_path_factory.mktemp("voice") / "voice.wav", HUMMED_HZ, 30, rate=16_000)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*fake, f"--use-file-for-fake-audio-capture={voice}") as browser:
        yield browser


@pytest.fixture(scope="module")
def console(reception: Reception) -> Iterator[None]:
    """The console, beside a reception that runs only the processes for calls."""
    address = reception.settings.console_local_url
    process = None if is_healthy(address) else ForkedProcess(["serve-console"], os.environ | reception.environment)
    wait_for(lambda: is_healthy(address), "the console to answer", 30)
    yield
    if process:
        process.terminate()
        process.wait(30)


def logged_in(reception: Reception, browser: Browser) -> Page:
    now, newcomer = datetime.now(UTC), Invitee("Anne", "anne@example.org", Role.MESSAGE_EDITOR, "fr")
    (invited,) = administration.invite_users(reception.database, command_line_actor("test"), [newcomer], at=now)
    invitations.accept_invitation(reception.database, invited.secret, PASSWORD, at=now)
    page = browser.new_page(locale="fr")
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(reception.settings.console_local_url)
    page.fill("#email", "anne@example.org")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.click("nav a[href='/message']")
    return page


def test_a_message_recorded_in_the_browser_is_heard_by_callers_and_rolled_back_during_a_call(
    reception: Reception, console: None, browser: Browser, tmp_path: Path
) -> None:
    before = reception.publish("Voici le message d'avant.", tmp_path)
    page = logged_in(reception, browser)
    page.click("[data-check]")
    page.click("[data-start]")
    expect(page.locator("[data-countdown]")).to_have_text("Il reste 84 s")
    page.click("[data-stop]")
    page.click("button[value=publish]")
    expect(page.locator(".notice.good")).to_be_visible()
    version = message_versions.list_versions(reception.database, "daily")[0]
    hummed = f"message-{version.id}"
    page.click(".earlier summary")

    story = reception.call(
        Press(keys="3", during=GREETING),
        RunAction(action=lambda: page.locator(".earlier button").first.click(), during=hummed, into_s=2),
        Press(keys="3", during="menu-main-1"),
        Hangup(after=before),
    )

    assert story.missed_steps == (), str(story)
    hum = max(
        (s for s in story.sounds if isinstance(s, HeardPrompt) and s.key == hummed), key=lambda s: s.end_s - s.start_s
    )
    seconds = message_audio.get_audio(reception.database, version.audio).seconds
    assert seconds > 5.8  # six seconds were hummed when the recording was stopped
    # The message is withdrawn two seconds after it starts, but still plays to its end.
    assert hum.whole, str(story)
    assert hertz(story, hum) == pytest.approx(HUMMED_HZ, abs=2)
    assert before in prompts_heard(story)  # the restored message is heard on the next key
    wait_for(
        lambda: listen_statistics.get_listen_statistics(reception.database, version.id, seconds).completed_plays,
        "a count",
    )


def hertz(story: CallReport, sound: HeardPrompt) -> float:
    """The strongest frequency in what the telephone received."""
    heard = story.recording[int(sound.start_s * SAMPLE_RATE) : int(sound.end_s * SAMPLE_RATE)].astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(heard)))) * SAMPLE_RATE / len(heard)
