"""The sound library, `sounds/<language>/`: prompts spoken by a voice or recorded by people."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dialplan import names
from prompts.audio import rendering
from prompts.audio.intake import read_speech
from prompts.audio.pcm import Pcm, read_wav
from prompts.catalogue import Prompt, PromptError
from prompts.manifest import RECORDING, REWORDED, VOICE, Manifest, ManifestEntry, open_manifest, read_manifest
from prompts.voices.voice import Voice, VoiceError

# Asterisk joins prompts ("numéro", "deux"): a long pause between two would sound broken.
_PAUSE_MS = 60
_LONGEST_PROMPT_S = 120
_BEEP_HZ, _BEEP_MS = 1000, 250
# Queue() plays these to a channel that nobody listens to, before it rings a telephone. They must not be empty: Asterisk
# took a file of 2 ms for a hang-up.
_SILENT_KEYS, _SILENCE_MS = ("queue-youarenext", "queue-thereare", "queue-callswaiting", "waiting-offer"), 5

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A sound to be heard in place of a prompt's spoken text, and its entry in the manifest."""

    sound: Pcm
    entry: ManifestEntry


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of `build`: the names ("fr/apology") spoken, and how many prompts were up to date or recordings."""

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
    """Speak each prompt that is missing or whose text or voice has changed; recordings are kept.

    `progress(done, total, name)` is called after each prompt. After a failure, prompts spoken so far are kept.
    Raises VoiceError, AudioToolError.
    """
    languages = tuple(languages)
    wanted = [(prompt, language) for prompt in prompts for language in languages if language in prompt.texts]
    with open_manifest(sounds) as manifest:
        for language in languages:
            _ensure_beep(sounds / language)
            _ensure_silent_prompts(sounds / f"{language}{names.SILENT_LANGUAGE_SUFFIX}")
        due = [(p, language) for p, language in wanted if _needs_speaking(sounds, manifest, p, language, voice)]
        _speak_all(sounds, manifest, due, voice, progress or (lambda done, total, name: None))
        recordings = sum(manifest.is_replaced(_name(language, p.key)) for p, language in wanted)
    spoken = tuple(_name(language, prompt.key) for prompt, language in due)
    return BuildReport(spoken, len(wanted) - len(spoken) - recordings, recordings)


def record(prompt: Prompt, language: str, file: Path) -> Replacement:
    """A recording in place of the spoken prompt.

    Raises AudioRefused for an unusable file, PromptError for a language that the prompt does not have, AudioToolError.
    """
    if language not in prompt.texts:
        raise PromptError(f"{prompt.key} is not spoken in {language!r}; choose {' or '.join(prompt.texts)}")
    sound = read_speech(file, max_seconds=_LONGEST_PROMPT_S, shortest_s=rendering.SHORTEST_PROMPT_S).sound
    return Replacement(sound, ManifestEntry(RECORDING, prompt.texts[language], RECORDING))


def reword(prompt: Prompt, language: str, voice: Voice, text: str) -> Replacement:
    """`text`, spoken by `voice`, in place of the prompt's own text.

    Raises PromptError for an empty text or a language that the prompt does not have; VoiceError, AudioToolError,
    AudioRefused.
    """
    if language not in prompt.texts or not text.strip():
        raise PromptError(f"{prompt.key} needs words in {' or '.join(prompt.texts)}; write what is to be said")
    sound = _say(language, voice, text, check=True)
    return Replacement(sound, ManifestEntry(REWORDED, prompt.texts[language], voice.name(language), text))


def replace(sounds: Path, prompt: Prompt, language: str, replacement: Replacement) -> float:
    """Puts a replacement on air at once; `build` keeps it. Returns its length in seconds. Raises AudioToolError."""
    with open_manifest(sounds) as manifest:
        seconds = store_sound(sounds / language, prompt.key, replacement.sound)
        manifest.set(_name(language, prompt.key), replacement.entry)
    return seconds


def copy_sound(rendered: Path, target: Path) -> None:
    """Copies a sound that `store_sound` has written elsewhere over another one; both are named by their 8 kHz files.

    A caller who is listening to the old one hears it to its end.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in (".sln16", ".wav"):
        new = target.with_name(f".new-{target.name}{suffix}")
        shutil.copyfile(rendered.with_suffix(suffix), new)
        os.replace(new, target.with_suffix(suffix))


