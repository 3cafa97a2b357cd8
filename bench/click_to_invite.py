"""From the click to the ring: how long after a visitor has asked to be called back a free agent's telephone rings.

Asterisk, base, processes and telephone are its own, in a temporary folder and on free ports. It is measured from before
the request is sent to the public server to the INVITE at the agent's telephone, as that telephone tells it.
"""

import json
import time
from collections.abc import Callable
from statistics import median

import ports
from public_server import PLAN, VisitorClient
from reception import wait_for

from bench.installations import PreparedInstallation, now
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from bench.variants import Variant, run_variant
from caller.phone import Phone, PhoneEventKind
from records.staff import agents, presence

TITLE = "From click to ring"
_TEXT = (
    "From before `POST /v1/callbacks` is sent to the INVITE at the telephone of a free agent, as that "
    "telephone tells it; {count} runs, one after the other, and one before them that does not count: the first "
    "after a start, for somebody who was added a moment before, took {first:.0f} ms."
)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    trunk = {"address": "127.0.0.1", "port": ports.free(), "qualify_s": 0}  # without one nobody is called back
    with run_variant(OURS, stage, PLAN, trusted_proxies=1, trunks=json.dumps({"nowhere": trunk})) as arm:
        visitors = VisitorClient(arm.reception.settings.public_root_url)
        person = agents.add_agent(arm.reception.database, "A", language="fr", at=now())
        with arm.reception.desk_phone(person, auto_answer=False) as desk:
            wait_for(lambda: presence.list_presences(arm.reception.database)[0].applied_at, "the member", 30)
            _wait_until_free(arm)
            say(f"{scale.clicks} clicks")
            first, *took = (1000 * _measure_click(arm, visitors, desk, run) for run in range(1 + scale.clicks))
    rows = (
        Row("click → INVITE, p50", "ms", {OURS: [median(took)]}, "≤ 30 ms"),
        Row("click → INVITE, p99", "ms", {OURS: [percentile(took, 99)]}, "≤ 150 ms"),
        Row("click → INVITE, longest", "ms", {OURS: [max(took)]}),
    )
    return [Section(TITLE, _TEXT.format(count=scale.clicks, first=first), rows)]


def _measure_click(arm: Variant, visitors: VisitorClient, desk: Phone, run: int) -> float:
    """Seconds; the agent then refuses, and the visitor cancels."""
    rung, before = _count_rings(desk), time.monotonic()
    asked = visitors.request_callback(f"06 39 98 0{run % 1000:03}")
    while _count_rings(desk) == rung:
        desk.wait_for_any((PhoneEventKind.INCOMING,), 0.001, after_s=desk.elapsed_s())
        if time.monotonic() > before + 10:
            raise SystemExit("The agent's telephone did not ring.")
    took = time.monotonic() - before
    desk.reject()
    cancelled = visitors.submit_form(asked.headers["Location"].removeprefix(visitors.url).replace("?", "/cancel?"), {})
    if (asked.status, cancelled.status) != (202, 200):
        raise SystemExit(f"The request was answered {asked.status}, its end {cancelled.status}.")
    wait_for(lambda: "Callers:" not in _queues(arm), "the line to be empty", 30)
    _wait_until_free(arm)
    return took


def _wait_until_free(arm: Variant) -> None:
    wait_for(lambda: "Not in use" in _queues(arm), "the telephone to be free", 30)


def _queues(arm: Variant) -> str:
    return arm.reception.installation.asterisk_cli.run("queue show")


def _count_rings(desk: Phone) -> int:
    return sum(event.kind is PhoneEventKind.INCOMING for event in desk.events)
