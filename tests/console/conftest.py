"""The console on a real database, requested with Flask's test client."""

from collections.abc import Iterator
from pathlib import Path

import compiled_templates
import databases as of_tests
import pytest
from audio_services import audio_services_in
from console_client import ConsoleApp
from smtp_server import SmtpServer, running_smtp_server

from records.database.engine import Database


@pytest.fixture(scope="session", autouse=True)
def share_templates() -> None:
    compiled_templates.share(of_tests.shared_folder / "templates")


@pytest.fixture
def console(database: Database, tmp_path: Path) -> ConsoleApp:
    return ConsoleApp(database, audio_services=audio_services_in(tmp_path))


@pytest.fixture(scope="module")
def running_smtp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with running_smtp_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


@pytest.fixture
def smtp(running_smtp: SmtpServer) -> SmtpServer:
    """A mail server that has received nothing yet and refuses nobody."""
    running_smtp.mails.clear()
    running_smtp.refusals.clear()
    return running_smtp
