"""What the engines of voices are called on pages."""

from collections.abc import Mapping

from routing.voice_engines import VoiceEngine
from translations.message import Message, translatable

ENGINE_LABELS: Mapping[VoiceEngine, Message] = {
    VoiceEngine.ESPEAK: translatable("standard (espeak-ng)"),
    VoiceEngine.PIPER: translatable("natural (piper)"),
    VoiceEngine.GOOGLE: translatable("Google Translate"),
}
ENGINE_NOTES: Mapping[VoiceEngine, Message] = {
    VoiceEngine.ESPEAK: translatable("Always there, on this machine. Plain and clear, it sounds like a machine."),
    VoiceEngine.PIPER: translatable("On this machine. Sounds like a person; each sentence takes some seconds once."),
    VoiceEngine.GOOGLE: translatable(
        "Sends each text to Google, over the Internet, and may stop working at any time. Not for a public line."
    ),
}
SAMPLES: Mapping[str, str] = {
    "fr": "Bonjour, vous êtes bien à l'accueil. Nous sommes ouverts de 8 h 30 à 17 h.",
    "en": "Hello, you have reached our reception. We are open from 8.30 a.m. to 5 p.m.",
}
"""What is heard unless somebody writes something else."""
