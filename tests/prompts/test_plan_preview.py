"""Previews of prompts: one file, in which recordings keep their place."""

import wave
from pathlib import Path

from prompts import library
from prompts.catalogue import Prompt
from prompts.plan_preview import PreviewSettings, build_preview, find_preview
from prompts.voices.espeak import EspeakVoice

VOICE = EspeakVoice()


def seconds(file: Path) -> float:
    with wave.open(str(file)) as wav:
        assert wav.getframerate() == 8000
        return wav.getnframes() / 8000


def test_prompts_are_joined_and_replaced_prompts_are_used(tmp_path: Path) -> None:
    sounds, previews = tmp_path / "sounds", tmp_path / "previews"
    settings = PreviewSettings(sounds, previews, VOICE)
    greeting = Prompt("greeting", {"fr": "Bonjour."})
    texts = {"greeting": {"fr": "Bonjour."}, "menu": {"fr": "Tapez 1."}}
    library.build(sounds, [greeting], VOICE, languages=["fr"])
    kept = seconds(library.sound_file(sounds, "fr", "greeting"))

    alone = find_preview(previews, build_preview(settings, ["greeting"], texts, "fr"))
    both = find_preview(previews, build_preview(settings, ["greeting", "menu"], texts, "fr"))
    assert seconds(alone) == kept and seconds(both) > kept + 0.3
    assert not library.sound_file(sounds, "fr", "menu").exists()

    texts["greeting"] = {"fr": "Bonjour et bienvenue à toutes et à tous."}
    assert seconds(find_preview(previews, build_preview(settings, ["greeting"], texts, "fr"))) > kept + 0.5
    library.replace(sounds, greeting, "fr", library.reword(greeting, "fr", VOICE, "Salut."))
    replaced = find_preview(previews, build_preview(settings, ["greeting"], texts, "fr"))
    assert seconds(replaced) == seconds(library.sound_file(sounds, "fr", "greeting"))


def test_a_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"")
    (tmp_path / "previews").mkdir()
    assert find_preview(tmp_path / "previews", "../secret") is None
    assert find_preview(tmp_path / "previews", "0" * 32) is None
