"""What a restored backup must not undo: the numbers that were given since, and who must not be called or asked.

They stand in a file beside the backups, which is written anew soon after they have changed. Telephone numbers are
keyed hashes there: whoever has the file alone learns none of them.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update

from records.callbacks.do_not_call import add_do_not_call_in, keep_hash_in
from records.database.engine import Database, hash_number
from records.restore.lasting_numbers import lasting_tables, raise_highest, read_highest
from records.restore.survey_refusals import read_refusals, replace_refusals, state_of_refusals
from records.schema import DoNotCall, ErasedDoNotCall, Line

FILE_NAME = "restore-marks.json"
RESTORER = "standardiste"
BLOCK = 10_000
"""The file has numbers beyond those that were given, so that it is not written for every card."""
SMALL_BLOCK = 10
"""For what people make now and then, and count: after a restore version 7 of the plan is followed by 21."""
_OFTEN = frozenset({"contact", "contact_import", "contact_merge", "request", "centre_day_change"})
_AT_ONCE = timedelta(minutes=1)
"""A wish that was written down just before the file may be missing in it; it is never taken for withdrawn."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A number that must not be called: since when, and how its holder asked for it."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class RestoreMarks:
    """The state at `at`: behind which number each table goes on; by keyed hashes, who must not be called or asked.

    `refusals`: when they refused to be asked about their satisfaction; None in a file of a version before surveys.
    """

    at: datetime
    numbers: Mapping[str, int] = field(default_factory=dict)
    do_not_call: Mapping[str, Wish] = field(default_factory=dict)
    refusals: Mapping[str, datetime] | None = None


class MarksKeeper:
    """Keeps the file in step with the database."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written: tuple[object, ...] | None = None

    def keep(self, database: Database, *, at: datetime) -> bool:
        """Writes the file if something has changed; whether it did. Raises RecordsError, OSError."""
        with database.read() as connection:
            numbers = {name: _beyond(name, number) for name, number in read_highest(connection).items()}
            state = (tuple(numbers.items()), *_state_of_list(connection), *state_of_refusals(connection))
            if state == self._written and self._file.exists():
                return False
            marks = RestoreMarks(at, numbers, _read_list(connection), read_refusals(connection))
        _write(self._file, marks)
        self._written = state
        return True


def read_marks(files: Iterable[Path]) -> RestoreMarks | None:
    """The newest of these files, with the highest numbers of all; None when there is none that can be read."""
    found = [marks for file in files if (marks := _read(file))]
    if not found:
        return None
    numbers = {name: max(each.numbers.get(name, 0) for each in found) for name in lasting_tables()}
    newest = max(found, key=lambda each: each.at)
    return replace(newest, numbers=numbers)


def apply_marks(database: Database, marks: RestoreMarks, *, copied_at: datetime) -> None:
    """Lets no number be given again, in a copy of the database that was made at `copied_at`.

    If the marks are newer than the copy, its do-not-call list and its refusals become theirs.
    """
    with database.write() as connection:
        raise_highest(connection, marks.numbers)
        if marks.at >= copied_at:
            _withdraw_others(connection, marks)
            _add_missing(connection, marks)
            if marks.refusals is not None:
                replace_refusals(connection, marks.refusals, before=marks.at - _AT_ONCE)


def write_marks(file: Path, marks: RestoreMarks) -> None:
    """Puts the marks into this file, unless it has newer ones. Raises OSError."""
    known = _read(file)
    if known is None or known.at < marks.at:
        _write(file, marks)


def _beyond(name: str, number: int) -> int:
    block = BLOCK if name in _OFTEN else SMALL_BLOCK
    return (number // block + 2) * block


def _state_of_list(connection: Connection) -> tuple[object, ...]:
    """Differs whenever the do-not-call list does; one row of each table, whatever their size."""
    listed = select(func.count(), func.max(DoNotCall.id), func.count(DoNotCall.withdrawn_at)).select_from(DoNotCall)
    erased = select(func.count(), func.max(ErasedDoNotCall.at)).select_from(ErasedDoNotCall)
    return (*connection.execute(listed).one(), *connection.execute(erased).one())


def _read_list(connection: Connection) -> dict[str, Wish]:
    erased = connection.execute(select(ErasedDoNotCall.hash, ErasedDoNotCall.at, ErasedDoNotCall.source))
    wishes = {row.hash: Wish(row.at, row.source) for row in erased}
    listed = select(Line.e164, DoNotCall.at, DoNotCall.source).join(Line).where(DoNotCall.withdrawn_at.is_(None))
    return wishes | {hash_number(connection, row.e164): Wish(row.at, row.source) for row in connection.execute(listed)}


def _withdraw_others(connection: Connection, marks: RestoreMarks) -> None:
    before = marks.at - _AT_ONCE
    listed = select(DoNotCall.id, Line.e164).join(Line).where(DoNotCall.withdrawn_at.is_(None), DoNotCall.at < before)
    for row in connection.execute(listed).all():
        if hash_number(connection, row.e164) not in marks.do_not_call:
            withdrawn = {"withdrawn_at": marks.at, "withdrawn_by": RESTORER}
            connection.execute(update(DoNotCall).where(DoNotCall.id == row.id).values(withdrawn))
    for hashed in connection.scalars(select(ErasedDoNotCall.hash).where(ErasedDoNotCall.at < before)).all():
        if hashed not in marks.do_not_call:
            connection.execute(delete(ErasedDoNotCall).where(ErasedDoNotCall.hash == hashed))


def _add_missing(connection: Connection, marks: RestoreMarks) -> None:
    """A number that the copy knows is listed with its line, any other by its hash alone."""
    listed = _read_list(connection)
    missing = {hashed: wish for hashed, wish in marks.do_not_call.items() if hashed not in listed}
    if not missing:
        return
    lines = connection.execute(select(Line.id, Line.e164)).yield_per(1000)
    hashes = ((row.id, hash_number(connection, row.e164)) for row in lines)  # about two seconds for a million
    for line_id, hashed in [(line_id, hashed) for line_id, hashed in hashes if hashed in missing]:
        wish = missing.pop(hashed)
        add_do_not_call_in(connection, line_id, source=wish.source, by=RESTORER, at=wish.at)
    for hashed, wish in missing.items():
        keep_hash_in(connection, hashed, source=wish.source, at=wish.at)


def _read(file: Path) -> RestoreMarks | None:
    try:
        said = json.loads(file.read_bytes())
        listed = {hashed: Wish(datetime.fromisoformat(at), source) for hashed, (at, source) in said["list"].items()}
        numbers = {name: int(number) for name, number in said["numbers"].items() if name in lasting_tables()}
        refusals = said.get("refusals")
        refused = refusals and {hashed: datetime.fromisoformat(at) for hashed, at in refusals.items()}
        return RestoreMarks(datetime.fromisoformat(said["at"]), numbers, listed, refused)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(file: Path, marks: RestoreMarks) -> None:
    """Whole or not at all, and on the disk when this returns."""
    listed = {hashed: (wish.at.isoformat(), wish.source) for hashed, wish in sorted(marks.do_not_call.items())}
    said: dict[str, object] = {"at": marks.at.isoformat(), "numbers": dict(marks.numbers), "list": listed}
    if marks.refusals is not None:
        said["refusals"] = {hashed: at.isoformat() for hashed, at in sorted(marks.refusals.items())}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f".{file.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
        writing.write(json.dumps(said).encode())
        writing.flush()
        os.fsync(writing.fileno())
    os.replace(new, file)
