"""One reception to be put under faults, for the tests of a process."""

from collections.abc import Iterator

import pytest
from grid import workload
from spoken import spoken
from workload import Workload


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Workload]:
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with workload(spoken(shared), tmp_path_factory.mktemp("faults")) as running:
        yield running
