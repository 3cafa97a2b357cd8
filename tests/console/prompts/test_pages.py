"""Prompts: listed, played, replaced by a draft and restored, from the next call on."""

import io
import re
import shutil
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
OTHER_WORDS = "Un instant, je vous passe quelqu'un."
FIELD = re.compile(r'<(?:input|textarea)[^>]*name="(revision|seen|edits|from_s|until_s)"[^>]*value="([^"]*)"')


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.MESSAGE_EDITOR, console.add_user(Role.MESSAGE_EDITOR, name="Anne"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "sounds"
    some = [prompt for prompt in all_prompts(list_sentences(PLAN)) if prompt.key in ("apology", "closed", "digits/21")]
    build(folder, some)
    return folder


@pytest.fixture
def sounds(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "sounds"))


def build(sounds: Path, prompts: list[Prompt]) -> int:
    return len(library.build(sounds, prompts, EspeakVoice(), languages=["fr"]).spoken)


def heard(sounds: Path) -> bytes:
    return read_wav(sound_file(sounds, "fr", "apology")).samples


def new_draft(anne: ConsoleUser, **fields: object) -> TestResponse:
    return anne.post("/draft/new", {"prompt": "fr/apology", **fields})


def spoken_draft(anne: ConsoleUser, text: str = OTHER_WORDS) -> str:
    answer = new_draft(anne, do="speak", text=text)
    assert answer.status_code == 303, answer.text
    return answer.location


def recorded_draft(anne: ConsoleUser, file: Path) -> str:
    with file.open("rb") as sound:
        return new_draft(anne, file=(sound, file.name)).location


def press(anne: ConsoleUser, draft: str, do: str, **changed: object) -> TestResponse:
    fields = dict(FIELD.findall(anne.get(draft).text))
    return anne.post(draft, {**fields, "do": do, **changed})


def test_a_prompt_is_replaced_by_a_recording_then_by_other_words_and_restored(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path, tmp_path: Path
) -> None:
    original = heard(sounds)
    listed = anne.get("/prompts").text
    assert "Nous rencontrons un incident technique." in listed and "Manque" in listed
    assert anne.get(f"{APOLOGY}.wav").data[44:] == original

    sound = make_tone_file(tmp_path / "a.mp3", 600)
    draft = recorded_draft(anne, sound)
    assert heard(sounds) == original  # nothing is on air before somebody says so
    assert press(anne, draft, "publish", text="Une panne nous occupe.").location == APOLOGY
    recorded = heard(sounds)
    page = anne.get(APOLOGY).text
    assert recorded != original and "Enregistrement" in page
    assert "Une panne nous occupe." in page and "Une panne nous occupe." in anne.get("/prompts").text

    assert press(anne, spoken_draft(anne), "publish", text=OTHER_WORDS).status_code == 303
    reworded = heard(sounds)
    assert reworded not in (original, recorded)
    assert "Un instant, je vous passe quelqu" in anne.get("/prompts").text
    assert build(sounds, [prompt for prompt in all_prompts(list_sentences(PLAN)) if prompt.key == "apology"]) == 0

    anne.post(APOLOGY, {"do": "original"})
    assert heard(sounds) == original
    logged = [one.after["heard"] for one in changes.list_changes(console.database, command_line_actor("test"))[:3]]
    assert logged == ["original", OTHER_WORDS, "Une panne nous occupe."]


def test_a_prompt_has_the_page_of_messages_without_a_time(anne: ConsoleUser, sounds: Path) -> None:
    draft = spoken_draft(anne)
    page = anne.get(draft).text
    assert "Diffuser maintenant" in page and 'name="when"' not in page and "Dès maintenant" in page
    assert 'data-handle="from_s"' in page and "8 kHz" in page and OTHER_WORDS.partition("'")[0] in page
    assert anne.get(f"{draft}/preview.wav").status_code == 200
    assert f'href="{draft}"' in anne.get(APOLOGY).text and f'href="{draft}"' in anne.get("/prompts").text


