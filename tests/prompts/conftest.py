"""Speech and other sounds to test with, made by espeak-ng and ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from prompts.voices.espeak import EspeakVoice

SPEECH = (
    "Bonjour et bienvenue. Voici le message du jour : la mairie reste ouverte jusqu'à vingt heures, "
    "et les équipes techniques sont présentes dans toute la ville."
)


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About eight seconds of speech as a person may record it: WAV, 22.05 kHz."""
    file = tmp_path_factory.mktemp("speech") / "speech.wav"
    EspeakVoice().speak(SPEECH, "fr", file)
    return file


@pytest.fixture
def make_with_ffmpeg(tmp_path: Path) -> Callable[..., Path]:
    """`make_with_ffmpeg("out.wav", "-i", speech)`: the path of the file that ffmpeg makes."""

    def make(name: str, *arguments: object) -> Path:
        ffmpeg(*arguments, tmp_path / name)
        return tmp_path / name

    return make
