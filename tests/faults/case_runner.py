"""Runs fault cases on one reception, each followed by the check of the invariants."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import ports
import switches
from all_cases import CASES
from carrier import Carrier
from databases import copy_installation
from evidence import collect_evidence
from fault_case import GuaranteeBroken
from invariants import find_violations
from manual_parts import wait_for_agi
from reception import Reception, wait_for
from workload import Workload

from records.overrides import OverrideName

RTP_PORTS, CALLS_AT_ONCE = 260, 50  # two ports for each caller, as many for who speaks with them, and a margin


@contextmanager
def run_workload(spoken: Path, folder: Path, *, every_part: bool) -> Iterator[Workload]:
    """A reception from a prepared `var`, connected to an operator's network.

    Callbacks are paused: a case may enable them. Without `every_part` only the processes that calls need run.
    """
    var = copy_installation(spoken, folder / "var")
    trunk = {"address": "127.0.0.1", "port": ports.free(), "calls_per_second": 100, "qualify_s": 0}
    rtp = ports.free(RTP_PORTS)
    create = Reception if every_part else Reception.for_calls
    reception = create(
        var,
        trunks=json.dumps({"carrier": trunk}),
        rtp_first=rtp,
        rtp_last=rtp + RTP_PORTS - 1,
        calls_at_once=CALLS_AT_ONCE,
    )
    switches.set_override(reception.database, OverrideName.CALLBACKS, True, by="a test", at=datetime.now(UTC))
    carrier = Carrier(reception.installation.asterisk, folder / "carrier", reception.settings.sip_port)
    carrier.sip_port, carrier.rtp_ports = trunk["port"], RTP_PORTS
    try:
        reception.start()
        carrier.start()
        yield Workload(reception, carrier, folder / "work")
    finally:
        carrier.stop()
        reception.stop()


def run_case(work: Workload, name: str, seed: int) -> list[str]:
    """The violations in this case, a sentence for each. The same seed repeats the same case."""
    wait_for_agi(work.reception)
    work.clear_fault()
    try:
        lived = CASES[name].run(work, Random(f"{name} {seed}"))
    except (GuaranteeBroken, AssertionError) as error:
        return [f"{name}: {error}"]
    wait_for(lambda: len(work.reception.worker_pids()) == 1, "one worker to serve", 30)
    held = work.count_leftover_channels()
    if not held:
        work.wait_until_idle()
    return find_violations(collect_evidence(work.reception, work.carrier, lived, held))
