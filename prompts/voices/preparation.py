"""Speaks the sentences of a voice in advance, in the background: what is chosen is then there at once."""

import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prompts.catalogue import Prompt
from prompts.library import list_due
from prompts.voices.voice import Voice, VoiceError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a preparation is. `error` is the sentence of what stopped it; "" while nothing did."""

    done: int = 0
    total: int = 0
    running: bool = False
    error: str = ""


class VoicePreparation:
    """One preparation at a time in this process; `progress` is that of the last one."""

    def __init__(self) -> None:
        self._lock, self._progress = threading.Lock(), Progress()

    @property
    def progress(self) -> Progress:
        with self._lock:
            return self._progress

    def start(self, voice: Voice, sentences: Sequence[tuple[str, str]]) -> bool:
        """Begins to speak these texts, each with its language, into the cache of the voice; False while one runs."""
        with self._lock:
            if self._progress.running:
                return False
            self._progress = Progress(total=len(sentences), running=True)
        threading.Thread(target=self._run, args=(voice, sentences), name="voice-preparation", daemon=True).start()
        return True

    def _run(self, voice: Voice, sentences: Sequence[tuple[str, str]]) -> None:
        error = ""
        try:
            with tempfile.TemporaryDirectory() as scratch:
                for text, language in sentences:
                    voice.speak(text, language, Path(scratch) / "spoken.wav")
                    with self._lock:
                        self._progress = replace(self._progress, done=self._progress.done + 1)
        except (VoiceError, OSError) as failure:
            error = str(failure)
        finally:
            with self._lock:
                self._progress = replace(self._progress, running=False, error=error)


def list_unspoken(
    sounds: Path, prompts: Iterable[Prompt], voice: Voice, languages: Iterable[str]
) -> list[tuple[str, str]]:
    """The texts, each with its language, that the library would have this voice speak. Raises VoiceError."""
    return [(prompt.texts[language], language) for prompt, language in list_due(sounds, prompts, voice, languages)]
