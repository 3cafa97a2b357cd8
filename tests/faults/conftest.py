"""One reception for the fault cases of a test process."""

from collections.abc import Iterator

import pytest
from case_runner import run_workload
from prepared_installations import prepare_with_test_plan
from workload import Workload


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Workload]:
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with run_workload(prepare_with_test_plan(shared), tmp_path_factory.mktemp("faults"), every_part=False) as running:
        yield running
