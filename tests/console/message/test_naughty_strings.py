"""Hostile and odd texts in the forms of messages: no request fails, no markup gets through, texts are kept."""

import io
import re
from html import unescape
from itertools import cycle
from pathlib import Path

import pytest
from audio_services import make_tone_file
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS

from console.message.forms import clean_text
from records.messages import message_drafts
from routing.access.permissions import Role

MARKUP = re.compile(r"<script>alert|<img src=x|<svg onload|<!--#exec|\b49\b")


@pytest.fixture
def staff(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="<b>Anne</b>"))


@pytest.fixture
def draft(console: ConsoleApp, staff: ConsoleUser, tmp_path: Path) -> str:
    sound = make_tone_file(tmp_path / "a.mp3", seconds=1).open("rb")
    with sound:
        return staff.post("/draft/new", {"file": (sound, "a.mp3")}).location


def test_naughty_strings_as_the_text_of_a_message(console: ConsoleApp, staff: ConsoleUser, draft: str) -> None:
    number = int(draft.rpartition("/")[2])
    wanted = {"do": "save", "from_s": "0", "until_s": "1"}
    for text in NAUGHTY_STRINGS:
        revision = message_drafts.get_draft(console.database, staff.user.actor, number).revision
        assert staff.post(draft, {**wanted, "revision": revision, "text": text}).status_code == 303, text
        kept = message_drafts.get_draft(console.database, staff.user.actor, number).content.text
        assert kept == clean_text(text)
        page = staff.get(draft).text
        assert not MARKUP.search(page), text
        assert clean_text(unescape(page)).find(kept) >= 0
    assert not MARKUP.search(staff.get("/message").text)


def test_naughty_strings_as_other_fields_and_file_names(console: ConsoleApp, staff: ConsoleUser, draft: str) -> None:
    fields = ("from_s", "until_s", "start", "end", "revision", "seen", "when", "do")
    good = {"do": "save", "from_s": "0", "until_s": "1", "when": "later", "revision": "0", "text": "a"}
    for text, field in zip(NAUGHTY_STRINGS, cycle(fields), strict=False):
        for wrong in ({field: text}, dict.fromkeys(fields, text)):
            answer = staff.post(draft, {**good, **wrong})
            assert answer.status_code in (409, 422), (field, text)
            assert not MARKUP.search(answer.text), (field, text)
        name = text.replace("\r", "").replace("\n", "").replace('"', "") or "a"
        answer = staff.post("/draft/new", {"file": (io.BytesIO(b"%PDF"), name), "announcement": "daily", "text": text})
        assert answer.status_code == 422 and not MARKUP.search(answer.text), text
        assert staff.post("/draft/new", {"announcement": text}).status_code == 404, text
        assert staff.get(f"{draft}/preview.wav", query_string={"from": text, "until": text}).status_code in (200, 422)


def test_naughty_strings_in_the_forms_of_blackout_periods_and_prompts(console: ConsoleApp, staff: ConsoleUser) -> None:
    moments = {"start": "2030-03-05T00:00", "end": "2030-03-01T00:00"}  # refused, so that no speech is synthesised
    good = {"reason": "a", "text": "Bonjour.", **moments}
    for text, field in zip(NAUGHTY_STRINGS, cycle(good), strict=False):
        answer = staff.post("/message/embargo", {**good, field: text})
        assert answer.status_code == 422 and not MARKUP.search(answer.text), (field, text)
        answer = staff.post("/prompts/fr/absent", {"do": "words", "text": text})
        assert answer.status_code == 404
        assert staff.get("/prompts", query_string={"in": text}).status_code == 200
