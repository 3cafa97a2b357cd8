"""The plan of a fresh installation, as text and as a value."""

from pathlib import Path

import pytest

from routing.plan.model import Plan
from routing.plan.parsing import parse_plan


@pytest.fixture(scope="session")
def default_plan_text() -> str:
    """The text of the default plan."""
    return (Path(__file__).parents[2] / "plan.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def default_plan(default_plan_text: str) -> Plan:
    return parse_plan(default_plan_text)
