"""An opt-in voice for drafts: that of Google Translate, through gTTS.

It needs the network, sends the text to a third party over a connection whose certificate gTTS does not check, and
depends on an undocumented service. Do not use it on a public line, and never send it what callers said or wrote.
"""

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from prompts.audio.decoding import decode
from prompts.audio.pcm import write_wav
from prompts.audio.refusals import AudioRefused
from prompts.voices.voice import VoiceError

_LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class GoogleVoice:
    """Speaks through gTTS; each sentence is fetched once and cached in the folder `cache`."""

    cache: Path
    timeout_s: float = 10
    tries: int = 2
    pause_s: float = 1

    def name(self, language: str) -> str:
        return "google"

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write `text` to `out` as 48 kHz WAV; raise VoiceError."""
        spoken = self.cached_file(text, language)
        if not spoken.is_file():
            self._fetch(text, language, spoken)
        try:
            write_wav(out, decode(spoken, max_seconds=_LONGEST_S).sound)
        except AudioRefused as refusal:
            spoken.unlink()
            raise VoiceError("the google voice sent no usable sound; try again, or use espeak-ng") from refusal

    def cached_file(self, text: str, language: str) -> Path:
        """The path of the cached sound of this text."""
        content = "\n".join((self.name(language), language, text))
        return self.cache / f"{hashlib.sha256(content.encode()).hexdigest()}.mp3"

    def _fetch(self, text: str, language: str, spoken: Path) -> None:
        for again in range(self.tries):
            if again:
                time.sleep(self.pause_s)
            try:
                return self._fetch_once(text, language, spoken)
            except Exception as error:  # gTTS raises whatever its network library raises
                failure = error
        raise VoiceError("the google voice cannot be reached; try later, or use espeak-ng") from failure

    def _fetch_once(self, text: str, language: str, spoken: Path) -> None:
        from gtts import gTTS  # imported here, because it is optional and slow to load

        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
            new = Path(scratch) / "spoken.mp3"
            gTTS(text, lang=language, lang_check=False, timeout=self.timeout_s).save(str(new))
            os.replace(new, spoken)
