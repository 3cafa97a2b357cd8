"""What `doctor` asks about sound: the programs, the prompts, and the message of the day."""

import shutil
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
_MENDS = {
    PromptState.MISSING: "run: standardiste prompt build",
    PromptState.DAMAGED: "run: standardiste prompt build",
    PromptState.TEXT_CHANGED: "record these again, or run: standardiste prompt build",
    PromptState.TOO_LOUD: "import these recordings again; the level is then set",
    PromptState.TOO_QUIET: "import these recordings again; the level is then set",
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
    """Say whether each program we run is installed."""
    for program, package in _PROGRAMS.items():
        path = shutil.which(program)
        if path:
            yield Check(program, True, f"{program} is installed")
        else:
            yield Check(program, False, f"{program} is not installed", f"run: apt install {package}")


def prompt_checks(rows: Iterable[PromptRow]) -> Iterator[Check]:
    """Say which prompts callers would miss or mishear: one check for each kind of fault, or one that all is well."""
    rows = tuple(rows)
    faulty = False
    for state, mend in _MENDS.items():
        names = [f"{row.language}/{row.key}" for row in rows if row.state is state]
        if names:
            faulty = True
            yield Check("prompts", False, f"{_count(len(names))} {state}: {_some(names)}", mend)
    if not faulty:
        yield Check("prompts", True, f"{_count(len(rows))} good")


def message_check(slot: str, versions: Iterable[ListedVersion], at: datetime) -> Check:
    """Say what callers hear in `slot` now, and since when."""
    name = f"message {slot}"
    publish = f"run: standardiste message publish FILE --slot {slot}"
    heard = next((listed for listed in versions if listed.state.startswith("on air")), None)
    if heard is None:
        return Check(name, False, f"no message is on air in {slot}", publish)
    since = _age(at - heard.version.valid_from)
    if not heard.playable:
        return Check(name, False, f"the sound of the message on air in {slot} is gone from the disk", publish)
    if heard.state != "on air":
        return Check(name, False, f"the message on air in {slot} is past its end; it began {since}", publish)
    return Check(name, True, f"the message on air in {slot} began {since}")


def _count(number: int) -> str:
    return "1 prompt is" if number == 1 else f"{number} prompts are"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _age(age: timedelta) -> str:
    hours = int(age / timedelta(hours=1))
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"
