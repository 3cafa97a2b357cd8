"""Tests that failed beside others run once more, alone: script/test stays red for those that fail then, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LANES = Path(__file__).parents[1] / "support" / "lanes.sh"
RUN = f"set -euo pipefail; source {LANES}; lanes=$(mktemp -d); lane .venv/bin/pytest -q -p xdist -n 1 || true; again"
BESIDE_OTHERS = "'PYTEST_XDIST_WORKER' in os.environ"
SLOW = f"def test_slow(): assert not ({BESIDE_OTHERS})"
PASSES = "def test_passes(): open('passed', 'x')"


def run(folder: Path, *tests: str, command: str = RUN) -> "subprocess.CompletedProcess[str]":
    """Runs these tests in another process, and then those that failed."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_all.py").write_text("\n".join(["import os", *tests]))
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = own | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # they are slow to load
    bash = ["bash", "-c", command]
    return subprocess.run(bash, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_test_that_passes_alone_is_named_at_the_end_of_a_green_run(tmp_path: Path) -> None:
    done = run(tmp_path, SLOW, PASSES)  # the second would fail if it ran again

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "passed alone, failed beside others: test_all.py::test_slow"


def test_a_test_that_fails_twice_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, SLOW, "def test_wrong(): assert not 1")

    assert done.returncode == 1
    assert "passed alone, failed beside others: test_all.py::test_slow" in done.stdout
    assert done.stdout.count("FAILED test_all.py::test_wrong") == 2


@pytest.mark.parametrize(
    ("beginning", "command"),
    [
        ("@pytest.mark.parametrize('number', range(6))", RUN),
        ("", RUN.replace("-n 1", "-n 1 -x")),
        ("raise SystemExit\n", RUN),
    ],
    ids=["six failed", "only the first failure was looked for", "pytest itself failed"],
)
def test_more_failures_and_a_run_that_was_cut_short_fail_at_once(tmp_path: Path, beginning: str, command: str) -> None:
    slow = SLOW.replace("()", "(number)", 1) if "number" in beginning else SLOW
    done = run(tmp_path, "import pytest", f"{beginning}\n{slow}", command=command)

    assert done.returncode == 1
    assert "again, alone" not in done.stdout and "passed alone" not in done.stdout
