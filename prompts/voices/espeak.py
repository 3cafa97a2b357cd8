"""The default voice: espeak-ng, which works offline."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from prompts.voices.voice import VoiceError

_VOICES = {"fr": "fr-fr", "en": "en-gb"}
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """espeak-ng, a little slower and lower than its default, because callers hear it by telephone."""

    words_per_minute: int = 155
    pitch: int = 42

    def name(self, language: str) -> str:
        return f"espeak-ng-{self.words_per_minute}-{self.pitch}"

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write `text` to `out` as 22.05 kHz WAV; raise VoiceError."""
        if language not in _VOICES:
            raise VoiceError(f"espeak-ng is not set up for {language!r}; choose {' or '.join(_VOICES)}")
        command = ["espeak-ng", "-v", _VOICES[language], "-s", str(self.words_per_minute), "-p", str(self.pitch)]
        try:
            # By standard input: as an argument, a text that starts with "-" would be an option.
            subprocess.run(
                [*command, "-b", "1", "-w", str(out), "--stdin"],
                input=text.encode(),
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=True,
            )
        except FileNotFoundError as missing:
            raise VoiceError("espeak-ng is not installed; run: apt install espeak-ng") from missing
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            raise VoiceError(f"espeak-ng could not speak {text!r}; try that text by hand") from failure
