"""Tests that share what is costly to prepare run in one process."""

import os
from collections.abc import Sequence

import databases
import lots
import pytest


@pytest.fixture(scope="module")
def processes() -> Sequence[str]:
    """The processes that have prepared this file."""
    noted = databases.shared_folder / "processes-of-test-lots"
    with noted.open("a") as file:
        file.write(f"{os.getpid()}\n")
    return noted.read_text().split()


@pytest.mark.parametrize("test", range(12))
def test_all_tests_of_a_file_run_in_the_process_that_has_prepared_it(processes: Sequence[str], test: int) -> None:
    assert processes == [str(os.getpid())]


def test_a_long_file_is_divided_and_files_that_share_a_reception_are_together() -> None:
    waiting = [f"tests/calls/test_waiting.py::test_{number}" for number in range(2 * lots.FEWEST)]
    overflow = [f"tests/calls/test_overflow.py::test_{number}" for number in range(lots.FEWEST - 1)]
    together = "calls/reception-with-centres"
    half = [f"{together}-0"] * lots.FEWEST
    assert lots.find_lots([*waiting, *overflow]) == [*half, *[f"{together}-1"] * lots.FEWEST, *half[1:]]
    assert lots.find_lots(["tests/calls/test_new.py::test_[a::b]"]) == ["calls/test_new-0"]
