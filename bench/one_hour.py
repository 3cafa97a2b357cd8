"""A long run: callers arrive for the given time, no call may fail, and the growth of the processes is measured.

Each caller is answered, hears the menu, presses 3 after two seconds, listens for three, and hangs up. Counted: calls
that completed, and calls whose end is in the database.
"""

import threading
from collections.abc import Callable

from bench import sipp
from bench.installations import PreparedInstallation
from bench.report import OURS, Row, Section
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import run_variant

TITLE = "One hour"
_TEXT = (
    "{rate} new callers a second for {seconds:,} s; each hears the menu, presses 3, listens, and hangs up after 5 s. "
    "Memory *early* and *late*: after a fifth of that time and shortly before its end, with the same "
    "number of calls in progress."
)
_RATE = 20
_EARLY, _LATE = 0.2, 0.98  # of the time


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    calls = CallLoad(_RATE * scale.hour_s, _RATE, 2000, 3000, key=True)
    with run_variant(OURS, stage) as variant:
        before_kb = variant.processes.memory_kb
        say(f"{calls.count:,} calls, {calls.seconds:.0f} s")
        memory_kb: list[int] = []
        samples = [
            threading.Timer(share * scale.hour_s, lambda: memory_kb.append(variant.processes.memory_kb))
            for share in (_EARLY, _LATE)
        ]
        for sample in samples:
            sample.start()
        outcome = sipp.place_calls(calls, variant.sip_port, variant.number, stage.folder / "sipp")
        for sample in samples:
            sample.join()
        early_kb, late_kb = memory_kb
        variant.wait_until_idle(outcome.succeeded)
        between = (_LATE - _EARLY) * calls.count
        rows = (
            Row("calls served", "calls", {OURS: [outcome.succeeded]}, f"{calls.count:,}"),
            Row("calls failed", "calls", {OURS: [calls.count - outcome.succeeded]}, "0"),
            Row("calls on record", "calls", {OURS: [variant.count_recorded_calls()]}, f"{calls.count:,}"),
            Row("memory before", "MB", {OURS: [before_kb / 1000]}),
            Row("memory early", "MB", {OURS: [early_kb / 1000]}),
            Row("memory late", "MB", {OURS: [late_kb / 1000]}),
            Row("grown from early to late", "kB a call", {OURS: [(late_kb - early_kb) / between]}),
            Row("memory after", "MB", {OURS: [variant.processes.memory_kb / 1000]}),
        )
    return [Section(TITLE, _TEXT.format(rate=_RATE, seconds=scale.hour_s), rows)]
