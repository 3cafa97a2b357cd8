"""Prompts spoken by espeak-ng, for the tests of the test telephone."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from caller.pcm import Samples, read_wav
from caller.prompt_recognizer import PromptRecognizer

_TEXTS = {
    "welcome": "Bonjour, vous êtes bien au standard. Une machine vous répond.",
    "menu": "Pour écouter le message du jour, tapez 3 ou 4. Pour parler à notre équipe, tapez 1.",
    "menu-closed": "Pour écouter le message du jour, tapez 3 ou 5. Pour être rappelé, tapez 2.",
    "message-only": "Pour écouter le message du jour.",
    "again": "Je n’ai pas bien compris. Essayons encore.",
    "goodbye": "Merci de votre appel. Au revoir.",
    **{f"digit-{digit}": str(digit) for digit in range(10)},
}

Say = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def say(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """`say(name, text)`: an 8 kHz WAV file of that name with a French text."""
    folder = tmp_path_factory.mktemp("prompts")

    def speak(name: str, text: str) -> Path:
        spoken = subprocess.run(["espeak-ng", "-v", "fr", "--stdout", text], check=True, capture_output=True).stdout
        path = folder / f"{name}.wav"
        to_telephone = ["-ar", "8000", "-ac", "1", "-sample_fmt", "s16", str(path)]
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", "pipe:0", *to_telephone]
        subprocess.run(command, input=spoken, check=True)
        return path

    return speak


@pytest.fixture(scope="session")
def prompt_files(say: Say) -> Mapping[str, Path]:
    return {key: say(key, text) for key, text in _TEXTS.items()}


@pytest.fixture(scope="session")
def prompts(prompt_files: Mapping[str, Path]) -> Mapping[str, Samples]:
    return {key: read_wav(path) for key, path in prompt_files.items()}


@pytest.fixture(scope="session")
def recognizer(prompt_files: Mapping[str, Path]) -> PromptRecognizer:
    return PromptRecognizer(prompt_files)
