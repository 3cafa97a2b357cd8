"""The sounds of the test plan, spoken once for all test processes."""

from pathlib import Path

from filelock import FileLock
from plans import PLAN
from reception import Reception


def spoken(shared: Path) -> Path:
    """A prepared `var` with the test plan in force, made in `shared` by whoever comes first; to be copied."""
    with FileLock(shared / "spoken.lock"):
        var = shared / "spoken"
        if not var.exists():
            reception = Reception(var)
            reception.run("prepare")
            reception.run("plan", "publish", str(PLAN))
    return var
