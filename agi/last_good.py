"""What calls need to know, kept in a file beside the base: who starts while the base is away serves from it."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from records.people import Person
from records.switches import Switch
from routing.messages import Embargo, MessageVersion


@dataclass(frozen=True)
class LastGood:
    """As last read from the base: see agi.memory.House. `plan` is the plan's text; people come without passwords."""

    plan: str
    plan_version: int
    messages: dict[str, tuple[MessageVersion, ...]]
    seconds: dict[str, float]
    staff: dict[str, Person]
    switches: dict[str, Switch]
    talk_s: float
    embargoes: tuple[Embargo, ...] = ()


_FORM = TypeAdapter(LastGood)


def keep(file: Path, known: LastGood) -> None:
    """Replaces what was kept, whole or not at all. Raises OSError."""
    staff = {phone: replace(person, password="") for phone, person in known.staff.items()}
    new = file.with_suffix(f".{os.getpid()}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
            writing.write(_FORM.dump_json(replace(known, staff=staff)))
            writing.flush()
            os.fsync(writing.fileno())
        os.replace(new, file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def read(file: Path) -> LastGood:
    """Raises OSError where nothing was kept, ValueError where it cannot be read."""
    return _FORM.validate_json(file.read_bytes())
