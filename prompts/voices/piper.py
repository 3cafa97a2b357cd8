"""piper: a neural voice that works offline, run as a program with a model file for each language.

Every edition of piper takes the options used here: that of rhasspy (MIT), which is a program or a Python package, and
that of the Open Home Foundation (GPL 3). None of their code is imported.
"""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from prompts.voices.voice import VoiceError

MIN_SAMPLE_RATE = 16_000
"""In Hz: a model of less would sound dull on wideband telephones."""

_TIMEOUT_S = 120
_MEMORY_BYTES = 2_000_000_000  # of addresses; a medium model needs less than half of them
_AT_ONCE = threading.BoundedSemaphore(2)  # a running piper keeps 200 MB
_NOT_RUN = (126, 127)  # as prlimit says that a program cannot be run, or is not there
_LOWEST_PRIORITY = ["nice", "-n", "19"]  # calls go first


@dataclass(frozen=True, slots=True)
class PiperModel:
    """A model file: the hash of its content, its sample rate (Hz), and its language ("fr"); "" or 0 when unknown."""

    file: Path
    sha256: str
    sample_rate: int
    language: str

    @property
    def name(self) -> str:
        """Such as "fr_FR-siwis-medium"."""
        return self.file.name.removesuffix(".onnx")


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """Speaks through the program `program`, with the model of each language.

    Sentences are kept in the folder `cache`, because each takes seconds.
    """

    program: str
    models: Mapping[str, Path]
    cache: Path
    timeout_s: float = _TIMEOUT_S
    memory_bytes: int = _MEMORY_BYTES
    _where: str = field(default="docs/operating.md says how to get one", repr=False)

    def name(self, language: str) -> str:
        """The name of the model and the beginning of its hash. Raises VoiceError when there is none."""
        model = self.model(language)
        return f"piper-{model.name}-{model.sha256[:16]}"

    def model(self, language: str) -> PiperModel:
        """The model of this language. Raises VoiceError when there is none, or when it is unreadable."""
        file = self.models.get(language)
        if file is None:
            raise VoiceError(f"piper has no model for {language!r}; set piper_model_{language}: {self._where}")
        try:
            return read_model(file)
        except FileNotFoundError as missing:
            raise VoiceError(f"{missing.filename} is missing; piper needs it to speak {language!r}") from missing
        except (OSError, ValueError) as error:
            raise VoiceError(f"{file} is not a model of piper, or its .json is damaged; {self._where}") from error

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write `text` to `out` as WAV at the rate of the model; raise VoiceError."""
        spoken = self.cached_file(text, language)
        if not spoken.is_file():
            self.cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
                self._run(text, self.model(language), Path(scratch) / "spoken.wav")
                os.replace(Path(scratch) / "spoken.wav", spoken)
        out.write_bytes(spoken.read_bytes())

    def cached_file(self, text: str, language: str) -> Path:
        """The path of the cached sound of this text. Raises VoiceError without a model."""
        content = "\n".join((self.name(language), language, text))
        return self.cache / f"{hashlib.sha256(content.encode()).hexdigest()}.wav"

    def _run(self, text: str, model: PiperModel, out: Path) -> None:
        limits = [*_LOWEST_PRIORITY, "prlimit", f"--as={self.memory_bytes}", "--"]
        command = [*limits, self.program, "--model", str(model.file.resolve()), "--output_file", str(out)]
        line = " ".join(text.split()) + "\n"  # piper speaks each line into a file of its own
        with _AT_ONCE, tempfile.TemporaryFile() as words:
            words.write(line.encode())
            words.seek(0)
            status = _run_limited(command, words, out.parent, self.timeout_s)
        if status is None:
            raise VoiceError(f"piper has not spoken after {self.timeout_s:g} s; try a shorter text")
        if status in _NOT_RUN:
            raise VoiceError(f"{self.program} cannot be run; install piper, or set piper_program")
        if status or not out.is_file():
            raise VoiceError(f"piper could not speak {text[:80]!r}; try that text by hand")


def _run_limited(command: list[str], words: IO[bytes], folder: Path, timeout_s: float) -> int | None:
    """The exit status; None when the time was over, and the program and all that it started were ended."""
    process = subprocess.Popen(
        command,
        stdin=words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        start_new_session=True,
    )
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def read_model(file: Path) -> PiperModel:
    """The model in `file`, described by the .json beside it. Raises OSError, ValueError."""
    described = json.loads(file.with_name(f"{file.name}.json").read_text(encoding="utf-8"))
    if not isinstance(described, dict):
        raise ValueError(f"{file.name}.json describes no model")
    state = file.stat()
    rate = _part(described, "audio").get("sample_rate")
    language = _part(described, "language").get("family") or _part(described, "espeak").get("voice") or ""
    return PiperModel(
        file,
        _hash_file(file, state.st_mtime_ns, state.st_size),
        rate if isinstance(rate, int) else 0,
        str(language)[:2].lower(),
    )


@lru_cache(maxsize=8)
def _hash_file(file: Path, _changed_ns: int, _size: int) -> str:
    """The SHA-256 of the content; a model of 60 MB takes a fifth of a second."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _part(described: dict[str, Any], name: str) -> dict[str, Any]:
    part = described.get(name)
    return part if isinstance(part, dict) else {}
