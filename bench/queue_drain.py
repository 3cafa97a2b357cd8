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
from plan_variants import plan_with

from bench.installations import PreparedInstallation, now
from bench.process_usage import ProcessTree
from bench.report import OURS, Row, Section
from bench.scale import Scale
from bench.variants import Variant, run_variant
from records.callbacks import acceptance
from records.callbacks.callback_request import CallbackChannel, CallbackRequest
from records.staff import agents
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar

TITLE = "Callbacks worked off"
_TEXT = (
    "{count} people wait to be called back; each is rung once by an operator who counts INVITEs by number and "
    "Call-ID, and is busy. The trunk takes {pace} calls a second, as many may be under way at once. From the "
    "first INVITE to the last."
)
_CALLS_PER_S, _AGENTS, _PATIENCE_S = 40, 40, 60
_RULES = f"""\
  first: visitor
  attempts: 1
  ring_s: 10
  at_once: {_CALLS_PER_S}
"""
_UNSETTLED_COUNT = "SELECT count(*) FROM callback WHERE state IN ('queued', 'in_line', 'visitor_ringing', 'talking')"


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    port = ports.free()
    trunk = {"address": "127.0.0.1", "port": port, "calls_per_second": _CALLS_PER_S, "qualify_s": 0}
    staff = "  {strategy: rrmemory, ring_s: 20, max_wait_s: 60, wrapup_s: 0}"
    plan = plan_with(callbacks=_RULES, staff=staff)
    with run_variant(OURS, stage, plan, trunks=json.dumps({"carrier": trunk})) as arm:
        carrier = _carrier(arm, stage.folder / f"carrier-{port}", port)
        try:
            return [_section(arm, carrier, scale.callbacks, say)]
        finally:
            carrier.stop()


def _section(arm: Variant, carrier: Carrier, count: int, say: Callable[[str], None]) -> Section:
    switch = ProcessTree((int(arm.reception.supervisorctl("pid", "switch")),))
    before_kb, cpu = switch.memory_kb, switch.cpu_s
    say(f"{count} ask to be called back")
    arm.reception.run("callbacks", "pause")
    _request_callbacks(arm, count)
    for number in range(_AGENTS):
        agents.add_agent(
            arm.reception.database, f"A{number}", language="fr", at=now(), outside_number=f"+3319900{1000 + number}"
        )
    arm.reception.run("callbacks", "resume")
    _wait_until_settled(arm, count, say)
    rings = [event for event in carrier.channel_events() if event.kind == "RINGS"]
    after_kb, used = switch.memory_kb, switch.cpu_s - cpu
    times = Counter(event.extra.split()[0] for event in rings)
    invites = {event.extra.split()[-1] for event in rings}
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
    return Section(TITLE, _TEXT.format(count=f"{count:,}", pace=_CALLS_PER_S), rows)


def _carrier(arm: Variant, folder: Path, port: int) -> Carrier:
    conf = shutil.copytree(CONF, folder / "conf")
    shutil.copy(Path(__file__).parent / "carrier" / "extensions.conf", conf)
    carrier = Carrier(arm.reception.installation.asterisk, folder / "var", arm.sip_port)
    carrier.conf, carrier.sip_port = conf, port
    carrier.start()
    return carrier


def _request_callbacks(arm: Variant, count: int) -> None:
    plan = arm.reception.installation.plan
    ours = plan.numbers[0].e164
    for number in range(count):
        wish = CallbackRequest(f"+336{39_980_000 + number:08}", ours, CallbackChannel.KEY, "fr")
        acceptance.accept_callback(
            arm.reception.database,
            wish,
            CallbackTerms(plan.callbacks, Calendar(plan.hours["always"], plan.timezone)),
            at=now(),
        )


def _wait_until_settled(arm: Variant, count: int, say: Callable[[str], None]) -> None:
    """Returns when nobody waits any more; as long as somebody is settled now and then."""
    left, changed = count, time.monotonic()
    while left:
        time.sleep(1)
        now_left = int(arm.query_database(_UNSETTLED_COUNT))
        if now_left < left:
            left, changed = now_left, time.monotonic()
            say(f"{left} wait")
        elif time.monotonic() > changed + _PATIENCE_S:
            raise SystemExit(f"{left} callbacks are not settled; see {arm.reception.settings.log}.")
