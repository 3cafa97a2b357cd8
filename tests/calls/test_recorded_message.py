"""Somebody hums into the microphone of a browser, and a caller hears that on the telephone; then it is taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from browser import PATIENCE_MS, chromium
from message_desk import tone
from playwright.sync_api import Browser, Page, expect
from reception import Reception, keys_heard, wait_for

from caller.ear import Heard
from caller.sound import RATE
from caller.story import Act, CallStory, Hangup, Press
from records import account_changes, hearings, invitations, messages
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role

GREETING = "greeting-33199000000"
PASSWORD = "lune pavé citron"
HUMMED_HZ = 620


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    voice = tone(tmp_path_factory.mktemp("voice") / "voice.wav", HUMMED_HZ, 30)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*fake, f"--use-file-for-fake-audio-capture={voice}") as browser:
        yield browser


def logged_in(reception: Reception, browser: Browser) -> Page:
    now, newcomer = datetime.now(UTC), Newcomer("Anne", "anne@example.org", Role.MESSAGE_EDITOR, "fr")
    (invited,) = account_changes.invite(reception.base, at_machine("test"), [newcomer], at=now)
    invitations.accept(reception.base, invited.secret, PASSWORD, at=now)
    page = browser.new_page(locale="fr")
    page.set_default_timeout(PATIENCE_MS)
    page.goto(reception.settings.console_here)
    page.fill("#email", "anne@example.org")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    return page


def test_what_is_recorded_in_the_browser_is_heard_on_the_telephone_and_taken_back_during_a_call(
    reception: Reception, browser: Browser, tmp_path: Path
) -> None:
    before = reception.publish("Voici le message d'avant.", tmp_path)
    page = logged_in(reception, browser)
    page.click("[data-check]")
    page.click("[data-start]")
    expect(page.locator("[data-countdown]")).to_have_text("Il reste 84 s")
    page.click("[data-stop]")
    page.click("button[value=publish]")
    expect(page.locator(".notice.good")).to_be_visible()
    version = messages.versions(reception.base, "daily")[0]
    hummed = f"message-{version.id}"

    story = reception.call(
        Press(keys="3", during=GREETING),
        # By the clock: while it lasts, a hum has no place of its own in which it could be recognised.
        Act(action=lambda: page.click("text=Remettre le précédent"), at_s=4),
        Press(keys="3", during="menu-main-1"),
        Hangup(after=before),
    )

    assert story.missed == (), str(story)
    hum = max((s for s in story.sounds if isinstance(s, Heard) and s.key == hummed), key=lambda s: s.end_s - s.start_s)
    seconds = messages.audio(reception.base, version.audio).seconds
    # Taken back two seconds into it, it is heard to its end all the same; the last of a hum is not told for sure.
    assert hum.reached_s > seconds - 1
    assert hertz(story, hum) == pytest.approx(HUMMED_HZ, abs=2)
    assert before in keys_heard(story)  # put back, it is heard on the next key
    wait_for(lambda: hearings.of_version(reception.base, version.id, seconds, version.published_at).whole, "a count")


def hertz(story: CallStory, sound: Heard) -> float:
    """The strongest frequency of what the telephone heard there."""
    heard = story.recording[int(sound.start_s * RATE) : int(sound.end_s * RATE)].astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(heard)))) * RATE / len(heard)
