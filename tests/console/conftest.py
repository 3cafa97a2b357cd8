"""The console on a real database, requested with Flask's test client."""

from pathlib import Path

import compiled_templates
import databases as of_tests
import pytest
from audio_services import audio_services_in
from console_client import ConsoleApp

from records.database.engine import Database


@pytest.fixture(scope="session", autouse=True)
def share_templates() -> None:
    compiled_templates.share(of_tests.shared_folder / "templates")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(database, audio_services=audio_services_in(tmp_path))
