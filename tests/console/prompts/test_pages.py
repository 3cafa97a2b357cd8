"""Prompts: listed, played, replaced and restored, from the next call on."""

import io
import re
from pathlib import Path

import pytest
from audio_services import PLAN, make_tone_file
from console_client import ConsoleApp, ConsoleUser
from werkzeug.test import TestResponse

from prompts import library
from prompts.audio.pcm import read_wav
from prompts.catalogue import Prompt, all_prompts
from prompts.library import sound_file
from prompts.voices.espeak import EspeakVoice
from records import changes
from records.actor import command_line_actor
from routing.access.permissions import Role
from routing.sentences import list_sentences

APOLOGY = "/prompts/fr/apology"


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.MESSAGE_EDITOR, console.add_user(Role.MESSAGE_EDITOR, name="Anne"))


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    some = [prompt for prompt in all_prompts(list_sentences(PLAN)) if prompt.key in ("apology", "closed", "digits/21")]
    build(tmp_path / "sounds", some)
    return tmp_path / "sounds"


def build(sounds: Path, prompts: list[Prompt]) -> int:
    return len(library.build(sounds, prompts, EspeakVoice(), languages=["fr"]).spoken)


def heard(sounds: Path) -> bytes:
    return read_wav(sound_file(sounds, "fr", "apology")).samples


def candidate_revision(page: str) -> str:
    found = re.search(r'name="candidate" value="([0-9a-f]{64})"', page)
    return found[1] if found else ""


def publish(anne: ConsoleUser) -> TestResponse:
    """Puts the candidate that the page shows on air."""
    return anne.post(APOLOGY, {"do": "publish", "candidate": candidate_revision(anne.get(APOLOGY).text)})


def test_a_prompt_is_replaced_by_a_file_then_by_other_words_and_restored(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path, tmp_path: Path
) -> None:
    original = heard(sounds)
    listed = anne.get("/prompts").text
    assert "Nous rencontrons un incident technique." in listed and "Manque" in listed
    assert anne.get(f"{APOLOGY}.wav").data[44:] == original

    sound = make_tone_file(tmp_path / "a.mp3", 600)
    script = anne.post(APOLOGY, {"file": (sound.open("rb"), "a.mp3")}, headers={"Accept": "application/json"})
    assert script.json == {"goto": APOLOGY}
    assert publish(anne).status_code == 303
    recorded = heard(sounds)
    assert recorded != original and "Enregistrement" in anne.get(APOLOGY).text

    assert anne.post(APOLOGY, {"do": "words", "text": "Un instant, je vous passe quelqu'un."}).status_code == 303
    assert publish(anne).status_code == 303
    reworded = heard(sounds)
    assert reworded not in (original, recorded)
    assert "Un instant, je vous passe quelqu" in anne.get("/prompts").text
    assert build(sounds, [prompt for prompt in all_prompts(list_sentences(PLAN)) if prompt.key == "apology"]) == 0

    anne.post(APOLOGY, {"do": "original"})
    assert heard(sounds) == original
    logged = [one.after["heard"] for one in changes.list_changes(console.database, command_line_actor("test"))[:3]]
    assert logged == ["original", "Un instant, je vous passe quelqu'un.", "recording"]


def test_a_replacement_is_heard_before_it_is_on_air_and_can_be_discarded(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path
) -> None:
    original = heard(sounds)
    anne.post(APOLOGY, {"do": "words", "text": "Un instant, je vous passe quelqu'un."})
    assert heard(sounds) == original
    page = anne.get(APOLOGY).text
    assert "Prêt, pas encore diffusé" in page and "Par Anne" in page
    assert anne.get("/prompts/candidate/fr/apology.wav").data[44:] != original

    anne.post(APOLOGY, {"do": "discard", "candidate": candidate_revision(page)})
    assert heard(sounds) == original and not candidate_revision(anne.get(APOLOGY).text)
    assert anne.get("/prompts/candidate/fr/apology.wav").status_code == 404


def test_an_editor_publishes_only_the_replacement_that_they_heard(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path
) -> None:
    original = heard(sounds)
    anne.post(APOLOGY, {"do": "words", "text": "Un instant, je vous passe quelqu'un."})
    seen = candidate_revision(anne.get(APOLOGY).text)
    anne.post(APOLOGY, {"do": "words", "text": "Veuillez patienter."})

    late = anne.post(APOLOGY, {"do": "publish", "candidate": seen})
    assert late.status_code == 409 and "Quelqu&#39;un d&#39;autre a préparé ou diffusé" in late.text
    assert heard(sounds) == original
    assert publish(anne).status_code == 303
    assert heard(sounds) != original


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "words", "text": ""}, "Écrivez ce que la voix doit dire"),
        ({"do": "words", "text": "a" * 501}, "Écrivez ce que la voix doit dire"),
        ({"do": "words", "text": "…"}, "On n&#39;entend rien"),
        ({"do": "file"}, "Ce fichier est vide"),
    ],
)
def test_an_unusable_replacement_is_refused_and_the_prompt_stays(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path, fields: dict[str, str], said: str
) -> None:
    before = heard(sounds)
    answer = anne.post(APOLOGY, dict(fields))
    assert answer.status_code == 422 and said in answer.text
    sent = anne.post(APOLOGY, {"file": (io.BytesIO(b"%PDF"), "a.mp3")})
    assert sent.status_code == 422
    assert heard(sounds) == before


def test_an_unknown_prompt_is_not_found_whatever_its_path(console: ConsoleApp, anne: ConsoleUser) -> None:
    for path in ("/prompts/de/apology", "/prompts/fr/absent", "/prompts/fr/../../etc/passwd", "/prompts/fr/digits/et"):
        known = path.endswith("et")
        assert anne.get(path).status_code == (200 if known else 404), path
        assert anne.get(f"{path}.wav").status_code == 404, path
