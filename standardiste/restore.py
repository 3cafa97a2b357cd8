"""Puts a backup back, onto an installation on which nothing is yet."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from agi.journal import REFUSED, Journal
from records import copying, migrate, restored
from records.base import open_base
from standardiste import archive, rundir
from standardiste.archive import Manifest
from standardiste.backup import JOURNAL, SETTINGS, places, software_version
from standardiste.settings import Settings

RESTORED_SETTINGS = "restored-settings.toml"


class CannotRestore(Exception):
    """This backup is not put back here; str() says why and what to do. Nothing has changed."""


def check(settings: Settings, file: Path) -> Manifest:
    """What the backup holds, every byte of it verified. Raises CannotRestore, ArchiveError, OSError."""
    manifest = archive.verify(file)
    ours = software_version()
    if _major(manifest.version) != _major(ours):
        raise CannotRestore(
            f"{file} was made by version {manifest.version}, and this is {ours}; restore it with a version "
            f"{_major(manifest.version)}.x, then upgrade."
        )
    kind = copying.kind(settings.base_url)
    if manifest.base != kind or copying.FILES[kind] not in manifest.files:
        raise CannotRestore(
            f"{file} holds a base of the kind {manifest.base}, and the setting database_url names one of the kind "
            f"{kind}; restore onto the same kind."
        )
    if not copying.is_empty(settings.base_url):
        raise CannotRestore(
            f"There is a base here already ({settings.var}), or the -wal file of one; a backup is restored onto an "
            "empty installation only: name another folder with the setting `var`, or move this one away, as a whole."
        )
    return manifest


def restore(settings: Settings, file: Path, at: datetime) -> Manifest:
    """As `check`, then puts everything in its place, the base last: until then the installation counts as empty.

    The base is brought to our schema and gets what a journal had kept for it; calls that were under way are ended,
    callbacks that were to be rung wait for a person.
    """
    manifest = check(settings, file)
    rundir.make_folders(settings)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.var) as scratch:
        staged = Path(scratch)
        archive.extract(file, staged)
        for name, place in places(settings).items():
            if (staged / name).exists():
                shutil.rmtree(place, ignore_errors=True)
                os.replace(staged / name, place)
        if (staged / SETTINGS).exists():
            os.replace(staged / SETTINGS, settings.var / RESTORED_SETTINGS)
        _put_base(settings, staged, manifest, at)
        if (refused := staged / JOURNAL / REFUSED).exists():  # for a person to look at, here as there
            settings.journal.mkdir(mode=0o700, exist_ok=True)
            os.replace(refused, settings.journal / REFUSED)
    return manifest


def _put_base(settings: Settings, staged: Path, manifest: Manifest, at: datetime) -> None:
    """A file is finished before it takes its place. A base on a server has its place from the beginning: should a
    later step fail there, empty it and restore again."""
    copied = staged / copying.FILES[manifest.base]
    if manifest.base == "sqlite":
        _finish(f"sqlite:///{copied}", staged, manifest, at)
        copying.put_back(copied, settings.base_url)
    else:
        copying.put_back(copied, settings.base_url)
        _finish(settings.base_url, staged, manifest, at)


def _finish(url: str, staged: Path, manifest: Manifest, at: datetime) -> None:
    migrate.upgrade(url)
    base, journal = open_base(url), Journal(staged / JOURNAL)
    try:
        journal.replay(base)  # before the callbacks are settled: one may be among its entries
        restored.settle(base, manifest.made_at, at)
    finally:
        journal.close()
        base.close()


def _major(version: str) -> str:
    return version.partition(".")[0]
