"""One case after the other on one reception, each judged by the invariants."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from carrier import Carrier
from cases import CASES
from fault_case import Unkept
from invariants import broken
from reception import Reception, wait_for
from witnesses import evidence
from workload import Workload


@contextmanager
def workload(spoken: Path, folder: Path) -> Iterator[Workload]:
    """A reception of its own, from a prepared `var`, that an operator's network can call."""
    var = folder / "var"
    shutil.copytree(spoken, var, symlinks=True)
    reception = Reception(var)
    carrier = Carrier(reception.house.asterisk, folder / "carrier", reception.settings.sip_port)
    try:
        reception.start()
        carrier.start()
        yield Workload(reception, carrier, folder / "work")
    finally:
        carrier.stop()
        reception.stop()


def judged(work: Workload, name: str, seed: int) -> list[str]:
    """What was wrong in this case, a sentence for each; none when all held. The same seed does the same again."""
    work.forget_fault()
    try:
        lived = CASES[name].run(work, Random(f"{name} {seed}"))
    except Unkept as error:
        return [f"{name}: {error}"]
    wait_for(lambda: len(work.reception.worker_pids()) == 1, "one worker to serve", 30)
    held = work.held()
    if not held:
        work.settle()
    return broken(evidence(work.reception, work.carrier, lived, held))
