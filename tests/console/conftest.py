"""The console over a real base, without a network: Flask's own client sends what a browser would."""

from pathlib import Path

import pytest
from audio_services import audio_services_in
from console_client import ConsoleApp

from records.database.engine import Database


@pytest.fixture
def console(database: Database, tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(database, desk=audio_services_in(tmp_path))
