"""The voice piper: a program and a model file. Scripts stand for programs that fail; the real one is tested too."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from prompts import checks, library
from prompts.audio.pcm import read_wav
from prompts.catalogue import Prompt
from prompts.manifest import read_manifest
from prompts.voices.espeak import EspeakVoice
from prompts.voices.piper import PiperVoice
from prompts.voices.preparation import Progress, VoicePreparation, list_unspoken
from prompts.voices.registry import ChosenVoices, VoiceSettings
from prompts.voices.voice import VoiceError
from records.check_result import CheckResult
from routing.voice_engines import VoiceEngine

SPEAKS = 'espeak-ng -v en -w "$4" --stdin\necho "$2" >>"$0.log"\n'
"""Stands for piper where only the call of it matters: the options are in the order in which we give them."""

MakeProgram = Callable[[str], str]


def make_model(folder: Path, name: str = "en_US-joe-medium", *, rate: int = 22050, content: bytes = b"a") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.onnx"
    file.write_bytes(content)
    described = {"audio": {"sample_rate": rate}, "espeak": {"voice": "en-us"}, "language": {"family": name[:2]}}
    file.with_name(f"{file.name}.json").write_text(json.dumps(described))
    return file


@pytest.fixture
def program(tmp_path: Path) -> MakeProgram:
    def make(script: str) -> str:
        file = tmp_path / "piper"
        file.write_text(f"#!/bin/sh\n{script}")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(file)

    return make


@pytest.fixture
def piper(tmp_path: Path, program: MakeProgram) -> PiperVoice:
    return PiperVoice(program(SPEAKS), {"en": make_model(tmp_path / "models")}, tmp_path / "cache")


def runs(piper: PiperVoice) -> int:
    log = Path(f"{piper.program}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_a_sentence_is_spoken_once_and_kept(piper: PiperVoice, tmp_path: Path) -> None:
    for text in ("-m stolen.onnx\nand two lines", "-m stolen.onnx\nand two lines", "$(id); `id`"):
        piper.speak(text, "en", tmp_path / "out.wav")
        assert read_wav(tmp_path / "out.wav").seconds > 0.3
    assert runs(piper) == 2


def test_another_model_is_another_voice(piper: PiperVoice, tmp_path: Path) -> None:
    before = piper.name("en")
    assert before.startswith("piper-en_US-joe-medium-")
    piper.speak("Hello.", "en", tmp_path / "out.wav")
    make_model(tmp_path / "models", content=b"another")
    assert piper.name("en") != before
    piper.speak("Hello.", "en", tmp_path / "out.wav")
    assert runs(piper) == 2


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sleep 30", "has not spoken after 0.5 s"),
        ("exit 3", "could not speak 'Hello.'"),
        ("exit 0", "could not speak"),
        ('exec python3 -c "bytearray(3_000_000_000)"', "could not speak"),
    ],
)
def test_a_program_that_fails_ends_in_time_and_within_its_memory(
    piper: PiperVoice, program: MakeProgram, script: str, said: str, tmp_path: Path
) -> None:
    slow = PiperVoice(program(script), piper.models, piper.cache, timeout_s=0.5 if "sleep" in script else 20)
    with pytest.raises(VoiceError, match=said):
        slow.speak("Hello.", "en", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists() and list(piper.cache.iterdir()) == []


def test_what_is_missing_is_named(piper: PiperVoice, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="piper_model_fr"):
        piper.speak("Bonjour.", "fr", tmp_path / "out.wav")
    gone = PiperVoice(str(tmp_path / "absent"), piper.models, tmp_path / "other")
    with pytest.raises(VoiceError, match="cannot be run; install piper"):
        gone.speak("Hello.", "en", tmp_path / "out.wav")
    described = piper.models["en"].with_name("en_US-joe-medium.onnx.json")
    described.write_text("[]")
    with pytest.raises(VoiceError, match="is not a model of piper"):
        piper.name("en")
    described.unlink()
    with pytest.raises(VoiceError, match=r"onnx\.json is missing"):
        piper.name("en")


def test_each_language_has_the_engine_of_the_plan_or_of_the_settings(piper: PiperVoice, tmp_path: Path) -> None:
    settings = VoiceSettings(piper.cache, VoiceEngine.PIPER, piper.program, piper.models)
    chosen: dict[str, VoiceEngine] = {}
    voice = ChosenVoices(settings, lambda: chosen)
    assert voice.name("en") == piper.name("en")
    assert voice.name("fr") == EspeakVoice().name("fr")  # no model: the reception speaks all the same
    chosen["en"] = VoiceEngine.ESPEAK
    assert voice.name("en") == EspeakVoice().name("en")
    voice.speak("Hello.", "en", tmp_path / "out.wav")
    assert runs(piper) == 0


PROMPTS = [Prompt("hello", {"en": "Hello."}), Prompt("bye", {"en": "Goodbye."})]


def test_sentences_are_spoken_in_advance_with_progress_and_a_lost_model_spoils_nothing(
    piper: PiperVoice, tmp_path: Path
) -> None:
    sounds, preparation = tmp_path / "sounds", VoicePreparation()
    due = list_unspoken(sounds, PROMPTS, piper, ["en"])
    assert due == [("Hello.", "en"), ("Goodbye.", "en")]
    assert preparation.start(piper, due)
    wait_for_end(preparation)
    assert preparation.progress == Progress(done=2, total=2)
    assert library.build(sounds, PROMPTS, piper, languages=["en"]).spoken == ("en/hello", "en/bye")
    assert runs(piper) == 2  # the library took what was prepared

    piper.models["en"].unlink()
    assert library.build(sounds, PROMPTS, piper, languages=["en"]).spoken == ()
    changed = [PROMPTS[0], Prompt("bye", {"en": "See you."})]
    with pytest.raises(VoiceError, match="is missing"):
        library.build(sounds, changed, piper, languages=["en"])
    assert preparation.start(piper, due)
    wait_for_end(preparation)
    assert "is missing" in preparation.progress.error and not preparation.progress.running


def wait_for_end(preparation: VoicePreparation) -> None:
    from reception import wait_for

    wait_for(lambda: not preparation.progress.running, "the end of the preparation", 30)


def voice_check(settings: VoiceSettings, sounds: Path) -> CheckResult:
    (result,) = checks.check_voices(sounds, settings, ["en"], {"en": VoiceEngine.PIPER})
    return result


def test_doctor_names_each_fault_of_piper(piper: PiperVoice, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    settings = VoiceSettings(piper.cache, piper_program=piper.program, piper_models=piper.models)
    library.build(sounds, PROMPTS, piper, languages=["en"])
    good = voice_check(settings, sounds)
    assert good.ok and piper.model("en").sha256 in str(good.message) and "22050 Hz" in str(good.message)
    assert {entry.by for _, entry in read_manifest(sounds).items()} == {piper.name("en")}

    make_model(tmp_path / "models", content=b"another")
    assert "another one than the one that spoke 2 prompts" in str(voice_check(settings, sounds).message)
    make_model(tmp_path / "models", rate=8000)
    assert "8000 Hz, too few" in str(voice_check(settings, sounds).message)

    def said(**changed: object) -> str:
        wrong = VoiceSettings(piper.cache, **{"piper_program": piper.program, "piper_models": piper.models} | changed)
        result = voice_check(wrong, sounds)
        assert not result.ok and result.remedy
        return str(result.message)

    assert "is not there" in said(piper_program="absent-program")
    assert "piper_model_en" in said(piper_models={})
    french = make_model(tmp_path / "models", "fr_FR-siwis-medium")
    assert "is for the language fr" in said(piper_models={"en": french})
    assert checks_nothing(settings, sounds)


def checks_nothing(settings: VoiceSettings, sounds: Path) -> bool:
    """An installation that does not use piper hears nothing of it."""
    return list(checks.check_voices(sounds, settings, ["fr", "en"], {})) == []
