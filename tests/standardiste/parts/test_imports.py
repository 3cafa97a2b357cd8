"""A process imports the code of its own part alone, which saves memory and time at its start."""

import subprocess
import sys

import pytest

from standardiste.settings import CHECKOUT


@pytest.mark.parametrize(
    ("part", "spared"),
    [
        ("calls_watchdog", {"sqlalchemy", "holidays", "numpy", "flask", "panoramisk", "asterisk"}),
        ("calls_worker", {"numpy", "flask", "panoramisk", "pydub"}),
        ("switch", {"asterisk", "flask", "pydub"}),
        ("public", {"numpy", "panoramisk", "asterisk", "pydub"}),
        ("console", {"holidays", "panoramisk"}),
        ("metrics", {"holidays", "numpy", "flask", "panoramisk"}),
        ("webhooks", {"holidays", "numpy", "flask", "panoramisk", "asterisk"}),
    ],
)
def test_a_part_imports_no_library_that_it_does_not_use(part: str, spared: set[str]) -> None:
    program = f"import sys, standardiste.commands.parts, standardiste.parts.{part}; print(*sys.modules)"
    read = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert f"standardiste.parts.{part}" in read
    assert spared & set(read) == set()
