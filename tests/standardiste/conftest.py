"""One prepared installation for all test processes, and a copy of it for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import prepared_installations
import pytest
from click.testing import CliRunner, Result
from databases import copy_installation
from reception import Reception

from standardiste.cli import main

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of this machine reach a test, and the umask that the command line sets ends with the test."""
    for name in [name for name in os.environ if name.startswith("STANDARDISTE_")]:
        monkeypatch.delenv(name)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    return prepared_installations.prepare_once(shared)


@pytest.fixture
def reception(prepared: Path, tmp_path: Path) -> Iterator[Reception]:
    """A prepared installation for this test; nothing runs yet."""
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    yield reception
    reception.stop()


@pytest.fixture
def run(reception: Reception) -> Command:
    """`run("message", "list")`: the command line, on the prepared installation."""
    return command_runner(reception)


def command_runner(reception: Reception, **variables: str) -> Command:
    def run(*arguments: str) -> Result:
        result = CliRunner(mix_stderr=False).invoke(main, arguments, env=reception.environment | variables)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception  # an operator would see a traceback
        return result

    return run
