"""The checks that read the whole database: made once a night, and looked up by each `doctor` in between.

At 1.3 GB they take minutes, while a monitor may ask `doctor --json` every minute.
"""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from records.check_result import CheckResult
from records.checks import full_checks
from records.database.engine import Database
from records.errors import RecordsError
from standardiste.stored_checks import StoredChecks, load_checks, save_checks
from translations.message import translatable

NIGHTLY_AFTER = timedelta(hours=20)
VALID_FOR = timedelta(hours=36)

log = logging.getLogger("webhooks")


class FullCheck:
    """The last full check of a database, kept in `file`. A check of another file (after a restore) does not count."""

    def __init__(self, database: Database, file: Path) -> None:
        self._database, self._file = database, file

    def results(self, now: datetime, *, renew: bool = False) -> Iterator[CheckResult]:
        """Its results, and when it was made. It is made now when there is none of the last 36 hours, or to `renew`."""
        stored = None if renew else self._load()
        if stored is None or now - stored.at > VALID_FOR:
            stored = self._run(now)
        yield from stored.results
        moment = f"{stored.at:%Y-%m-%d %H:%M} UTC"
        yield CheckResult(
            "database: full check",
            True,
            translatable("The whole database was last read on %(moment)s.", moment=moment),
        )

    def start_if_due(self, now: datetime) -> None:
        """Starts the check in a thread unless one was made in the last 20 hours; call it at night, once an hour."""
        stored = self._load()
        if stored is None or now - stored.at > NIGHTLY_AFTER:
            threading.Thread(target=self._run_and_log, args=(now,), name="full-check", daemon=True).start()

    def _run_and_log(self, now: datetime) -> None:
        try:
            for result in self._run(now).results:
                if not result.ok:
                    log.error("%s: %s", result.name, result.message)
        except (RecordsError, OSError) as error:
            log.error("the database could not be checked: %s", error)

    def _run(self, now: datetime) -> StoredChecks:
        made = StoredChecks(now, tuple(full_checks(self._database)), self._identity())
        try:
            save_checks(self._file, made)
        except OSError as error:  # another user's doctor: the results are shown all the same
            log.warning("the result of the full check cannot be kept: %s", error)
        return made

    def _load(self) -> StoredChecks | None:
        stored = load_checks(self._file)
        return stored if stored and stored.of == self._identity() else None

    def _identity(self) -> str:
        file = self._database.file
        return str(file.stat().st_ino) if file and file.exists() else self._database.url.render_as_string()
