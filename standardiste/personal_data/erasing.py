"""Erasing a person: rows, recordings, and what log and spool files hold of their numbers."""

import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from ami.cel.log import file_identity, identify_first_event
from ami.cel.reader import CURSOR_PREFIX
from records import leases
from records.calls import cel_cursor
from records.contacts.imports import files as import_files
from records.database import sqlite
from records.errors import NotFound
from records.retention import erasure_ledger, erasure_queue
from records.retention.erasure import Person, PersonIsConnected
from records.retention.erasure_queue import LEASE, ErasureJob, ErasureProblem, ErasureStep
from records.secret_box import SecretUnreadable
from routing.numbers import NATIONAL_DIGITS
from routing.person_names import fold
from standardiste.installation import Installation
from standardiste.settings import Settings

LEASE_DURATION = timedelta(minutes=1)
"""A step that lasts longer may be done twice at once, which changes nothing."""
log = logging.getLogger("erasing")


class PersonEraser:
    """Does the steps of erasures, one erasure at a time; what is done stands in the row of the erasure.

    No other thread of the process may use the database meanwhile: reading its file drops SQLite's locks of the process.
    """

    def __init__(self, installation: Installation, now: Callable[[], datetime]) -> None:
        self._installation, self._now = installation, now
        self._holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._steps: Mapping[ErasureStep, Callable[[Person], None]] = {
            ErasureStep.RECORDINGS: self._delete_recordings,
            ErasureStep.EVENT_LOG: self._blank_out_event_log,
            ErasureStep.LOGS: self._blank_out_logs,
        }

    def work(self, job: ErasureJob) -> ErasureJob | None:
        """Goes on until the erasure is done, or something stands in its way (`problem`); gives what it is then.

        None while another process works, and when the person is gone already. Raises RecordsError.
        """
        database = self._installation.database
        if not self._renew_lease():
            return None
        try:
            # Read under the lease: the process that had it may have gone on since.
            job = erasure_queue.get_erasure(database, job.id)
            if problem := self._do_steps(job):
                erasure_queue.note_problem(database, job, problem, at=self._now())
            return erasure_queue.get_erasure(database, job.id)
        except NotFound:
            erasure_queue.forget_job(database, job)
            return None
        finally:
            leases.release(database, LEASE, self._holder)

    def _do_steps(self, job: ErasureJob) -> ErasureProblem | None:
        """What stands in the way of the next step, if anything does."""
        database = self._installation.database
        if job.done_at:
            return None
        if job.step is ErasureStep.ASKED and (problem := self._erase_rows(job)):
            return problem
        try:
            person = erasure_queue.open_person(database, job)
            for step, do in self._steps.items():
                if [*ErasureStep].index(step) > [*ErasureStep].index(job.step):
                    do(person)
                    erasure_queue.note_step(database, job, step, at=self._now())
                    self._renew_lease()
            left, clean = self._find_left(person), self._scrub_database(person)
            erasure_queue.finish(database, job, person, left, clean, self._now())
        except SecretUnreadable:
            return ErasureProblem.KEY
        except (OSError, sqlite3.Error) as error:  # without its text, which may name a file of the person
            log.error("an erasure cannot go on: %s", type(error).__name__)
            return ErasureProblem.FILES
        return None

    def _erase_rows(self, job: ErasureJob) -> ErasureProblem | None:
        settings, database, at = self._installation.settings, self._installation.database, self._now()
        if any(_holds_entries(file) for file in settings.write_behind_spool.glob("*.journal")):
            return ErasureProblem.SPOOL
        try:
            erasure_queue.erase_rows(database, job, settings.backups / erasure_ledger.FILE_NAME, at=at)
        except PersonIsConnected:
            return ErasureProblem.CONNECTED
        return None

    def _delete_recordings(self, person: Person) -> None:
        settings = self._installation.settings
        for file in (*recordings_of(settings, person), *import_files.list_files(settings.imports).values()):
            file.unlink(missing_ok=True)

    def _blank_out_event_log(self, person: Person) -> None:
        for log_file in _channel_event_logs(self._installation.settings.asterisk_spool):
            with suppress(OSError):
                _blank_out_log(self._installation, log_file, number_pattern(person.numbers))

    def _blank_out_logs(self, person: Person) -> None:
        settings, pattern = self._installation.settings, number_pattern(person.numbers)
        for file in (*_files(settings.log), *_files(settings.write_behind_spool)):
            with suppress(OSError):
                blank_out(file, pattern)

    def _scrub_database(self, person: Person) -> bool:
        """Writes the file of the database anew if it still holds something of the person; whether it is clean then."""
        file = self._installation.settings.sqlite_file
        if file is None:
            return True
        self._installation.close()
        return sqlite.scrub(file, needles_of(person))

    def _find_left(self, person: Person) -> list[str]:
        settings = self._installation.settings
        found = _find(settings.var, needles_of(person), settings.sqlite_file)
        return [str(file.relative_to(settings.var)) for file in found]

    def _renew_lease(self) -> bool:
        return leases.acquire(self._installation.database, LEASE, self._holder, at=self._now(), duration=LEASE_DURATION)


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
    yield from (settings.satisfaction / name for name in person.words_files)
    for folder in ("voicemail", "satisfaction"):
        yield from (settings.asterisk_spool / folder / f"{ref}.wav" for ref in person.calls)


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
