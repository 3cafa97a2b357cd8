"""The short grid of fault cases; `script/faults --long` runs all of them."""

import pytest
from all_cases import CASES
from case_runner import run_case
from workload import Workload


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.short])
def test_the_invariants_hold(work: Workload, name: str) -> None:
    assert run_case(work, name, seed=1) == []
