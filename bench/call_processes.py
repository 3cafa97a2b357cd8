"""What one call costs each process: a processor's time, at a low and at a high rate.

The kernel's account of each process changes less on a busy machine than delays and the rate that holds, so that two
versions can be compared while other programs run.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench import sipp
from bench.installations import PreparedInstallation
from bench.report import BARE, OURS, Row, Section
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import Variant, abba_order, run_variant

TITLE = "One call, by process"
_TEXT = (
    "Processor time of each process for a call, signalling only, at {rates} new calls a second for {seconds:g} s each, "
    "until everything is on record; without what the same process uses at rest. *Channel events*: lines of Asterisk's "
    "channel event log."
)
_SHORT_MS, _WARM = 700, 10
_SHOWN_MS = 0.05  # what costs less than this is noise
_EVENTS = "channel events"


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in abba_order([BARE, OURS], scale.rounds and 1):
        say(name)
        with run_variant(name, stage) as variant:
            for figure, value in _measure_variant(variant, scale, stage.folder / "sipp").items():
                found[figure][name].append(value)
    rows = tuple(
        Row(figure, "lines a call" if figure == _EVENTS else "CPU ms a call", values)
        for figure, values in sorted(found.items())
        if max(max(runs) for runs in values.values()) >= _SHOWN_MS
    )
    rates = " and ".join(map(str, scale.process_rates))
    return [Section(TITLE, _TEXT.format(rates=rates, seconds=scale.process_s), rows)]


def _measure_variant(variant: Variant, scale: Scale, folder: Path) -> Mapping[str, float]:
    log = variant.reception.settings.asterisk_spool / "channel-events.csv"
    done = _WARM
    _place_calls(variant, CallLoad(_WARM, _WARM, _SHORT_MS, first=9_000), folder, done)
    rest = _measure_load(variant, lambda: time.sleep(scale.idle_s))
    figures: dict[str, float] = {}
    for rate in scale.process_rates:
        calls = CallLoad(round(rate * scale.process_s), rate, _SHORT_MS, first=done)
        done, lines = done + calls.count, _count_lines(log)
        load = _measure_load(variant, partial(_place_calls, variant, calls, folder, done))
        for name, used in load.cpu_s.items():
            at_rest = rest.cpu_s.get(name, 0.0) * load.seconds / rest.seconds
            figures[f"{name}, {rate} a second"] = 1000 * (used - at_rest) / calls.count
        figures[_EVENTS] = (_count_lines(log) - lines) / calls.count
    return figures


class _Load(NamedTuple):
    cpu_s: Mapping[str, float]
    seconds: float


def _measure_load(variant: Variant, work: Callable[[], None]) -> _Load:
    """What each process uses while `work` is done, and for how long that takes."""
    began, before = time.monotonic(), variant.processes.cpu_s_by_name()
    work()
    after, seconds = variant.processes.cpu_s_by_name(), time.monotonic() - began
    return _Load({name: used - before.get(name, 0.0) for name, used in after.items()}, seconds)


def _place_calls(variant: Variant, calls: CallLoad, folder: Path, total: int) -> None:
    outcome = sipp.place_calls(calls, variant.sip_port, variant.number, folder)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{variant.name}: {outcome.succeeded} of {calls.count} calls completed; see {folder}.")
    variant.wait_until_idle(total)


def _count_lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0
