"""The synthetic voices."""

from pathlib import Path

import pytest

from prompts.audio.pcm import read_wav
from prompts.voices.espeak import EspeakVoice
from prompts.voices.google import GoogleVoice
from prompts.voices.piper import PiperVoice
from prompts.voices.registry import VoiceSettings, get_voice
from prompts.voices.voice import VoiceError


def test_a_voice_is_chosen_by_name(tmp_path):
    settings = VoiceSettings(tmp_path)
    assert isinstance(get_voice("espeak-ng", settings), EspeakVoice)
    assert isinstance(get_voice("piper", settings), PiperVoice)
    assert isinstance(get_voice("google", settings), GoogleVoice)
    with pytest.raises(VoiceError, match="choose espeak-ng, piper, google"):
        get_voice("alexandrine", settings)


@pytest.mark.parametrize(
    "text", ["-w stolen.wav", "--help", "« Été », l'œuvre : 3 €", "<voice name='x'>", "$(id); `id`"]
)
def test_a_hostile_text_is_only_spoken(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    EspeakVoice().speak(text, "fr", tmp_path / "out.wav")
    assert read_wav(tmp_path / "out.wav").seconds > 0.2
    assert [file.name for file in tmp_path.iterdir()] == ["out.wav"]


def test_the_two_languages_sound_different(tmp_path):
    for language in ("fr", "en"):
        EspeakVoice().speak("information", language, tmp_path / f"{language}.wav")
    assert (tmp_path / "fr.wav").read_bytes() != (tmp_path / "en.wav").read_bytes()


def test_an_unknown_language_and_a_missing_program_are_reported(tmp_path, monkeypatch):
    with pytest.raises(VoiceError, match="choose fr or en"):
        EspeakVoice().speak("Guten Tag", "de", tmp_path / "out.wav")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VoiceError, match="apt install espeak-ng"):
        EspeakVoice().speak("Bonjour", "fr", tmp_path / "out.wav")


def unreachable(cache: Path, monkeypatch: pytest.MonkeyPatch) -> GoogleVoice:
    """The Google voice behind a proxy that does not exist."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return GoogleVoice(cache, timeout_s=1, pause_s=0)


def test_an_unreachable_network_voice_is_reported(tmp_path, monkeypatch):
    with pytest.raises(VoiceError, match="cannot be reached"):
        unreachable(tmp_path / "cache", monkeypatch).speak("Bonjour", "fr", tmp_path / "out.wav")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_sentence_of_a_network_voice_is_fetched_once(speech, make_with_ffmpeg, tmp_path, monkeypatch):
    google = unreachable(tmp_path, monkeypatch)
    make_with_ffmpeg(google.cached_file("Bonjour", "fr").name, "-i", speech)
    google.speak("Bonjour", "fr", tmp_path / "out.wav")
    assert read_wav(tmp_path / "out.wav").seconds == pytest.approx(read_wav(speech).seconds, abs=0.1)
    with pytest.raises(VoiceError, match="cannot be reached"):
        google.speak("Bonjour", "en", tmp_path / "out.wav")


def test_a_damaged_response_of_a_network_voice_is_not_cached(tmp_path, monkeypatch):
    google = unreachable(tmp_path, monkeypatch)
    google.cached_file("Bonjour", "fr").write_bytes(b"<html>429</html>")
    with pytest.raises(VoiceError, match="no usable sound"):
        google.speak("Bonjour", "fr", tmp_path / "out.wav")
    assert not google.cached_file("Bonjour", "fr").exists()
