"""Calls a second, and calls at once, up to the first failure: bare Asterisk, and our own reception.

*Calls a second*: signalling only (bench/one_call.py), each rate for some seconds, from low to high; the last rate at
which every call completed and no message was retransmitted for want of an answer within 500 ms.

*Calls at once*: callers arrive at a fixed rate, press 3 and stay in the message, until fewer than 98 % of the voice
packets of one second arrive. The load generator runs on the same machine, for all variants alike.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench import sipp
from bench.installations import PreparedInstallation
from bench.report import BARE, OURS, Row, Section
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import Variant, abba_order, run_variant

TITLE = "Capacity"
_TEXT = (
    "*Calls a second*: signalling only, each rate for {step:g} s; the last at which every call completed "
    "and nothing was retransmitted. *Calls at once*: {rate} new callers a second stay in the message of the day "
    "until 2 % of a second's voice packets are missing. The generator runs on the same machine."
)
_SHORT_MS, _KEY_MS, _STAYS_MS = 700, 1000, 80_000
_MIN_PACKET_SHARE, _PACKETS_S = 0.98, 50


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    rates: dict[str, list[float]] = defaultdict(list)
    at_once: dict[str, list[float]] = defaultdict(list)
    for name in abba_order([BARE, OURS], scale.rounds and 1):
        say(f"{name}: calls a second")
        with run_variant(name, stage) as variant:
            rates[name].append(find_call_rate(variant, scale, stage.folder / "sipp"))
        say(f"{name}: calls at once")
        with run_variant(name, stage) as variant:
            at_once[name].append(_find_concurrent_calls(variant, scale, stage.folder / "sipp"))
    rows = (
        Row("calls a second", "1/s", rates, "≥ 0.8 ×"),
        Row("calls at once", "calls", at_once),
    )
    return [Section(TITLE, _TEXT.format(step=scale.step_s, rate=scale.ramp_rate), rows)]


def find_call_rate(variant: Variant, scale: Scale, folder: Path) -> float:
    """The highest rate of the scale at which every call completes and nothing is sent again, in calls a second."""
    sustained = 0.0
    for rate in scale.rates:
        calls = CallLoad(round(rate * scale.step_s), rate, _SHORT_MS, first=round(sustained * 37) % 9_000)
        outcome = sipp.place_calls(calls, variant.sip_port, variant.number, folder)
        if not outcome.is_clean or outcome.succeeded < calls.count:
            return sustained
        sustained = rate
    return sustained


def _find_concurrent_calls(variant: Variant, scale: Scale, folder: Path) -> float:
    calls = CallLoad(scale.ramp_rate * scale.ramp_s, scale.ramp_rate, _KEY_MS, _STAYS_MS, key=True)
    sustained = 0.0
    with sipp.run_sipp(calls, variant.sip_port, variant.number, folder) as (_, sink, log):
        started = time.monotonic()
        packets, talked = sink.packets, 0
        while time.monotonic() < started + scale.ramp_s:
            second = time.monotonic()
            time.sleep(1)
            arrived, now_talking = sink.packets, sipp.read_latest(log)
            received_s, packets = (arrived - packets) / (time.monotonic() - second), arrived
            # Callers who arrived in this second receive voice for a part of it.
            if now_talking.failed or (talked and received_s < _MIN_PACKET_SHARE * _PACKETS_S * talked):
                return sustained
            sustained, talked = talked, max(0, now_talking.active - scale.ramp_rate)
    return sustained
