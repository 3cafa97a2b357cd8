"""The sound library below `sounds/<language>/`: spoken by a voice, or recorded by people."""

import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dialplan import names
from prompts import audio
from prompts.catalogue import Prompt, PromptError
from prompts.decoding import decode
from prompts.manifest import RECORDING, REWORDED, VOICE, Entry, Manifest, open_manifest
from prompts.pcm import read_wav
from prompts.voice import Voice

# Between two words that Asterisk joins ("numéro", "deux") a long pause would sound broken.
_PAUSE_MS = 60
_LONGEST_PROMPT_S = 120
_BEEP_HZ, _BEEP_MS = 1000, 250
# What Queue() says to a channel on which nobody listens, before it rings a telephone. 2 ms were no sound to Asterisk,
# which then took the caller for gone.
_UNHEARD, _UNHEARD_MS = ("queue-youarenext", "queue-thereare", "queue-callswaiting", "waiting-offer"), 5

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What build() did: names ("fr/apology") spoken anew, how many stood already, how many are recordings."""

    spoken: tuple[str, ...]
    unchanged: int
    recordings: int


def build(
    sounds: Path,
    prompts: Iterable[Prompt],
    voice: Voice,
    *,
    languages: Iterable[str],
    progress: Progress | None = None,
) -> BuildReport:
    """Speak each prompt that is missing, or whose text or voice changed; keep recordings and everything else.

    `progress(done, total, name)` is called after each one spoken. What was spoken before a failure is kept.
    Raises VoiceError, AudioFailure.
    """
    languages = tuple(languages)
    wanted = [(prompt, language) for prompt in prompts for language in languages if language in prompt.texts]
    with open_manifest(sounds) as manifest:
        for language in languages:
            _ensure_beep(sounds / language)
            _ensure_unheard(sounds / f"{language}{names.QUIET}")
        due = [(p, language) for p, language in wanted if _is_due(sounds, manifest, p, language, voice)]
        _speak_all(sounds, manifest, due, voice, progress or (lambda done, total, name: None))
        recordings = sum(manifest.is_replaced(_name(language, p.key)) for p, language in wanted)
    spoken = tuple(_name(language, prompt.key) for prompt, language in due)
    return BuildReport(spoken, len(wanted) - len(spoken) - recordings, recordings)


def import_recording(sounds: Path, prompt: Prompt, language: str, file: Path) -> float:
    """Put a recording in the place of the spoken prompt; return its length in seconds. build() will keep it.

    Raises AudioRefused for an unusable file, PromptError for a language the prompt does not have, AudioFailure.
    """
    if language not in prompt.texts:
        raise PromptError(f"{prompt.key} is not spoken in {language!r}; choose {' or '.join(prompt.texts)}")
    sound = audio.trimmed(audio.usable(decode(file, max_seconds=_LONGEST_PROMPT_S).sound))
    with open_manifest(sounds) as manifest:
        seconds = _put(sounds / language, prompt.key, sound)
        manifest.set(_name(language, prompt.key), Entry(RECORDING, prompt.texts[language], RECORDING))
    return seconds


def reword(sounds: Path, prompt: Prompt, language: str, voice: Voice, text: str) -> None:
    """Have `voice` say `text` in the place of the prompt's own words; build() will keep it.

    Raises PromptError for a language the prompt does not have, or no text; VoiceError, AudioFailure, AudioRefused.
    """
    if language not in prompt.texts or not text.strip():
        raise PromptError(f"{prompt.key} needs words in {' or '.join(prompt.texts)}; write what is to be said")
    with open_manifest(sounds) as manifest:
        _say(sounds, prompt.key, language, voice, text, heard=True)
        entry = Entry(REWORDED, prompt.texts[language], voice.name, text)
        manifest.set(_name(language, prompt.key), entry)


def restore(sounds: Path, prompt: Prompt, language: str, voice: Voice) -> None:
    """Put the voice back in the place of a recording. Raises VoiceError, AudioFailure; then the recording stays."""
    with open_manifest(sounds) as manifest:
        _speak(sounds, prompt, language, voice)
        manifest.set(_name(language, prompt.key), _spoken_entry(prompt, language, voice))


def sound_file(sounds: Path, language: str, key: str) -> Path:
    """Return where the 8 kHz file of a prompt lies; the wideband one stands beside it, named `.sln16`."""
    return sounds / language / f"{key}.wav"


def _is_due(sounds: Path, manifest: Manifest, prompt: Prompt, language: str, voice: Voice) -> bool:
    narrow = sound_file(sounds, language, prompt.key)
    if not (narrow.is_file() and narrow.with_suffix(".sln16").is_file()):
        return True
    name = _name(language, prompt.key)
    return not manifest.is_replaced(name) and manifest.get(name) != _spoken_entry(prompt, language, voice)


def _speak_all(
    sounds: Path, manifest: Manifest, due: list[tuple[Prompt, str]], voice: Voice, progress: Progress
) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as speakers:
        spoken = speakers.map(lambda job: _speak(sounds, job[0], job[1], voice), due)
        try:
            for done, ((prompt, language), _) in enumerate(zip(due, spoken, strict=True), start=1):
                name = _name(language, prompt.key)
                manifest.set(name, _spoken_entry(prompt, language, voice))
                progress(done, len(due), name)
        except BaseException:
            speakers.shutdown(wait=False, cancel_futures=True)
            raise


def _speak(sounds: Path, prompt: Prompt, language: str, voice: Voice) -> None:
    _say(sounds, prompt.key, language, voice, prompt.texts[language])


def _say(sounds: Path, key: str, language: str, voice: Voice, text: str, *, heard: bool = False) -> None:
    """`heard`: words that nobody has tried before; raises AudioRefused when nothing comes of them ("...", an emoji)."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "spoken.wav"
        voice.speak(text, language, out)
        spoken = audio.usable(read_wav(out)) if heard else read_wav(out)
        _put(sounds / language, key, audio.trimmed(spoken, keep_ms=_PAUSE_MS))


def _put(folder: Path, key: str, sound: audio.Pcm) -> float:
    place = folder / key
    place.parent.mkdir(parents=True, exist_ok=True)
    # Made beside the old files and moved over them: a caller who is listening hears the old one to its end.
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as scratch:
        made = audio.render(sound, Path(scratch), place.name)
        os.replace(made.wide, place.with_name(f"{place.name}.sln16"))
        os.replace(made.narrow, place.with_name(f"{place.name}.wav"))
    return made.seconds


def _ensure_beep(folder: Path) -> None:
    if not (folder / "beep.wav").is_file():
        _put(folder, "beep", audio.tone(_BEEP_HZ, _BEEP_MS))


def _ensure_unheard(folder: Path) -> None:
    """Asterisk looks for what is missing here in the language itself."""
    for key in _UNHEARD:
        if not (folder / f"{key}.wav").is_file():
            _put(folder, key, audio.silence(_UNHEARD_MS))


def _spoken_entry(prompt: Prompt, language: str, voice: Voice) -> Entry:
    return Entry(VOICE, prompt.texts[language], voice.name)


def _name(language: str, key: str) -> str:
    return f"{language}/{key}"
