"""Restores a backup onto an empty installation."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from agi.spool import REJECTED_FILE, Spool
from records import after_restore
from records.database import dump, migrate
from records.database.engine import open_database
from standardiste.backup import archive
from standardiste.backup.archive import Manifest
from standardiste.backup.backups import NUMBER_KEY, SETTINGS, SPOOL, archived_folders, software_version
from standardiste.installation_folders import create_folders
from standardiste.settings import Settings

RESTORED_SETTINGS = "restored-settings.toml"


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


def restore_backup(settings: Settings, file: Path, at: datetime) -> Manifest:
    """Like `check_restorable`, then puts everything in place, the database last: until then the installation is empty.

    The database is migrated to our schema, and the entries of the spool are replayed. Calls in progress are ended;
    callbacks that were waiting are to be checked by a person.
    """
    manifest = check_restorable(settings, file)
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
        if (staged / SETTINGS).exists():
            os.replace(staged / SETTINGS, settings.var / RESTORED_SETTINGS)
        _restore_database(settings, staged, manifest, at)
        if (refused := staged / SPOOL / REJECTED_FILE).exists():  # for a person to read, as on the old machine
            settings.write_behind_spool.mkdir(mode=0o700, exist_ok=True)
            os.replace(refused, settings.write_behind_spool / REJECTED_FILE)
    return manifest


def _restore_database(settings: Settings, staged: Path, manifest: Manifest, at: datetime) -> None:
    """Restores the database, then migrates it and replays the spool.

    A SQLite file is complete before it takes its place. A server's database is written in place: if a later step fails,
    it has to be emptied and restored again.
    """
    copied = staged / dump.FILE_NAMES[manifest.database]
    if manifest.database == "sqlite":
        _upgrade_and_replay(f"sqlite:///{copied}", staged, manifest, at)
        dump.restore(copied, settings.sqlalchemy_url)
    else:
        dump.restore(copied, settings.sqlalchemy_url)
        _upgrade_and_replay(settings.sqlalchemy_url, staged, manifest, at)


def _upgrade_and_replay(url: str, staged: Path, manifest: Manifest, at: datetime) -> None:
    migrate.upgrade(url)
    database, spool = open_database(url), Spool(staged / SPOOL)
    try:
        spool.replay(database)  # first, because its entries may hold callbacks that are reconciled next
        after_restore.reconcile(database, manifest.made_at, at)
    finally:
        spool.close()
        database.close()


def _major(version: str) -> str:
    return version.partition(".")[0]
