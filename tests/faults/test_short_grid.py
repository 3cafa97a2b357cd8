"""Things fail under real calls, and what must always hold does; `script/faults --long` lets more of them fail."""

import pytest
from all_cases import CASES
from case_runner import run_case
from workload import Workload


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.short])
def test_what_must_always_hold_holds(work: Workload, name: str) -> None:
    assert run_case(work, name, seed=1) == []
