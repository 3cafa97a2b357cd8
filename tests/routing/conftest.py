from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from routing.plan import Plan
from routing.plan_text import parse

# The same examples on every run, and no failure because a machine is slow.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def seed_text() -> str:
    """The plan that a fresh installation starts with."""
    return (Path(__file__).parents[2] / "plan.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed(seed_text: str) -> Plan:
    return parse(seed_text)
