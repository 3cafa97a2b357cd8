"""Twice the calls that a reception sustains: how many are served or refused, how long callers wait, what follows.

The rate that holds is found first, in the same run, and for bare Asterisk too, which refuses nothing. SIPp offers the
calls, and one more caller beside it measures delays: from the INVITE to the first voice packet, or to the refusal. All
of it stays on loopback; each load ends after a minute.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import ports

from bench import sipp
from bench.capacity import find_call_rate
from bench.installations import PreparedInstallation
from bench.report import BARE, OURS, Row, Section, percentile
from bench.rtp_endpoint import RtpEndpoint
from bench.scale import Scale
from bench.sip_caller import CallRefused, SipCaller
from bench.sipp import CallLoad
from bench.variants import Variant, run_variant

TITLE = "Overload"
_TEXT = (
    "*Holds*: as in *Capacity*. Then half that rate, and twice that rate, for {seconds:g} s each: signalling only. "
    "*Refused*: with 486, 480 or 503, before any of our code. *Neither*: without a final response. *First prompt*: "
    "from the INVITE of one more caller, about five times a second, to their first voice packet. *Afterwards*: the "
    "same, from 2 s after the last call. *Stop*: from the signal to the end of the last process. The generator runs on "
    "the same machine."
)
ROWS: dict[str, tuple[str, str]] = {  # figure -> unit, aim
    "holds": ("1/s", ""),
    "served at twice the rate": ("1/s", "as many as at the rate that holds"),
    "refused": ("1/s", "the rest"),
    "refused, p99": ("ms", ""),
    "neither": ("calls", "0"),
    "sent again": ("messages", ""),
    "first prompt at half the rate, p99": ("ms", ""),
    "first prompt at twice the rate, p99": ("ms", "≤ 2 × that at half"),
    "first prompt afterwards, p99": ("ms", "as at half"),
    "stop before": ("s", ""),
    "stop afterwards": ("s", "as before"),
}
_SHORT_MS = 700
_PROBE_EVERY_S = 0.2
_CALM_S, _CALM_PROBES_S = 2.0, 5.0


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in (OURS, BARE):  # what follows from too many calls for bare Asterisk does not reach ours
        for figure, value in _measure_variant(name, stage, scale, say).items():
            found[figure][name].append(value)
    rows = tuple(Row(figure, unit, found[figure], aim, "") for figure, (unit, aim) in ROWS.items())
    return [Section(TITLE, _TEXT.format(seconds=scale.overload_s), rows)]


def _measure_variant(
    name: str, stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]
) -> dict[str, float]:
    folder = stage.folder / "sipp"
    say(f"{name}: the rate that holds")
    with run_variant(name, stage) as variant:
        holds = find_call_rate(variant, scale, folder) or scale.rates[0]
        stopped_at = time.monotonic()
    figures = {"holds": holds, "stop before": time.monotonic() - stopped_at}
    with run_variant(name, stage) as variant:
        say(f"{name}: half of {holds:g} calls a second")
        half, _, _ = _load(variant, holds / 2, scale.overload_s, folder)
        say(f"{name}: twice {holds:g} calls a second")
        probes, counts, refused = _load(variant, 2 * holds, scale.overload_s, folder)
        time.sleep(_CALM_S)
        with probing(variant) as calm:
            time.sleep(min(_CALM_PROBES_S, scale.overload_s))
        stopped_at = time.monotonic()
    offered = round(2 * holds * scale.overload_s)
    delays = {
        "refused, p99": probes.refused_ms,
        "first prompt at half the rate, p99": half.prompts_ms,
        "first prompt at twice the rate, p99": probes.prompts_ms,
        "first prompt afterwards, p99": calm.prompts_ms,
    }
    figures |= {figure: percentile(values, 99) for figure, values in delays.items() if values}
    return figures | {
        "served at twice the rate": (counts.succeeded - refused) / scale.overload_s,
        "refused": refused / scale.overload_s,
        "neither": offered - counts.succeeded,
        "sent again": counts.retransmissions,
        "stop afterwards": time.monotonic() - stopped_at,
    }


def _load(variant: Variant, rate: float, seconds: float, folder: Path) -> tuple["Probes", sipp.CallCounts, int]:
    """Offers calls, with probes beside: their delays, SIPp's counts, and how many calls were refused."""
    calls = CallLoad(round(rate * seconds), rate, _SHORT_MS, may_be_refused=True)
    with probing(variant) as probes:
        counts = sipp.place_calls(calls, variant.sip_port, variant.number, folder)
    return probes, counts, sipp.count_refused(folder)


@dataclass(slots=True)
class Probes:
    """Milliseconds from the INVITE to the first voice packet of served probes, and to the response of refused ones."""

    prompts_ms: list[float] = field(default_factory=list)
    refused_ms: list[float] = field(default_factory=list)


@contextmanager
def probing(variant: Variant) -> Iterator[Probes]:
    """Calls again and again until the end of the block."""
    probes, ended = Probes(), threading.Event()
    thread = threading.Thread(target=_probe, args=(variant, probes, ended))
    thread.start()
    try:
        yield probes
    finally:
        ended.set()
        thread.join()


def _probe(variant: Variant, probes: Probes, ended: threading.Event) -> None:
    endpoint = RtpEndpoint(ports.free(2))
    number = 0
    while not ended.wait(_PROBE_EVERY_S):
        shown = f"+3363998{9000 + number % 1000:04}"
        number += 1
        caller = SipCaller(variant.sip_port, variant.number, endpoint.port)
        try:
            endpoint.drain()
            call = caller.call(shown)
            endpoint.send_silence(call.voice_port)
            probes.prompts_ms.append(1000 * (endpoint.wait_for_voice() - call.sent))
            caller.hang_up(call, shown)
        except CallRefused as refusal:
            probes.refused_ms.append(1000 * refusal.after_s)
        except TimeoutError:  # after 5 s
            probes.prompts_ms.append(5000)
        finally:
            caller.close()
    endpoint.close()
