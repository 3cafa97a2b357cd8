"""A long line of callbacks is worked off: is anybody rung twice, is anybody forgotten, and what does the switch need?

A second Asterisk is the operator and counts every INVITE by number and Call-ID; every visitor is busy. The visitor is
rung first and once; forty members of the team with a telephone outside are free all the time. Callbacks are paused
while they are asked for; it is over when each of them has been settled by what the channel event log told.
"""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import ports
from carrier import CONF, Carrier
from plans import with_parts

from bench.accounting import Processes
from bench.arms import Arm, running
from bench.scale import Scale
from bench.stage import Stage, now
from bench.table import OURS, Row, Section
from records import callback_acceptance, people
from records.callback_wish import CallbackChannel, Wish

TITLE = "Callbacks worked off"
_TEXT = (
    "{count} people wait to be called back; each is rung once by an operator who counts INVITEs by number and "
    "Call-ID, and is busy. The trunk takes {pace} calls a second, as many may be under way at once. From the "
    "first INVITE to the last."
)
_PACE, _TEAM, _PATIENCE_S = 40, 40, 60
_RULES = f"""\
  first: visitor
  attempts: 1
  ring_s: 10
  at_once: {_PACE}
"""
_LEFT = "SELECT count(*) FROM callback WHERE state IN ('queued', 'in_line', 'visitor_ringing', 'talking')"


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    port = ports.free()
    trunk = {"address": "127.0.0.1", "port": port, "calls_per_second": _PACE, "qualify_s": 0}
    staff = "  {strategy: rrmemory, ring_s: 20, max_wait_s: 60, wrapup_s: 0}"
    plan = with_parts(callbacks=_RULES, staff=staff)
    with running(OURS, stage, plan, trunks=json.dumps({"carrier": trunk})) as arm:
        carrier = _carrier(arm, stage.folder / f"carrier-{port}", port)
        try:
            return [_section(arm, carrier, scale.queued, say)]
        finally:
            carrier.stop()


def _section(arm: Arm, carrier: Carrier, count: int, say: Callable[[str], None]) -> Section:
    switch = Processes((int(arm.reception.supervisor("pid", "switch")),))
    before_kb, cpu = switch.memory_kb, switch.cpu_s
    say(f"{count} ask to be called back")
    arm.reception.run("callbacks", "pause")
    _ask(arm, count)
    for number in range(_TEAM):
        people.add(arm.reception.base, f"A{number}", language="fr", at=now(), outside_number=f"+3319900{1000 + number}")
    arm.reception.run("callbacks", "resume")
    _wait_until_settled(arm, count, say)
    rings = [event for event in carrier.witnessed() if event.kind == "RINGS"]
    after_kb, used = switch.memory_kb, switch.cpu_s - cpu
    times = Counter(event.told.split()[0] for event in rings)
    invites = {event.told.split()[-1] for event in rings}
    twice, lost = sum(each > 1 for each in times.values()), count - len(times)
    if twice or lost or len(invites) != count:
        raise SystemExit(f"{count} callbacks: {twice} rung twice, {lost} never, {len(invites)} INVITEs.")
    seconds = max(event.at for event in rings) - min(event.at for event in rings)
    rows = (
        Row("rung twice", "people", {OURS: [twice]}, "0"),
        Row("never rung", "people", {OURS: [lost]}, "0"),
        Row("rung", "1/s", {OURS: [(count - 1) / seconds if seconds else 0.0]}),
        Row("memory of the switch before", "MB", {OURS: [before_kb / 1000]}),
        Row("memory of the switch after", "MB", {OURS: [after_kb / 1000]}),
        Row("processor time of the switch", "ms each", {OURS: [1000 * used / count]}),
    )
    return Section(TITLE, _TEXT.format(count=f"{count:,}", pace=_PACE), rows)


def _carrier(arm: Arm, folder: Path, port: int) -> Carrier:
    conf = shutil.copytree(CONF, folder / "conf")
    shutil.copy(Path(__file__).parent / "carrier" / "extensions.conf", conf)
    carrier = Carrier(arm.reception.house.asterisk, folder / "var", arm.sip_port)
    carrier.conf, carrier.sip_port = conf, port
    carrier.start()
    return carrier


def _ask(arm: Arm, count: int) -> None:
    plan = arm.reception.house.plan
    ours = plan.numbers[0].public
    for number in range(count):
        wish = Wish(f"+336{39_980_000 + number:08}", ours, CallbackChannel.KEY, "fr")
        callback_acceptance.accept(
            arm.reception.base, wish, plan.callbacks, plan.hours["always"], plan.timezone, at=now()
        )


def _wait_until_settled(arm: Arm, count: int, say: Callable[[str], None]) -> None:
    """Returns when nobody waits any more; as long as somebody is settled now and then."""
    left, changed = count, time.monotonic()
    while left:
        time.sleep(1)
        now_left = int(arm.ask_base(_LEFT))
        if now_left < left:
            left, changed = now_left, time.monotonic()
            say(f"{left} wait")
        elif time.monotonic() > changed + _PATIENCE_S:
            raise SystemExit(f"{left} callbacks are not settled; see {arm.reception.settings.log}.")
