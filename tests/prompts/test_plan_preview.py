"""Previews of prompts: one file, in which recordings keep their place."""

import os
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prompts import library, plan_preview
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


def test_four_previews_at_once_are_all_there(tmp_path: Path) -> None:
    settings = PreviewSettings(tmp_path / "sounds", tmp_path / "previews", VOICE)
    texts = {f"greeting-{number}": {"fr": f"Bonjour, {number}."} for number in range(4)}
    (tmp_path / "previews").mkdir()
    for number in range(200):  # expired, to be removed by all four
        old = tmp_path / "previews" / f"{number:032x}.wav"
        old.touch()
        os.utime(old, (0, 0))

    with ThreadPoolExecutor(4) as editors:
        names = list(editors.map(lambda key: build_preview(settings, [key, "greeting-0"], texts, "fr"), texts))

    assert len(set(names)) == 4
    assert all(seconds(find_preview(tmp_path / "previews", name)) > 0.5 for name in names)
    assert not (tmp_path / "previews" / f"{0:032x}.wav").exists()


def test_nothing_is_removed_that_another_preview_is_about_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PreviewSettings(tmp_path / "sounds", tmp_path / "previews", VOICE)
    texts = {"greeting": {"fr": "Bonjour."}, "menu": {"fr": "Tapez 1."}, "other": {"fr": "Tapez 2."}}
    build_preview(settings, ["greeting"], texts, "fr")
    monkeypatch.setattr(plan_preview, "KEPT_S", -1)  # everything has expired at once
    read = plan_preview.read_wav

    def read_while_another_is_built(file: Path) -> object:
        monkeypatch.setattr(plan_preview, "read_wav", read)
        build_preview(settings, ["other"], texts, "fr")
        return read(file)

    monkeypatch.setattr(plan_preview, "read_wav", read_while_another_is_built)

    assert find_preview(settings.folder, build_preview(settings, ["greeting", "menu"], texts, "fr"))


def test_a_preview_that_is_heard_is_kept(tmp_path: Path) -> None:
    settings = PreviewSettings(tmp_path / "sounds", tmp_path / "previews", VOICE)
    texts = {"greeting": {"fr": "Bonjour."}, "menu": {"fr": "Tapez 1."}}
    name = build_preview(settings, ["greeting"], texts, "fr")
    old = time.time() - plan_preview.KEPT_S + 60
    os.utime(tmp_path / "previews" / f"{name}.wav", (old, old))

    heard = find_preview(tmp_path / "previews", name)

    assert heard and heard.stat().st_mtime > old + 60


def test_a_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"")
    (tmp_path / "previews").mkdir()
    assert find_preview(tmp_path / "previews", "../secret") is None
    assert find_preview(tmp_path / "previews", "0" * 32) is None