def test_a_discarded_draft_is_brought_back(anne: ConsoleUser, sounds: Path) -> None:
    original = heard(sounds)
    draft = spoken_draft(anne)
    answer = press(anne, draft, "discard")
    assert answer.location == f"{APOLOGY}?discarded={draft.rpartition('/')[2]}"
    page = anne.get(answer.location).text
    assert f'action="{draft}/restore"' in page and "Annuler" in page
    assert anne.get(draft).status_code == 303  # closed

    assert anne.post(f"{draft}/restore").location == draft
    assert anne.get(draft).status_code == 200
    assert press(anne, draft, "publish", text=OTHER_WORDS).status_code == 303
    assert heard(sounds) != original
    assert anne.post(f"{draft}/restore").status_code == 404


def test_the_voice_must_have_said_the_text_that_goes_on_air(anne: ConsoleUser, sounds: Path) -> None:
    original, draft = heard(sounds), spoken_draft(anne)
    refused = press(anne, draft, "publish", text="Tout autre chose.")
    assert refused.status_code == 422 and "a dit autre chose" in refused.text
    assert heard(sounds) == original
    assert press(anne, draft, "speak", text="Tout autre chose.").location == draft
    assert press(anne, draft, "publish", text="Tout autre chose.").status_code == 303
    assert heard(sounds) != original


def test_an_editor_replaces_only_the_prompt_that_they_heard(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path
) -> None:
    basile = console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Basile"))
    draft = spoken_draft(anne)
    seen = dict(FIELD.findall(anne.get(draft).text))
    press(basile, spoken_draft(basile, "Veuillez patienter."), "publish", text="Veuillez patienter.")
    theirs = heard(sounds)

    late = anne.post(draft, {**seen, "do": "publish", "text": OTHER_WORDS})
    assert late.status_code == 409 and "a remplacé cette annonce entre-temps" in late.text
    assert heard(sounds) == theirs
    again = dict(FIELD.findall(late.text))
    assert anne.post(draft, {**again, "do": "publish", "text": OTHER_WORDS}).status_code == 303
    assert heard(sounds) != theirs


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "speak", "text": ""}, "Écrivez ce que dit la voix"),
        ({"do": "speak", "text": "a" * 2001}, "Écrivez ce que dit la voix"),
        ({"do": "speak", "text": "…"}, "On n&#39;entend rien"),
        ({"title": "a" * 101, "do": "speak", "text": "Bonjour."}, "100 caractères au plus"),
        ({"do": "file"}, "Ce fichier est vide"),
    ],
)
def test_an_unusable_replacement_is_refused_and_the_prompt_stays(
    console: ConsoleApp, anne: ConsoleUser, sounds: Path, fields: dict[str, str], said: str
) -> None:
    before = heard(sounds)
    answer = new_draft(anne, **fields)
    assert answer.status_code == 422 and said in answer.text
    sent = new_draft(anne, file=(io.BytesIO(b"%PDF"), "a.mp3"))
    assert sent.status_code == 422
    script = anne.post("/draft/new", {"prompt": "fr/apology", **fields}, headers={"Accept": "application/json"})
    assert script.status_code == 422 and script.json["error"]
    assert heard(sounds) == before


def test_an_unknown_prompt_is_not_found_whatever_its_path(console: ConsoleApp, anne: ConsoleUser) -> None:
    for path in ("/prompts/de/apology", "/prompts/fr/absent", "/prompts/fr/../../etc/passwd", "/prompts/fr/digits/et"):
        known = path.endswith("et")
        assert anne.get(path).status_code == (200 if known else 404), path
        assert anne.get(f"{path}.wav").status_code == 404, path
    for name in ("de/apology", "fr/absent", "apology", "/", "fr/"):
        assert anne.post("/draft/new", {"prompt": name, "do": "speak", "text": "a"}).status_code == 404, name
