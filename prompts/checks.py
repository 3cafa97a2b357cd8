"""The checks of `doctor` about sound: programs, prompts, and the messages on air."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from prompts.catalogue import Prompt
from prompts.inventory import PromptRow, PromptState, list_prompts
from prompts.manifest import read_manifest
from prompts.messages.publishing import ListedVersion, list_current_versions
from prompts.voices.piper import MIN_SAMPLE_RATE
from prompts.voices.registry import VoiceSettings
from prompts.voices.voice import VoiceError
from records.check_result import CheckResult
from records.database.engine import Database
from routing.key_wait import PAUSE_KEY, SOUND_KEY, WhileChoosing
from routing.messages import NoMessagePolicy
from routing.voice_engines import VoiceEngine
from translations.message import Message, translatable, translatable_plural

_PROGRAMS = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "prlimit": "util-linux", "espeak-ng": "espeak-ng"}
_DECODERS = {"wav": "pcm_s16le", "mp3": "mp3float", "m4a": "aac", "ogg": "vorbis", "webm": "opus", "flac": "flac"}
_OLD = timedelta(hours=36)  # yesterday's message of the day is still on air after this
_BUILD = translatable("run: standardiste prompt build")
_IMPORT = translatable("import these recordings again; the level is then set")
_RECORD = translatable("record these again, or run: standardiste prompt build")
_REMEDIES = {
    PromptState.MISSING: _BUILD,
    PromptState.DAMAGED: _BUILD,
    PromptState.TEXT_CHANGED: _RECORD,
    PromptState.TOO_LOUD: _IMPORT,
    PromptState.TOO_QUIET: _IMPORT,
}


def check_library(sounds: Path, prompts: Iterable[Prompt], languages: Iterable[str]) -> Iterator[CheckResult]:
    """The checks of all prompts in the sound library."""
    yield from check_prompts(list_prompts(sounds, prompts, languages=languages))


def check_key_wait(sounds: Path, languages: Iterable[str], heard: WhileChoosing) -> CheckResult:
    """Whether callers hear something while a key is awaited."""
    name = "while a key is awaited"
    if heard is WhileChoosing.NOTHING:
        return CheckResult(
            name, True, translatable("callers hear nothing while a key is awaited, as the plan says (while_choosing)")
        )
    missing = [
        f"{language}/{key}"
        for language in languages
        for key in (PAUSE_KEY, SOUND_KEY)
        if not (sounds / language / f"{key}.wav").is_file()
    ]
    if missing:
        text = translatable(
            "missing: %(sounds)s; callers hear nothing while a key is awaited", sounds=", ".join(missing)
        )
        return CheckResult(name, False, text, translatable("run: standardiste prepare"))
    return CheckResult(name, True, translatable("callers hear a soft sound while a key is awaited"))


def check_messages(
    database: Database, folder: Path, announcements: Mapping[str, NoMessagePolicy], at: datetime
) -> Iterator[CheckResult]:
    """One check for each announcement of the plan, given with its policy for no message. Raises RecordsError."""
    for announcement, when_none in announcements.items():
        versions = list_current_versions(database, folder, announcement, when_none=when_none, now=at)
        yield check_message(announcement, versions, at)


def check_programs() -> Iterator[CheckResult]:
    """Whether each program needed for sound is installed, and whether ffmpeg decodes the formats that people upload."""
    for program, package in _PROGRAMS.items():
        if shutil.which(program):
            yield CheckResult(program, True, translatable("%(program)s is installed", program=program))
        else:
            yield CheckResult(
                program,
                False,
                translatable("%(program)s is not installed", program=program),
                translatable("run: apt install %(package)s", package=package),
            )
    if shutil.which("ffmpeg"):
        yield _decoders()


def _decoders() -> CheckResult:
    listing = subprocess.run(["ffmpeg", "-v", "error", "-decoders"], capture_output=True, text=True, check=False).stdout
    known = {line.split()[1] for line in listing.splitlines() if len(line.split()) > 1}
    lacking = ", ".join(kind for kind, decoder in _DECODERS.items() if decoder not in known)
    if not lacking:
        kinds = ", ".join(_DECODERS)
        return CheckResult("decoders", True, translatable("ffmpeg reads %(kinds)s", kinds=kinds))
    return CheckResult(
        "decoders",
        False,
        translatable("this ffmpeg does not read %(lacking)s", lacking=lacking),
        translatable("install the ffmpeg of the distribution: apt install ffmpeg"),
    )


def check_prompts(rows: Iterable[PromptRow]) -> Iterator[CheckResult]:
    """The prompts that callers would not hear well: one check for each kind of fault, or a single good one."""
    rows = tuple(rows)
    faulty = False
    for state, remedy in _REMEDIES.items():
        names = [f"{row.language}/{row.key}" for row in rows if row.state is state]
        if names:
            faulty = True
            yield CheckResult("prompts", False, _describe_fault(state, names), remedy)
    if not faulty:
        yield CheckResult(
            "prompts", True, translatable_plural("1 prompt is good", "%(count)s prompts are good", len(rows))
        )


def check_message(announcement: str, versions: Iterable[ListedVersion], at: datetime) -> CheckResult:
    """What callers hear now in this announcement, and since when."""
    name = f"message {announcement}"
    publish = translatable(
        "run: standardiste message publish FILE --announcement %(announcement)s", announcement=announcement
    )
    heard = next((listed for listed in versions if listed.state.startswith("on air")), None)
    if heard is None:
        message = translatable("no message is on air in %(announcement)s", announcement=announcement)
        return CheckResult(name, False, message, publish)
    age = at - heard.version.valid_from
    if not heard.playable:
        message = translatable(
            "the sound of the message on air in %(announcement)s is gone from the disk", announcement=announcement
        )
        return CheckResult(name, False, message, publish)
    if heard.state != "on air":
        message = translatable(
            "the message on air in %(announcement)s is past its end; it began %(age)s",
            announcement=announcement,
            age=_describe_age(age),
        )
        return CheckResult(name, False, message, publish)
    message = translatable(
        "the message on air in %(announcement)s began %(age)s", announcement=announcement, age=_describe_age(age)
    )
    if age < _OLD:
        return CheckResult(name, True, message)
    return CheckResult(name, True, message, translatable("is it still what you mean to say?"))


def _describe_fault(state: PromptState, names: list[str]) -> Message:
    count, some = len(names), ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    match state:
        case PromptState.MISSING:
            return translatable_plural(
                "1 prompt is missing: %(names)s", "%(count)s prompts are missing: %(names)s", count, names=some
            )
        case PromptState.DAMAGED:
            return translatable_plural(
                "1 prompt is damaged: %(names)s", "%(count)s prompts are damaged: %(names)s", count, names=some
            )
        case PromptState.TOO_LOUD:
            return translatable_plural(
                "1 prompt is too loud: %(names)s", "%(count)s prompts are too loud: %(names)s", count, names=some
            )
        case PromptState.TOO_QUIET:
            return translatable_plural(
                "1 prompt is too quiet: %(names)s", "%(count)s prompts are too quiet: %(names)s", count, names=some
            )
        case _:
            return translatable_plural(
                "The text of 1 prompt has changed since it was recorded: %(names)s",
                "The texts of %(count)s prompts have changed since they were recorded: %(names)s",
                count,
                names=some,
            )


def _describe_age(age: timedelta) -> Message:
    hours = int(age / timedelta(hours=1))
    if hours < 48:
        return translatable("%(hours)s hours ago", hours=hours)
    return translatable("%(days)s days ago", days=hours // 24)


def check_voices(
    sounds: Path, settings: VoiceSettings, languages: Iterable[str], chosen: Mapping[str, VoiceEngine]
) -> Iterator[CheckResult]:
    """For each language that piper speaks: its program, its model, and whether prompts were spoken with this model."""
    for language in languages:
        engine = settings.engine(language, chosen)
        if engine is VoiceEngine.PIPER:
            yield _check_piper(sounds, settings, language)
        elif settings.default == VoiceEngine.PIPER and language not in chosen:
            text = translatable(
                "%(language)s is spoken by espeak-ng, because piper_model_%(language)s names no model",
                language=language,
            )
            yield CheckResult(f"voice {language}", True, text)


def _check_piper(sounds: Path, settings: VoiceSettings, language: str) -> CheckResult:
    name = f"voice {language}"
    guide = translatable("docs/operating.md, “Voices”, says how to get piper and a model")
    if not shutil.which(settings.piper_program):
        text = translatable(
            "the program %(program)s, which speaks %(language)s, is not there; new sentences cannot be spoken",
            program=settings.piper_program,
            language=language,
        )
        return CheckResult(name, False, text, guide)
    try:
        model = settings.piper.model(language)
    except VoiceError as error:
        return CheckResult(name, False, translatable("%(error)s", error=error), guide)
    if model.language not in ("", language):
        text = translatable(
            "the model %(model)s is for the language %(other)s, and is set for %(language)s",
            model=model.name,
            other=model.language,
            language=language,
        )
        return CheckResult(name, False, text, translatable("correct piper_model_%(language)s", language=language))
    if model.sample_rate < MIN_SAMPLE_RATE:
        text = translatable(
            "the model %(model)s speaks at %(rate)s Hz, too few for wideband telephones",
            model=model.name,
            rate=model.sample_rate,
        )
        return CheckResult(name, False, text, translatable("choose a model of 16000 Hz or more"))
    others = _spoken_by_other_models(sounds, language, settings.piper.name(language))
    if others:
        text = translatable(
            "the model of %(language)s is another one than the one that spoke %(count)s prompts"
            " (SHA-256 now: %(sha256)s)",
            language=language,
            count=others,
            sha256=model.sha256,
        )
        remedy = translatable("put the former file back, or run: standardiste prompt build")
        return CheckResult(name, False, text, remedy)
    text = translatable(
        "piper speaks %(language)s with %(model)s (SHA-256 %(sha256)s, %(rate)s Hz)",
        language=language,
        model=model.name,
        sha256=model.sha256,
        rate=model.sample_rate,
    )
    return CheckResult(name, True, text)


def _spoken_by_other_models(sounds: Path, language: str, voice: str) -> int:
    """How many prompts of the language a piper with another model has spoken."""
    return sum(
        entry.by.startswith("piper-") and entry.by != voice
        for name, entry in read_manifest(sounds).items()
        if name.startswith(f"{language}/")
    )
