from pathlib import Path

import pytest

from routing.plan.model import Plan
from routing.plan.parsing import parse_plan


@pytest.fixture(scope="session")
def seed_text() -> str:
    """The plan that a fresh installation starts with."""
    return (Path(__file__).parents[2] / "plan.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed(seed_text: str) -> Plan:
    return parse_plan(seed_text)
