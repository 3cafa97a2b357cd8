"""Backups: everything that cannot be made again, in one file, while calls go on.

The journal is copied first (agi/journal.py), then the base: what was promised before is in the one or, once it has been
replayed, in the other; the base knows how much of a journal it has, so that what is in both counts once. The files come
last: whatever a row of the copy names was on the disk when the row was written, and is found where it lies now.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path

from records import copying, migrate, plans
from standardiste import archive, settings_copy
from standardiste.archive import FORMAT, Manifest
from standardiste.installation import Installation
from standardiste.settings import Settings

SETTINGS = "settings.toml"
PLAN = "plan.yaml"
JOURNAL = "journal"
_STEM = "standardiste-"
_SUFFIX = ".tar.gz"


def make(house: Installation, file: Path, *, with_secrets: bool, at: datetime) -> Manifest:
    """Writes the backup to `file` (mode 600), reads it again to be sure, and says what is in it.

    Raises RecordsError when the base cannot be copied, ArchiveError when what was written cannot be read, OSError.
    """
    about = Manifest(
        format=FORMAT,
        version=software_version(),
        base=copying.kind(house.settings.base_url),
        schema_revision=migrate.applied(house.base),
        made_at=at,
    )
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=house.settings.var) as scratch:
        archive.write(file, _members(house, Path(scratch), with_secrets), about)
    return archive.verify(file)


def make_next(house: Installation, *, with_secrets: bool, at: datetime) -> tuple[Path, Manifest]:
    """As `make`, into the folder of backups, of which the oldest are then removed."""
    folder = house.settings.backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{_STEM}{at:%Y%m%dT%H%M%SZ}{_SUFFIX}"
    made = make(house, file, with_secrets=with_secrets, at=at)
    for old in kept(folder)[house.settings.backups_kept :]:
        old.unlink()
    return file, made


def kept(folder: Path) -> list[Path]:
    """The backups that `make_next` has written there, newest first."""
    return sorted(folder.glob(f"{_STEM}*{_SUFFIX}"), reverse=True)


def places(settings: Settings) -> dict[str, Path]:
    """What is kept besides base and journal: the name of each folder in the archive, and where it lies."""
    return {
        "sounds": settings.sounds,
        "music": settings.music,
        "recorded": settings.spool / "voicemail",  # on its way to the next one, which is looked at later
        "voicemail": settings.voicemail,
        "drafts": settings.drafts,
    }


def software_version() -> str:
    """Ours, such as "0.1.0"; a backup is restored by the same major version."""
    return installed_version("standardiste")


def _members(house: Installation, scratch: Path, with_secrets: bool) -> Iterator[tuple[str, Path]]:
    yield from _files(JOURNAL, house.settings.journal)
    base = copying.copy(house.base, scratch)
    yield base.name, base
    yield SETTINGS, _written(scratch / SETTINGS, settings_copy.text(house.settings, with_secrets=with_secrets))
    if plan := plans.current(house.base):
        yield PLAN, _written(scratch / PLAN, plan.text)
    for name, folder in places(house.settings).items():
        yield from _files(name, folder)


def _files(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)  # being made at this moment
        if path.is_file() and not path.is_symlink() and not hidden:
            yield f"{name}/{relative}", path


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
