"""The nightly purge: rows and files that are older than the plan's retention."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from records.contacts.imports import imports
from records.contacts.imports.files import list_files
from records.database.engine import Database
from records.retention import erasure_queue
from records.retention import purge as rows
from records.retention.purge import PurgeReport
from routing.plan.model import Plan
from standardiste.settings import Settings

log = logging.getLogger("purge")

NIGHT = range(2, 6)
"""The hours, in the plan's time zone, in which hardly anybody calls."""
EVERY, AT_LATEST = timedelta(hours=18), timedelta(hours=30)
UNCOLLECTED = timedelta(days=7)
"""A recording that nothing refers to, and that has not changed for so long, will never be collected."""


def is_purge_due(database: Database, plan: Plan, now: datetime) -> bool:
    """Whether tonight's purge has still to be done; one that was missed is made up for at any hour.

    The very first one waits for a night: until then `retention` can be set.
    """
    last, is_night = rows.last_purge(database), now.astimezone(plan.timezone).hour in NIGHT
    if last is None:
        return is_night
    return now - last > AT_LATEST or (is_night and now - last > EVERY)


def purge(settings: Settings, database: Database, plan: Plan, *, now: datetime, dry_run: bool = False) -> PurgeReport:
    """Purges rows and files, and writes down in the change log what it did. Raises RecordsError, OSError."""
    report = rows.purge(database, plan.retention, at=now, dry_run=dry_run)
    imports.purge_imports(database, at=now, dry_run=dry_run)
    old = [*_old_files(settings, database, plan, now), *_unread_imports(settings, database)]
    report.files = len(old)
    if dry_run:
        return report
    erasure_queue.purge_erasures(database, at=now)
    words = (settings.satisfaction / name for name in report.words_files)
    for file in (*(settings.voicemail / name for name in report.voicemail_files), *words, *old):
        file.unlink(missing_ok=True)
    rows.record_purge(database, report, at=now)
    log.info(
        "purged: %s", ", ".join(f"{name} {count}" for name, count in report.counts().items() if count) or "nothing"
    )
    return report


def purge_if_due(settings: Settings, database: Database, plan: Plan) -> None:
    """Purges once a night. Raises RecordsError, OSError."""
    now = datetime.now(UTC)
    if is_purge_due(database, plan, now):
        purge(settings, database, plan, now=now)


def _old_files(settings: Settings, database: Database, plan: Plan, now: datetime) -> Iterator[Path]:
    """Files that no row names: recordings that were never collected, and what the database has refused."""
    reception, voicemail = (plan.retention.kept_since(purpose, now) for purpose in ("reception", "voicemail"))
    yield from _older_than(now - UNCOLLECTED, settings.asterisk_spool.glob("*.wav"))  # of checks
    yield from _older_than(voicemail, (settings.asterisk_spool / "voicemail").glob("*.wav"))
    satisfaction = plan.retention.kept_since("satisfaction", now)
    yield from _older_than(satisfaction, (settings.asterisk_spool / "satisfaction").glob("*.wav"))
    for folder, known in (
        (settings.voicemail, rows.list_voicemail_files(database)),
        (settings.satisfaction, rows.list_words_files(database)),
    ):
        yield from _older_than(now - UNCOLLECTED, (file for file in folder.glob("*.wav") if file.name not in known))
    yield from _older_than(reception, settings.write_behind_spool.glob("refused.jsonl"))


def _unread_imports(settings: Settings, database: Database) -> list[Path]:
    """Files of contacts whose rows are stored, or whose import is gone."""
    waiting = imports.list_unread(database)
    return [file for import_id, file in list_files(settings.imports).items() if import_id not in waiting]


def _older_than(moment: datetime, files: Iterator[Path]) -> Iterator[Path]:
    return (file for file in files if file.stat().st_mtime < moment.timestamp())
