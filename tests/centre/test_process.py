"""`serve-centre` opens its port when the first account is made, and asks for a second factor unless it is local."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import ports
import pytest
from centre_people import add_person
from console_process import ConsoleProcess
from fork_server import ForkedProcess
from reception import wait_for

from records.database.engine import Database
from standardiste.parts.centre import create_app_context
from standardiste.parts.heartbeat import read_heartbeats
from standardiste.parts.web_server import is_healthy


@pytest.fixture
def house(database: Database, database_url: str, tmp_path: Path) -> ConsoleProcess:
    """The settings and the plan of an installation; its console does not run."""
    return ConsoleProcess(database, database_url, tmp_path, centre_port=ports.free())


def test_the_port_opens_when_somebody_has_an_account(house: ConsoleProcess) -> None:
    settings = house.settings
    with house.log.open("ab") as log:
        process = ForkedProcess(["serve-centre"], house.environment, stderr=log)
    try:
        wait_for(lambda: "centre" in {beat.part for beat in read_heartbeats(settings.heartbeats)}, "a heartbeat", 30)
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", settings.centre_port)) != 0
        add_person(house.database, datetime.now(UTC))
        wait_for(lambda: is_healthy(settings.centre_local_url), "the pages to answer", 30)
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ({}, False),
        ({"centre_url": "https://centre.example.org"}, True),
        ({"trusted_proxies": 1}, True),
        ({"centre_address": "0.0.0.0"}, True),
    ],
)
def test_a_second_factor_is_left_out_only_where_nobody_else_comes(
    database: Database, database_url: str, tmp_path: Path, more: dict[str, object], asks: bool
) -> None:
    house = ConsoleProcess(database, database_url, tmp_path, **more)
    context = create_app_context(house.installation)
    assert context.needs_second_factor is asks
    assert context.secret_key != house.settings.console_secret_file.read_bytes()
    house.close()
