"""Files of contacts that are imported in tests, and work on them that dies."""

import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fork_server import ForkedProcess
from sqlalchemy import func, select

from records.actor import command_line_actor
from records.contacts.imports import files, imports
from records.contacts.imports.imports import ImportState
from records.contacts.imports.rows import ReportLine, read_report
from records.database.engine import Database
from standardiste.contact_imports import ContactImporter

ANNE = command_line_actor("anne")


class Imported:
    """A file and what became of it."""

    def __init__(self, database: Database, folder: Path, noon: datetime) -> None:
        self.database, self.folder, self.noon = database, folder, noon

    def add(self, text: str) -> int:
        number = files.store_upload(
            self.database, ANNE, self.folder, files.UploadedFile(text.encode(), "a.csv", "FR"), at=self.noon
        )
        job = imports.get_import(self.database, number)
        imports.check_import(self.database, ANNE, number, job.columns, at=self.noon)
        return number

    def work(self, number: int) -> None:
        importer = ContactImporter(self.database, self.folder, lambda: self.noon)
        assert importer.work(imports.get_import(self.database, number))

    def check(self, text: str) -> int:
        number = self.add(text)
        self.work(number)
        return number

    def run(self, text: str) -> list[ReportLine]:
        number = self.check(text)
        imports.start_import(self.database, ANNE, number, at=self.noon)
        self.work(number)
        assert imports.get_import(self.database, number).state is ImportState.DONE
        return [*read_report(self.database, number)]

    def outcomes(self, text: str) -> list[str]:
        return [line.outcome.value for line in self.run(text)]


def table(*rows: str) -> str:
    return "\n".join(["Nom;Tél;Courriel;Société", *rows, ""])


def count(database: Database, *tables: type) -> list[int]:
    with database.read() as connection:
        return [connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables]


_WORKER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from records.contacts.imports import imports
from records.database import engine
from standardiste.contact_imports import ContactImporter
import standardiste.contact_imports as module

url, folder, number, steps = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
module.READ_AT_ONCE = 5
module.LEASE_DURATION *= 0
module._MOST = 3
database = engine.open_database(url, number_key=b"")
count = 0

def dying(connection):
    global count
    count += 1
    if count == steps:
        os.kill(os.getpid(), signal.SIGKILL)

from sqlalchemy import event
event.listen(database._engine, "before_cursor_execute", lambda connection, *_: dying(connection))
ContactImporter(database, folder, lambda: datetime.now(UTC)).work(imports.get_import(database, number))
"""


def work_killed_after(
    run: Callable[..., ForkedProcess], imported: Imported, url: str, number: int, statements: int
) -> None:
    """Another process works on the import, and dies by SIGKILL before this statement of it."""
    process = run(_WORKER, url, imported.folder, number, statements)
    assert process.wait(60) in (0, -signal.SIGKILL)
