"""An opt-in voice for drafts: Google Translate's, through gTTS.

It needs the network, sends the text to a third party over a connection whose certificate gTTS does not check, and
rests on an undocumented service. Never the voice of a public line, and no caller's words may go there.
"""

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import AudioRefused
from prompts.decoding import decode
from prompts.pcm import write_wav
from prompts.voice import VoiceError

_LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class GoogleVoice:
    """Speaks through gTTS; each sentence is fetched once and kept in `cache`."""

    cache: Path
    timeout_s: float = 10
    tries: int = 2
    pause_s: float = 1

    @property
    def name(self) -> str:
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
        """Return where the sound of `text` is kept once it was fetched."""
        content = "\n".join((self.name, language, text))
        return self.cache / f"{hashlib.sha256(content.encode()).hexdigest()}.mp3"

    def _fetch(self, text: str, language: str, spoken: Path) -> None:
        for again in range(self.tries):
            if again:
                time.sleep(self.pause_s)
            try:
                return self._fetch_once(text, language, spoken)
            except Exception as error:  # gTTS lets through whatever its network library raises
                failure = error
        raise VoiceError("the google voice cannot be reached; try later, or use espeak-ng") from failure

    def _fetch_once(self, text: str, language: str, spoken: Path) -> None:
        from gtts import gTTS  # here, because it is opt-in and slow to load

        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as scratch:
            new = Path(scratch) / "spoken.mp3"
            gTTS(text, lang=language, lang_check=False, timeout=self.timeout_s).save(str(new))
            os.replace(new, spoken)
