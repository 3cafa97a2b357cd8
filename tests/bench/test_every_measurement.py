"""Every measurement can be loaded: what it uses of the rest has not moved away from under it."""

from importlib import import_module
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.parametrize("name", sorted(file.stem for file in BENCH.glob("*.py")))
def test_a_measurement_is_loaded(name: str) -> None:
    assert import_module(f"bench.{name}")
