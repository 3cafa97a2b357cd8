"""`serve-live` on a database, beside the settings of a console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_process import ConsoleProcess
from live_process import LiveProcess, running_live

from records.database.engine import Database


@pytest.fixture
def console(database: Database, database_url: str, tmp_path: Path) -> Iterator[ConsoleProcess]:
    """The console, which is not started."""
    opened = ConsoleProcess(database, database_url, tmp_path, parts="console,live")
    yield opened
    opened.close()


@pytest.fixture
def live(console: ConsoleProcess) -> Iterator[LiveProcess]:
    with running_live(console) as running:
        yield running
