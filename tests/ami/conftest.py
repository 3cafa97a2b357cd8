from pathlib import Path

import pytest

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
