"""Erasing a person: rows, recordings, and what log and spool files hold of their numbers."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from ami.cel_log import file_identity, identify_first_event
from ami.cel_reader import CURSOR_PREFIX
from records.actor import Actor
from records.calls import cel_cursor
from records.contacts.imports import files as import_files
from records.database import sqlite
from records.errors import RecordsError
from records.retention import erasure, erasure_ledger
from records.retention.erasure import Erasure, Person
from routing.person_names import fold
from standardiste.installation import Installation
from standardiste.settings import Settings

NATIONAL_DIGITS = 9
"""The last digits of a number, which are the same in every form in which it is written."""


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What was erased, and the files below `var` in which a number or the name still stands."""

    erasure: Erasure
    still_in: tuple[Path, ...]
    is_database_clean: bool


def erase_person(installation: Installation, actor: Actor, contact_id: int, *, at: datetime) -> ErasureResult:
    """Erases the person and looks for what is left. The database of `installation` is closed afterwards.

    Raises NotFound, PersonIsConnected, and RecordsError while calls wait for the database.
    """
    settings, database = installation.settings, installation.database
    if any(_holds_entries(file) for file in settings.write_behind_spool.glob("*.journal")):
        raise RecordsError("Calls are still being written to the database; erase the person in a minute.")

    # First: if the rest fails, a restored backup lacks a person who asked for it, and not the other way round.
    write_down = partial(erasure_ledger.write_entry, settings.backups / erasure_ledger.FILE_NAME, at=at)
    done = erasure.erase_contact(database, actor, contact_id, at=at, before=write_down)
    for file in (*recordings_of(settings, done.person), *import_files.list_files(settings.imports).values()):
        file.unlink(missing_ok=True)
    pattern = number_pattern(done.person.numbers)
    for log in _channel_event_logs(settings.asterisk_spool):
        with suppress(OSError):
            _blank_out_log(installation, log, pattern)
    for file in (*_files(settings.log), *_files(settings.write_behind_spool)):
        with suppress(OSError):
            blank_out(file, pattern)
    installation.close()  # reading the file drops SQLite's locks of this process
    needles = needles_of(done.person)
    clean = sqlite.scrub(settings.sqlite_file, needles) if settings.sqlite_file else True
    return ErasureResult(done, tuple(_find(settings.var, needles, settings.sqlite_file)), clean)


def blank_out(file: Path, numbers: re.Pattern[bytes]) -> None:
    """Overwrites numbers in a file by zeros of the same length, in place: others may be appending to it."""
    with file.open("r+b") as text:
        for match in numbers.finditer(text.read()):
            text.seek(match.start())
            text.write(b"0" * len(match[0]))


def number_pattern(numbers: Collection[str]) -> re.Pattern[bytes]:
    """Finds E.164 numbers in every form without separators: +33…, 0033…, 33…, 0…; not inside longer numbers."""
    forms = (
        rb"(?:(?:\+|00)?%b|0)?%b" % (re.escape(number[1:-NATIONAL_DIGITS].encode()), re.escape(_digits(number)))
        for number in numbers
    )
    return re.compile(rb"(?<![0-9.])(?:%b)(?![0-9.])" % (b"|".join(forms) or b"(?!)"))


def _blank_out_log(installation: Installation, log: Path, numbers: re.Pattern[bytes]) -> None:
    """A log is known by its first event; if that changes, how far it was read is kept under the new identity."""
    before = file_identity(log)
    with log.open("rb") as reading:
        first = reading.readline()
    blanked = numbers.sub(lambda match: b"0" * len(match[0]), first)
    if before and blanked != first:
        after = identify_first_event(blanked)
        cel_cursor.copy_cursor(installation.database, f"{CURSOR_PREFIX}{before}", f"{CURSOR_PREFIX}{after}")
    blank_out(log, numbers)


def _channel_event_logs(spool: Path) -> tuple[Path, ...]:
    log = spool / "channel-events.csv"
    return tuple(file for file in (log.with_suffix(".old"), log) if file.exists())


def recordings_of(settings: Settings, person: Person) -> Iterator[Path]:
    """Where the person's voice messages are, or were."""
    yield from (settings.voicemail / name for name in person.voicemail_files)
    yield from (settings.asterisk_spool / "voicemail" / f"{ref}.wav" for ref in person.calls)


def _find(var: Path, needles: Sequence[bytes], database: Path | None) -> Iterator[Path]:
    """The files that hold a needle. Backups are compressed: they are listed by the command."""
    for file in _files(var):
        if database and file.name.startswith(database.name):
            continue
        with suppress(OSError):
            if sqlite.contains_any(file, needles):
                yield file


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink())


def _holds_entries(journal: Path) -> bool:
    with suppress(OSError), journal.open("rb") as reading:
        return reading.read(1) not in (b"", b"\0")
    return False


def needles_of(person: Person) -> list[bytes]:
    """What would identify the person in a file."""
    words = [*person.names, *map(fold, person.names)]
    words += [spelling for email in person.emails for spelling in (email, email.casefold())]
    return [*map(_digits, person.numbers), *(word.encode() for word in words)]


def _digits(number: str) -> bytes:
    return number.lstrip("+")[-NATIONAL_DIGITS:].encode()
