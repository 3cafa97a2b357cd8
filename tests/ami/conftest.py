import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.base import Base, open_base
from records.migrate import upgrade
from routing import plan_text
from routing.plan import Plan

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def plan() -> Plan:
    return plan_text.parse((HERE.parent / "calls" / "plan.yaml").read_text())


@pytest.fixture(scope="session")
def recorded_lines() -> list[bytes]:
    """What Asterisk 22.10.1 wrote about two calls: one that staff answered, one while Python was dead."""
    return (HERE / "channel-events.csv").read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "standardiste.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def base(migrated: Path, tmp_path: Path) -> Iterator[Base]:
    opened = open_base(f"sqlite:///{shutil.copy(migrated, tmp_path / 'standardiste.db')}")
    yield opened
    opened.close()
