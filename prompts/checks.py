"""What `doctor` asks about sound: the programs, the prompts, and the message of the day."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from prompts.catalogue import Prompt
from prompts.publishing import ListedVersion, listing
from prompts.survey import PromptRow, PromptState, list_prompts
from records.base import Base
from records.verdict import Check
from routing.messages import WhenNone

_PROGRAMS = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "prlimit": "util-linux", "espeak-ng": "espeak-ng"}
_DECODERS = {"wav": "pcm_s16le", "mp3": "mp3float", "m4a": "aac", "ogg": "vorbis", "webm": "opus", "flac": "flac"}
_OLD = timedelta(hours=36)  # of a message of the day: yesterday's is still on
_BUILD = ("run: standardiste prompt build", "lancez : standardiste prompt build")
_IMPORT = (
    "import these recordings again; the level is then set",
    "importez de nouveau ces enregistrements ; leur niveau sera réglé",
)
_RECORD = (
    "record these again, or run: standardiste prompt build",
    "enregistrez-les de nouveau, ou lancez : standardiste prompt build",
)
_FAULTS = {  # mend, mend in French, what is wrong in French
    PromptState.MISSING: (*_BUILD, "manquantes"),
    PromptState.DAMAGED: (*_BUILD, "abîmées"),
    PromptState.TEXT_CHANGED: (*_RECORD, "au texte changé depuis l'enregistrement"),
    PromptState.TOO_LOUD: (*_IMPORT, "trop fortes"),
    PromptState.TOO_QUIET: (*_IMPORT, "trop faibles"),
}


def checks(
    *,
    sounds: Path,
    prompts: Iterable[Prompt],
    languages: Iterable[str],
    base: Base,
    store: Path,
    slots: Mapping[str, WhenNone],
    at: datetime,
) -> Iterator[Check]:
    """Yield what is found of prompts and messages. `slots`: each of the plan, with what it plays when none is valid."""
    yield from prompt_checks(list_prompts(sounds, prompts, languages=languages))
    for slot, when_none in slots.items():
        yield message_check(slot, listing(base, store, slot, when_none=when_none, now=at), at)


def program_checks() -> Iterator[Check]:
    """Say whether each program we run is installed, and whether ffmpeg reads what people upload."""
    for program, package in _PROGRAMS.items():
        if shutil.which(program):
            yield Check(program, True, f"{program} is installed", sentence_fr=f"{program} est installé")
        else:
            yield Check(
                program,
                False,
                f"{program} is not installed",
                f"run: apt install {package}",
                f"{program} n'est pas installé",
                f"lancez : apt install {package}",
            )
    if shutil.which("ffmpeg"):
        yield _decoders()


def _decoders() -> Check:
    said = subprocess.run(["ffmpeg", "-v", "error", "-decoders"], capture_output=True, text=True, check=False).stdout
    known = {line.split()[1] for line in said.splitlines() if len(line.split()) > 1}
    lacking = ", ".join(kind for kind, decoder in _DECODERS.items() if decoder not in known)
    if not lacking:
        kinds = ", ".join(_DECODERS)
        return Check("decoders", True, f"ffmpeg reads {kinds}", sentence_fr=f"ffmpeg sait lire {kinds}")
    return Check(
        "decoders",
        False,
        f"this ffmpeg does not read {lacking}",
        "install the ffmpeg of the distribution: apt install ffmpeg",
        f"ce ffmpeg ne sait pas lire {lacking}",
        "installez le ffmpeg de la distribution : apt install ffmpeg",
    )


def prompt_checks(rows: Iterable[PromptRow]) -> Iterator[Check]:
    """Say which prompts callers would miss or mishear: one check for each kind of fault, or one that all is well."""
    rows = tuple(rows)
    faulty = False
    for state, (mend, mend_fr, wrong_fr) in _FAULTS.items():
        names = [f"{row.language}/{row.key}" for row in rows if row.state is state]
        if names:
            faulty = True
            told_fr = f"annonces {wrong_fr} ({len(names)}) : {_some(names)}"
            yield Check("prompts", False, f"{_count(len(names))} {state}: {_some(names)}", mend, told_fr, mend_fr)
    if not faulty:
        yield Check("prompts", True, f"{_count(len(rows))} good", sentence_fr=f"{len(rows)} annonces sont bonnes")


def message_check(slot: str, versions: Iterable[ListedVersion], at: datetime) -> Check:
    """Say what callers hear in `slot` now, and since when."""
    name = f"message {slot}"
    publish = f"run: standardiste message publish FILE --slot {slot}"
    publier = f"lancez : standardiste message publish FICHIER --slot {slot}"
    heard = next((listed for listed in versions if listed.state.startswith("on air")), None)
    if heard is None:
        told, told_fr = f"no message is on air in {slot}", f"aucun message n'est diffusé dans {slot}"
        return Check(name, False, told, publish, told_fr, publier)
    age = at - heard.version.valid_from
    if not heard.playable:
        told = f"the sound of the message on air in {slot} is gone from the disk"
        return Check(
            name, False, told, publish, f"le son du message diffusé dans {slot} n'est plus sur le disque", publier
        )
    if heard.state != "on air":
        told = f"the message on air in {slot} is past its end; it began {_age(age)}"
        told_fr = f"le message diffusé dans {slot} a passé sa fin ; il a commencé {_age_fr(age)}"
        return Check(name, False, told, publish, told_fr, publier)
    told = f"the message on air in {slot} began {_age(age)}"
    told_fr = f"le message diffusé dans {slot} a commencé {_age_fr(age)}"
    if age < _OLD:
        return Check(name, True, told, sentence_fr=told_fr)
    return Check(
        name, True, told, "is it still what you mean to say?", told_fr, "dit-il encore ce que vous voulez dire ?"
    )


def _count(number: int) -> str:
    return "1 prompt is" if number == 1 else f"{number} prompts are"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _age(age: timedelta) -> str:
    hours = int(age / timedelta(hours=1))
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


def _age_fr(age: timedelta) -> str:
    hours = int(age / timedelta(hours=1))
    return f"il y a {hours} heures" if hours < 48 else f"il y a {hours // 24} jours"
