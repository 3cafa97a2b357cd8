"""The time to look a caller up, by the number of known lines: `records.calls.calls.open_call`, in one process.

The database is filled with lines, each with its card and one call a year ago. Then calls of known and of unknown
callers are opened: from the call of the function to its return, commit included. Bare: SQLite alone looks the same line
up by its unique index.
"""

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.installations import PreparedInstallation, now
from bench.report import BARE, OURS, Row, Section, percentile
from bench.scale import Scale
from records.calls import calls
from records.database import migrate
from records.database.engine import Database, open_database

TITLE = "Caller look-up"
_TEXT = (
    "From the call of `records.calls.calls.open_call` to its return, commit included: line and card are found or "
    "created, "
    "the call is inserted and joins the history. Bare: SQLite alone finds the line. {count} callers each."
)
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) {insert}
"""
_INSERTS = (
    "INSERT INTO line (id, e164, created_at) SELECT i, '+336' || printf('%09d', i), :then FROM n",
    "INSERT INTO contact (id, created_at) SELECT i, :then FROM n",
    "INSERT INTO contact_line (contact_id, line_id, since) SELECT i, i, :then FROM n",
    "INSERT INTO interaction (contact_id, purpose, channel, at) SELECT i, 'reception', 'telephone', :then FROM n",
)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    rows: list[Row] = []
    for lines in scale.lines:
        say(f"{lines:,} lines")
        file = stage.folder / f"{lines}.sqlite3"
        _fill_database(file, lines)
        rows += _rows(file, lines, scale.look_ups)
        for made in stage.folder.glob(f"{lines}.sqlite3*"):
            made.unlink()
    return [Section(TITLE, _TEXT.format(count=scale.look_ups), tuple(rows))]


def _fill_database(file: Path, lines: int) -> None:
    migrate.upgrade(f"sqlite:///{file}")
    then = datetime.now(UTC) - timedelta(days=365)
    given = {"count": lines, "then": then.replace(tzinfo=None).isoformat(" ")}
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for insert in _INSERTS:
            connection.execute(_FILL.format(insert=insert), given)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(file: Path, lines: int, count: int) -> list[Row]:
    chance = random.Random(lines)
    known = [f"+336{number:09}" for number in chance.choices(range(1, lines + 1), k=count)]
    new = [f"+337{number:09}" for number in range(count)]
    database = open_database(f"sqlite:///{file}")
    found, made = ([_time_open_call(database, line) for line in callers] for callers in (known, new))
    database.close()
    with closing(sqlite3.connect(file)) as connection:
        bare = [_time_bare_lookup(connection, line) for line in known]
    among = f"{lines:,} lines ({file.stat().st_size / 1_000_000:,.0f} MB)"
    tails = {BARE: [percentile(bare, 99)], OURS: [percentile(found, 99)]}
    return [
        Row(f"known among {among}, median", "ms", {BARE: [median(bare)], OURS: [median(found)]}, compared=""),
        Row(f"known among {lines:,}, p99", "ms", tails, compared=""),
        Row(f"new among {lines:,}, median", "ms", {OURS: [median(made)]}, compared=""),
    ]


_references = iter(range(10**9))


def _time_open_call(database: Database, line: str) -> float:
    ref = f"1700000000.{next(_references)}"
    began = time.perf_counter()
    calls.open_call(
        database,
        ref,
        landing="+33199000000",
        public_number="+33199000000",
        caller=line,
        withheld=False,
        language="fr",
        plan_version=None,
        at=now(),
    )
    return 1000 * (time.perf_counter() - began)


def _time_bare_lookup(connection: sqlite3.Connection, line: str) -> float:
    began = time.perf_counter()
    connection.execute("SELECT id FROM line WHERE e164 = ?", (line,)).fetchone()
    return 1000 * (time.perf_counter() - began)
