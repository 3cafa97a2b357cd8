import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.base import Base, open_base
from records.migrate import upgrade


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base just migrated, to be copied: its file alone is whole once it is closed."""
    file = tmp_path_factory.mktemp("migrated") / "standardiste.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "standardiste.db"))


@pytest.fixture
def base(file: Path) -> Iterator[Base]:
    opened = open_base(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def another_process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Runs Python code in a process of its own, with these arguments; it ends with the test."""
    started = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}", *map(str, arguments)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.communicate(timeout=60)


@pytest.fixture
def noon() -> datetime:
    return datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
