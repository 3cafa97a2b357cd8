"""Fixtures for tests of the database, on SQLite and PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import databases as of_tests
import postgres
import pytest
from fork_server import ForkedProcess
from sqlalchemy import make_url

BOTH = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test on both engines where PostgreSQL is installed, or on the one of `@pytest.mark.engine("sqlite")`."""
    if "engine" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("engine")
    engines = only.args[:1] if only else BOTH[1:] if of_tests.server else BOTH
    metafunc.parametrize("engine", [name for name in engines if name == "sqlite" or postgres.find_programs()])


def pytest_report_header() -> str | None:
    return None if postgres.find_programs() else "records: on SQLite alone, for PostgreSQL is not installed"


@pytest.fixture
def file(database_url: str, engine: str) -> Path:
    """The database file, for tests of SQLite alone."""
    assert engine == "sqlite", 'use database_url, or mark the test with @pytest.mark.engine("sqlite")'
    return Path(make_url(database_url).database or "")


@pytest.fixture
def run_in_process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a process that runs Python code with these arguments; it ends with the test."""
    started = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}", *map(str, arguments)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.communicate(timeout=60)


@pytest.fixture
def run_forked() -> Iterator[Callable[..., ForkedProcess]]:
    """Like `run_in_process`, without the second of a processor that the imports take, and without pipes."""
    started: list[ForkedProcess] = []

    def start(code: str, *arguments: object) -> ForkedProcess:
        whole = f"import sys; sys.path[:] = {sys.path!r}\n{code}\nraise SystemExit(0)"
        started.append(ForkedProcess([str(each) for each in arguments], os.environ, before=whole))
        return started[-1]

    yield start
    for process in started:
        process.communicate(timeout=60)


@pytest.fixture
def noon() -> datetime:
    return datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