def restore(sounds: Path, prompt: Prompt, language: str, voice: Voice) -> None:
    """Replace a recording by the spoken prompt. Raises VoiceError, AudioToolError; then the recording stays."""
    with open_manifest(sounds) as manifest:
        _speak(sounds, prompt, language, voice)
        manifest.set(_name(language, prompt.key), _spoken_entry(prompt, language, voice))


def sound_file(sounds: Path, language: str, key: str) -> Path:
    """The path of a prompt's 8 kHz file; the wideband file is beside it, with the suffix `.sln16`."""
    return sounds / language / f"{key}.wav"


def list_due(
    sounds: Path, prompts: Iterable[Prompt], voice: Voice, languages: Iterable[str]
) -> list[tuple[Prompt, str]]:
    """The prompts, each with its language, that `build` would have this voice speak."""
    manifest = read_manifest(sounds)
    wanted = [(prompt, language) for prompt in prompts for language in languages if language in prompt.texts]
    return [(p, language) for p, language in wanted if _needs_speaking(sounds, manifest, p, language, voice)]


def _needs_speaking(sounds: Path, manifest: Manifest, prompt: Prompt, language: str, voice: Voice) -> bool:
    narrow = sound_file(sounds, language, prompt.key)
    if not (narrow.is_file() and narrow.with_suffix(".sln16").is_file()):
        return True
    name = _name(language, prompt.key)
    if manifest.is_replaced(name):
        return False
    try:
        return manifest.get(name) != _spoken_entry(prompt, language, voice)
    except VoiceError:  # a voice that is gone, such as a lost model, does not make good prompts bad
        entry = manifest.get(name)
        return entry is None or entry.text != prompt.texts[language]


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
    store_sound(sounds / language, prompt.key, _say(language, voice, prompt.texts[language]))


def _say(language: str, voice: Voice, text: str, *, check: bool = False) -> Pcm:
    """`check`: raises AudioRefused when nothing can be heard, as for a text of dots or an emoji."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "spoken.wav"
        voice.speak(text, language, out)
        spoken = read_wav(out)
        if check:
            rendering.require_usable(spoken, shortest_s=rendering.SHORTEST_PROMPT_S)
    return rendering.trim_silence(spoken, keep_ms=_PAUSE_MS)


def store_sound(folder: Path, key: str, sound: Pcm) -> float:
    """Writes the two files of a sound, at the loudness of prompts; returns its length in seconds."""
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    # New files are renamed over the old ones, so that a caller who is listening hears the old prompt to its end.
    with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as scratch:
        rendered = rendering.render(sound, Path(scratch), path.name)
        os.replace(rendered.wide, path.with_name(f"{path.name}.sln16"))
        os.replace(rendered.narrow, path.with_name(f"{path.name}.wav"))
    return rendered.seconds


def _ensure_beep(folder: Path) -> None:
    if not (folder / "beep.wav").is_file():
        store_sound(folder, "beep", rendering.generate_tone(_BEEP_HZ, _BEEP_MS))


def _ensure_silent_prompts(folder: Path) -> None:
    """Creates the prompts of a silent language; for other prompts Asterisk falls back to the language itself."""
    for key in _SILENT_KEYS:
        if not (folder / f"{key}.wav").is_file():
            store_sound(folder, key, rendering.generate_silence(_SILENCE_MS))


def _spoken_entry(prompt: Prompt, language: str, voice: Voice) -> ManifestEntry:
    return ManifestEntry(VOICE, prompt.texts[language], voice.name(language))


def _name(language: str, key: str) -> str:
    return f"{language}/{key}"
