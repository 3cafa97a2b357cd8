"""A long queue of callbacks is placed: no visitor may be called twice or not at all; the cost of the part `switch`.

A second Asterisk is the operator: it counts every INVITE by number and Call-ID, and every visitor is busy. Each visitor
is called first and once; forty agents with an outside number are always free. Callbacks are paused while they are
requested. The run ends when the channel event log has settled each of them.
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

TITLE = "A queue of callbacks"
_TEXT = (
    "{count} callbacks wait; each visitor is called once through an operator that counts INVITEs by number and "
    "Call-ID, and is busy. The trunk takes {pace} calls a second, and as many at once. From the first INVITE to "
    "the last."
)
_CALLS_PER_S, _AGENTS, _STALL_TIMEOUT_S = 40, 40, 60
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
    with run_variant(OURS, stage, plan, trunks=json.dumps({"carrier": trunk})) as variant:
        carrier = _carrier(variant, stage.folder / f"carrier-{port}", port)
        try:
            return [_section(variant, carrier, scale.callbacks, say)]
        finally:
            carrier.stop()


def _section(variant: Variant, carrier: Carrier, count: int, say: Callable[[str], None]) -> Section:
    switch = ProcessTree((int(variant.reception.supervisorctl("pid", "switch")),))
    before_kb, cpu = switch.memory_kb, switch.cpu_s
    say(f"{count} request callbacks")
    variant.reception.run("callbacks", "pause")
    _request_callbacks(variant, count)
    for number in range(_AGENTS):
        agents.add_agent(
            variant.reception.database, f"A{number}", language="fr", at=now(), outside_number=f"+3319900{1000 + number}"
        )
    variant.reception.run("callbacks", "resume")
    _wait_until_settled(variant, count, say)
    rings = [event for event in carrier.channel_events() if event.kind == "RINGS"]
    after_kb, used = switch.memory_kb, switch.cpu_s - cpu
    times = Counter(event.extra.split()[0] for event in rings)
    invites = {event.extra.split()[-1] for event in rings}
    twice, never = sum(each > 1 for each in times.values()), count - len(times)
    if twice or never or len(invites) != count:
        raise SystemExit(f"{count} callbacks: {twice} called twice, {never} never, {len(invites)} INVITEs.")
    seconds = max(event.at for event in rings) - min(event.at for event in rings)
    rows = (
        Row("called twice", "visitors", {OURS: [twice]}, "0"),
        Row("never called", "visitors", {OURS: [never]}, "0"),
        Row("called", "1/s", {OURS: [(count - 1) / seconds if seconds else 0.0]}),
        Row("memory of the switch before", "MB", {OURS: [before_kb / 1000]}),
        Row("memory of the switch after", "MB", {OURS: [after_kb / 1000]}),
        Row("processor time of the switch", "ms each", {OURS: [1000 * used / count]}),
    )
    return Section(TITLE, _TEXT.format(count=f"{count:,}", pace=_CALLS_PER_S), rows)


def _carrier(variant: Variant, folder: Path, port: int) -> Carrier:
    conf = shutil.copytree(CONF, folder / "conf")
    shutil.copy(Path(__file__).parent / "carrier" / "extensions.conf", conf)
    carrier = Carrier(variant.reception.installation.asterisk, folder / "var", variant.sip_port)
    carrier.conf, carrier.sip_port = conf, port
    carrier.start()
    return carrier


def _request_callbacks(variant: Variant, count: int) -> None:
    plan = variant.reception.installation.plan
    ours = plan.numbers[0].e164
    for number in range(count):
        callback_request = CallbackRequest(f"+336{39_980_000 + number:08}", ours, CallbackChannel.KEY, "fr")
        acceptance.accept_callback(
            variant.reception.database,
            callback_request,
            CallbackTerms(plan.callbacks, Calendar(plan.hours["always"], plan.timezone)),
            at=now(),
        )


def _wait_until_settled(variant: Variant, count: int, say: Callable[[str], None]) -> None:
    """Returns when no callback waits; fails if none was settled for _STALL_TIMEOUT_S seconds."""
    left, changed = count, time.monotonic()
    while left:
        time.sleep(1)
        now_left = int(variant.query_database(_UNSETTLED_COUNT))
        if now_left < left:
            left, changed = now_left, time.monotonic()
            say(f"{left} wait")
        elif time.monotonic() > changed + _STALL_TIMEOUT_S:
            raise SystemExit(f"{left} callbacks are not settled; see {variant.reception.settings.log}.")
