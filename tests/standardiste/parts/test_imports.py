"""A process imports the code of its own part alone, which saves memory and time at its start."""

import json
import subprocess
import sys

import pytest

from standardiste.settings import CHECKOUT

SPARED = {
    "calls_watchdog": {"sqlalchemy", "holidays", "numpy", "flask", "panoramisk", "asterisk"},
    "calls_worker": {"numpy", "flask", "panoramisk", "pydub"},
    "switch": {"asterisk", "flask", "pydub"},
    "public": {"numpy", "panoramisk", "asterisk", "pydub"},
    "console": {"holidays", "panoramisk"},
    "metrics": {"holidays", "numpy", "flask", "panoramisk"},
    "live": {"holidays", "numpy", "flask", "panoramisk", "asterisk", "waitress"},
    "webhooks": {"holidays", "numpy", "flask", "panoramisk", "asterisk", "cryptography"},
}
# A process of its own for each part; what every part imports is imported once, before.
PROGRAM = """
import json, os, sys
from importlib import import_module
import standardiste.commands.parts
for part in sys.argv[1:]:
    if not os.fork():
        import_module(f"standardiste.parts.{part}")
        print(json.dumps({part: list(sys.modules)}), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The modules that each part has imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *SPARED], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    parts = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: set(modules) for part in parts for name, modules in part.items()}


@pytest.mark.parametrize("part", SPARED)
def test_a_part_imports_no_library_that_it_does_not_use(imported: dict[str, set[str]], part: str) -> None:
    assert f"standardiste.parts.{part}" in imported[part]
    assert SPARED[part] & imported[part] == set()
