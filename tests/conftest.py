"""What all tests share: repeatable examples, and a folder with a short name (a Unix socket's path holds 107 bytes)."""

import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every run, and no failure because a machine is slow.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and not config.option.basetemp:
        config.stash[FOLDER] = config.option.basetemp = tempfile.mkdtemp(prefix="calls-")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What a failed run leaves behind is there to be looked at."""
    if exitstatus == 0 and (folder := session.config.stash.get(FOLDER, None)):
        shutil.rmtree(folder, ignore_errors=True)
