"""Backups: everything that cannot be made again, in one file, written while calls go on.

The order of the copies matters. First the spool (agi/spool.py), then the database: an entry that is replayed meanwhile
is in both, and the database knows how much of a spool it holds, so that the entry counts once. The files come last:
whatever file a row names was on the disk when the row was written, and is copied from where it is now.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path

from records.database import dump, migrate
from records.plan import plan_versions
from records.restore.marks_file import FILE_NAME, MarksKeeper
from standardiste import settings_export
from standardiste.backup import archive
from standardiste.backup.archive import FORMAT, Manifest
from standardiste.installation import Installation
from standardiste.settings import Settings

SETTINGS = "settings.toml"
PLAN = "plan.yaml"
SPOOL = "journal"
NUMBER_KEY = "numbers.key"
TRUNK_KEYS = "trunks.key"
_STEM = "standardiste-"
_SUFFIX = ".tar.gz"


def create_backup(installation: Installation, file: Path, *, with_secrets: bool, at: datetime) -> Manifest:
    """Writes the backup to `file` (mode 600), reads it again to verify it, and returns its manifest.

    Raises RecordsError if the database cannot be copied, ArchiveError if the file cannot be read again, OSError.
    """
    about = Manifest(
        format=FORMAT,
        version=software_version(),
        database=dump.backend(installation.settings.sqlalchemy_url),
        schema_revision=migrate.current_revision(installation.database),
        made_at=at,
    )
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=installation.settings.var) as scratch:
        archive.write_archive(file, _members(installation, Path(scratch), with_secrets), about)
    return archive.verify_archive(file)


def create_rotated_backup(installation: Installation, *, with_secrets: bool, at: datetime) -> tuple[Path, Manifest]:
    """Like `create_backup`, into the folder of backups; then deletes the oldest beyond `backups_kept`."""
    folder = installation.settings.backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{_STEM}{at:%Y%m%dT%H%M%SZ}{_SUFFIX}"
    made = create_backup(installation, file, with_secrets=with_secrets, at=at)
    MarksKeeper(folder / FILE_NAME).keep(installation.database, at=at)
    for old in list_backups(folder)[installation.settings.backups_kept :]:
        old.unlink()
    return file, made


def list_backups(folder: Path) -> list[Path]:
    """The backups of `create_rotated_backup` in the folder, newest first."""
    return sorted(folder.glob(f"{_STEM}*{_SUFFIX}"), reverse=True)


def archived_folders(settings: Settings) -> dict[str, Path]:
    """The folders in a backup, besides database and spool: the name in the archive, and the path."""
    return {
        "sounds": settings.sounds,
        "music": settings.music_on_hold,
        "recorded": settings.asterisk_spool / "voicemail",  # on its way to the next folder, which is copied later
        "voicemail": settings.voicemail,
        "satisfaction-recorded": settings.asterisk_spool / "satisfaction",
        "satisfaction": settings.satisfaction,
        "drafts": settings.drafts,
    }


def software_version() -> str:
    """The version of this software, such as "0.1.0"; only the same major version restores a backup."""
    return installed_version("standardiste")


def _members(installation: Installation, scratch: Path, with_secrets: bool) -> Iterator[tuple[str, Path]]:
    yield from _files(SPOOL, installation.settings.write_behind_spool)
    database = dump.create(installation.database, scratch)
    yield database.name, database
    yield (
        SETTINGS,
        _write_text(scratch / SETTINGS, settings_export.render_toml(installation.settings, with_secrets=with_secrets)),
    )
    if installation.settings.number_key_file.exists():  # without it, hashed do-not-call entries hold for nobody
        yield NUMBER_KEY, installation.settings.number_key_file
    if with_secrets and installation.settings.trunk_key_file.exists():
        yield TRUNK_KEYS, installation.settings.trunk_key_file
    if plan := plan_versions.get_current_version(installation.database):
        yield PLAN, _write_text(scratch / PLAN, plan.text)
    for name, folder in archived_folders(installation.settings).items():
        yield from _files(name, folder)


def _files(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)  # a temporary file
        if path.is_file() and not path.is_symlink() and not hidden:
            yield f"{name}/{relative}", path


def _write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
