"""Synthetic voices by name, and the voice that a plan has chosen for each language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prompts.voices.espeak import EspeakVoice
from prompts.voices.piper import PiperVoice
from prompts.voices.voice import Voice, VoiceError
from routing.voice_engines import VoiceEngine


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """What the engines need on this machine, and the one for languages that the plan gives none.

    `cache` is the folder for sentences that take long to speak or to fetch. `piper_models`: files by language.
    """

    cache: Path
    default: str = VoiceEngine.ESPEAK
    piper_program: str = "piper"
    piper_models: Mapping[str, Path] = field(default_factory=dict)

    @property
    def piper(self) -> PiperVoice:
        return PiperVoice(self.piper_program, self.piper_models, self.cache)

    def engine(self, language: str, chosen: Mapping[str, VoiceEngine]) -> VoiceEngine:
        """The engine that speaks this language: that of the plan, else the setting.

        The setting may name piper where it has a model for one language only: espeak-ng speaks the others.
        """
        if language in chosen:
            return chosen[language]
        if self.default == VoiceEngine.PIPER and language not in self.piper_models:
            return VoiceEngine.ESPEAK
        return VoiceEngine(self.default)


def get_voice(name: str, settings: VoiceSettings) -> Voice:
    """The voice of this name. Raises VoiceError for a name that is none of VoiceEngine."""
    match name:
        case VoiceEngine.ESPEAK:
            return EspeakVoice()
        case VoiceEngine.PIPER:
            return settings.piper
        case VoiceEngine.GOOGLE:
            # Imported here, so that processes that need no sound tools do not load them.
            from prompts.voices.google import GoogleVoice

            return GoogleVoice(settings.cache)
    raise VoiceError(f"there is no voice called {name!r}; choose {', '.join(VoiceEngine)}")


@dataclass(frozen=True, slots=True)
class ChosenVoices:
    """Speaks each language with the engine that is chosen for it when it speaks: `chosen` gives those of a plan."""

    settings: VoiceSettings
    chosen: Callable[[], Mapping[str, VoiceEngine]]

    def name(self, language: str) -> str:
        """The name of the voice of this language. Raises VoiceError."""
        return self._voice(language).name(language)

    def speak(self, text: str, language: str, out: Path) -> None:
        """As `Voice.speak`."""
        self._voice(language).speak(text, language, out)

    def _voice(self, language: str) -> Voice:
        return get_voice(self.settings.engine(language, self.chosen()), self.settings)
