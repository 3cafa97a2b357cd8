"""Restores a backup onto an empty installation."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agi.spool import REJECTED_FILE, Spool
from records.database import dump, migrate, sqlite
from records.database.engine import open_database
from records.restore import marks_file, reconciliation
from records.restore.marks_file import RestoreMarks
from records.retention.erasure import Person
from records.retention.erasure_ledger import FILE_NAME, LedgerEntry, carry_over, erase_again, read_entries
from standardiste.backup import archive
from standardiste.backup.archive import Manifest
from standardiste.backup.backups import NUMBER_KEY, SETTINGS, SPOOL, TRUNK_KEYS, archived_folders, software_version
from standardiste.installation_folders import create_folders
from standardiste.personal_data.erasing import blank_out, needles_of, number_pattern, recordings_of
from standardiste.settings import Settings

RESTORED_SETTINGS = "restored-settings.toml"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and how many people were erased again.

    `has_ledger`: whether erasures are known at all; `has_marks`: whether what a restore must not undo is.
    """

    manifest: Manifest
    erased_again: int
    has_ledger: bool
    has_marks: bool


@dataclass(frozen=True, slots=True)
class _Since:
    """What is known of the time after the backup was made."""

    made_at: datetime
    entries: Sequence[LedgerEntry]
    marks: RestoreMarks | None

    def erasures(self) -> list[LedgerEntry]:
        """The erasures; whether the person must not be called is in the marks already, if they are newer."""
        known_at = self.marks.at if self.marks else self.made_at
        return [replace(entry, do_not_call=frozenset()) if entry.at < known_at else entry for entry in self.entries]


class RestoreError(Exception):
    """The backup cannot be restored here; the text says why and what to do. Nothing has changed."""


def check_restorable(settings: Settings, file: Path) -> Manifest:
    """The manifest of the backup, of which every byte is verified. Raises RestoreError, ArchiveError, OSError."""
    manifest = archive.verify_archive(file)
    ours = software_version()
    if _major(manifest.version) != _major(ours):
        raise RestoreError(
            f"{file} was made by version {manifest.version}, and this is {ours}; restore it with a version "
            f"{_major(manifest.version)}.x, then upgrade."
        )
    if not migrate.is_known_revision(manifest.schema_revision):
        raise RestoreError(
            f"{file} was made by a later version of the software: its schema {manifest.schema_revision} is unknown to "
            f"{ours}. Restore it with that version ({manifest.version}) or a later one."
        )
    kind = dump.backend(settings.sqlalchemy_url)
    if manifest.database != kind or dump.FILE_NAMES[kind] not in manifest.files:
        raise RestoreError(
            f"{file} holds a database of the kind {manifest.database}, and the setting database_url names "
            f"one of the kind {kind}; restore onto the same kind."
        )
    if not dump.is_empty(settings.sqlalchemy_url):
        raise RestoreError(
            f"There is a database here already ({settings.var}), or the -wal file of one; a backup is restored onto an "
            "empty installation only: name another folder with the setting `var`, or move this one away, as a whole."
        )
    return manifest


def restore_backup(settings: Settings, file: Path, at: datetime) -> Restored:
    """Like `check_restorable`, then puts everything in place, the database last: until then the installation is empty.

    The database is migrated to our schema, and the entries of the spool are replayed. Calls in progress are ended;
    callbacks that were waiting are to be checked by a person. Two files beside the backup, or in the folder of backups,
    say what happened after it was made: people who were erased are erased again (records/retention/erasure_ledger.py),
    no number is given again, and nobody is called or asked who has refused it since (records/restore/marks_file.py).
    """
    manifest = check_restorable(settings, file)
    folders = {file.absolute().parent, settings.backups}
    ledgers = {folder / FILE_NAME for folder in folders}
    marks = marks_file.read_marks(sorted(folder / marks_file.FILE_NAME for folder in folders))
    known = [entry for ledger in sorted(ledgers) for entry in read_entries(ledger)]
    since = _Since(manifest.made_at, [entry for entry in known if entry.at >= manifest.made_at], marks)
    create_folders(settings)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.var) as scratch:
        staged = Path(scratch)
        archive.extract_archive(file, staged)
        for name, place in archived_folders(settings).items():
            if (staged / name).exists():
                shutil.rmtree(place, ignore_errors=True)
                os.replace(staged / name, place)
        if (staged / NUMBER_KEY).exists():
            os.replace(staged / NUMBER_KEY, settings.number_key_file)
        if (staged / TRUNK_KEYS).exists() and not settings.trunk_key_file.exists():
            os.replace(staged / TRUNK_KEYS, settings.trunk_key_file)
        if (staged / SETTINGS).exists():
            os.replace(staged / SETTINGS, settings.var / RESTORED_SETTINGS)
        erased = _restore_database(settings, staged, manifest, since, at)
        if (refused := staged / SPOOL / REJECTED_FILE).exists():  # for a person to read, as on the old machine
            settings.write_behind_spool.mkdir(mode=0o700, exist_ok=True)
            os.replace(refused, settings.write_behind_spool / REJECTED_FILE)
    carry_over(settings.backups / FILE_NAME, known)
    if marks:
        marks_file.write_marks(settings.backups / marks_file.FILE_NAME, marks)
    return Restored(manifest, erased, any(ledger.exists() for ledger in ledgers), marks is not None)


def _restore_database(settings: Settings, staged: Path, manifest: Manifest, since: _Since, at: datetime) -> int:
    """Restores the database, then migrates it and replays the spool.

    A SQLite file is complete before it takes its place. A server's database is written in place: if a later step fails,
    it has to be emptied and restored again. Gives how many people were erased.
    """
    copied = staged / dump.FILE_NAMES[manifest.database]
    if manifest.database == "sqlite":
        erased = _upgrade_and_replay(settings, f"sqlite:///{copied}", staged, manifest, since, at)
        sqlite.scrub(copied, [needle for person in erased for needle in needles_of(person)])
        dump.restore(copied, settings.sqlalchemy_url)
    else:
        dump.restore(copied, settings.sqlalchemy_url)
        erased = _upgrade_and_replay(settings, settings.sqlalchemy_url, staged, manifest, since, at)
    return len(erased)


def _upgrade_and_replay(
    settings: Settings, url: str, staged: Path, manifest: Manifest, since: _Since, at: datetime
) -> tuple[Person, ...]:
    migrate.upgrade(url)
    key = settings.number_key_file.read_bytes() if settings.number_key_file.exists() else b""
    database, spool = open_database(url, number_key=key), Spool(staged / SPOOL)
    try:
        if since.marks:  # before anything makes a card
            marks_file.apply_marks(database, since.marks, copied_at=since.made_at)
        spool.replay(database)  # first, because its entries may hold callbacks that are reconciled next
        reconciliation.reconcile(database, manifest.made_at, at)
        erased = erase_again(database, since.erasures(), at=at)
    finally:
        spool.close()
        database.close()
    for person in erased:
        for recording in recordings_of(settings, person):
            recording.unlink(missing_ok=True)
        if (refused := staged / SPOOL / REJECTED_FILE).exists():
            blank_out(refused, number_pattern(person.numbers))
    return erased


def _major(version: str) -> str:
    return version.partition(".")[0]
