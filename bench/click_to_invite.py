"""From the click to the ring: how soon after a visitor's request for a callback a free agent's telephone rings.

Asterisk, database, processes and telephone are in a temporary folder and on free ports. The time is from before the
request is sent to the public server to the INVITE at the agent's telephone, as that telephone reports it.
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
from caller.phone import Phone
from caller.phone_events import PhoneEventKind
from records.staff import agents, presence

TITLE = "From click to ring"
_TEXT = (
    "From before `POST /v1/callbacks` is sent to the INVITE at the telephone of a free agent, as that "
    "telephone reports it; {count} runs, one after the other. One run before them is not counted: the first after a "
    "start, for an agent who had just been added, took {first:.0f} ms."
)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    trunk = {"address": "127.0.0.1", "port": ports.free(), "qualify_s": 0}  # without a trunk no callback is placed
    with run_variant(OURS, stage, PLAN, trusted_proxies=1, trunks=json.dumps({"nowhere": trunk})) as variant:
        visitors = VisitorClient(variant.reception.settings.public_root_url)
        agent = agents.add_agent(variant.reception.database, "A", language="fr", at=now())
        with variant.reception.desk_phone(agent, auto_answer=False) as desk:
            wait_for(lambda: presence.list_presences(variant.reception.database)[0].applied_at, "the member", 30)
            _wait_until_free(variant)
            say(f"{scale.clicks} clicks")
            first, *times = (1000 * _measure_click(variant, visitors, desk, run) for run in range(1 + scale.clicks))
    rows = (
        Row("click → INVITE, p50", "ms", {OURS: [median(times)]}, "≤ 30 ms"),
        Row("click → INVITE, p99", "ms", {OURS: [percentile(times, 99)]}, "≤ 150 ms"),
        Row("click → INVITE, longest", "ms", {OURS: [max(times)]}),
    )
    return [Section(TITLE, _TEXT.format(count=scale.clicks, first=first), rows)]


def _measure_click(variant: Variant, visitors: VisitorClient, desk: Phone, run: int) -> float:
    """Seconds; the agent then rejects the call, and the visitor cancels the request."""
    rings, before = _count_rings(desk), time.monotonic()
    answer = visitors.request_callback(f"06 39 98 0{run % 1000:03}")
    while _count_rings(desk) == rings:
        desk.wait_for_any((PhoneEventKind.INCOMING,), 0.001, after_s=desk.elapsed_s())
        if time.monotonic() > before + 10:
            raise SystemExit("The agent's telephone did not ring.")
    took = time.monotonic() - before
    desk.reject()
    cancelled = visitors.submit_form(answer.headers["Location"].removeprefix(visitors.url).replace("?", "/cancel?"), {})
    if (answer.status, cancelled.status) != (202, 200):
        raise SystemExit(f"The request was answered {answer.status}, its end {cancelled.status}.")
    wait_for(lambda: "Callers:" not in _queues(variant), "the queue to be empty", 30)
    _wait_until_free(variant)
    return took


def _wait_until_free(variant: Variant) -> None:
    wait_for(lambda: "Not in use" in _queues(variant), "the telephone to be free", 30)


def _queues(variant: Variant) -> str:
    return variant.reception.installation.asterisk_cli.run("queue show")


def _count_rings(desk: Phone) -> int:
    return sum(event.kind is PhoneEventKind.INCOMING for event in desk.events)
