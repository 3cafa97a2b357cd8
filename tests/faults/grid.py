"""One case after the other on one reception, each judged by the invariants."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import ports
from bases import copied
from by_hand import our_code_answers
from carrier import Carrier
from cases import CASES
from fault_case import Unkept
from invariants import broken
from reception import Reception, wait_for
from witnesses import evidence
from workload import Workload

from records import switches
from records.switches import SwitchName

RTP_PORTS = 140  # of fifty calls, and some more


@contextmanager
def workload(spoken: Path, folder: Path) -> Iterator[Workload]:
    """A reception of its own, from a prepared `var`, that an operator's network can call, and can be called by.

    Callbacks are promised only: a case may let them be rung.
    """
    var = copied(spoken, folder / "var")
    trunk = {"address": "127.0.0.1", "port": ports.free(), "calls_per_second": 100, "qualify_s": 0}
    rtp = ports.free(RTP_PORTS)
    reception = Reception(var, trunks=json.dumps({"carrier": trunk}), rtp_first=rtp, rtp_last=rtp + RTP_PORTS - 1)
    switches.turn(reception.base, SwitchName.CALLBACKS, True, by="a test", at=datetime.now(UTC))
    carrier = Carrier(reception.house.asterisk, folder / "carrier", reception.settings.sip_port)
    carrier.sip_port, carrier.rtp_ports = trunk["port"], RTP_PORTS
    try:
        reception.start()
        carrier.start()
        yield Workload(reception, carrier, folder / "work")
    finally:
        carrier.stop()
        reception.stop()


def judged(work: Workload, name: str, seed: int) -> list[str]:
    """What was wrong in this case, a sentence for each; none when all held. The same seed does the same again."""
    our_code_answers(work.reception)
    work.forget_fault()
    try:
        lived = CASES[name].run(work, Random(f"{name} {seed}"))
    except (Unkept, AssertionError) as error:
        return [f"{name}: {error}"]
    wait_for(lambda: len(work.reception.worker_pids()) == 1, "one worker to serve", 30)
    held = work.held()
    if not held:
        work.settle()
    return broken(evidence(work.reception, work.carrier, lived, held))
