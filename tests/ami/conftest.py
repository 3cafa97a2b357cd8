"""Fixtures of the tests of AMI and the CEL log."""

from pathlib import Path

import pytest
from asterisk_files import AsteriskFiles

from records.database.engine import Database
from routing.plan import parsing
from routing.plan.model import Plan

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def plan() -> Plan:
    return parsing.parse_plan((HERE.parent / "calls" / "plan.yaml").read_text())


@pytest.fixture(scope="session")
def recorded_lines() -> list[bytes]:
    """What Asterisk 22.10.1 wrote about two calls: one that staff answered, one while Python was dead."""
    return (HERE / "channel-events.csv").read_bytes().splitlines(keepends=True)


@pytest.fixture
def files(tmp_path: Path, database: Database, plan: Plan) -> AsteriskFiles:
    return AsteriskFiles(tmp_path / "asterisk", database, plan)
