"""A long run: new callers for as long as is asked, none of whom may fail, and what the processes have grown by.

Each is answered, hears the menu, presses 3 after two seconds, listens for three, and hangs up. Counted: calls that came
to that end, and calls whose end the base knows.
"""

from collections.abc import Callable

from bench import sipp
from bench.arms import running
from bench.scale import Scale
from bench.sipp import Calls
from bench.stage import Stage
from bench.table import OURS, Row, Section

TITLE = "One hour"
_TEXT = (
    "{rate} new callers a second for {seconds:,} s; each hears the menu, presses 3, listens, and hangs up after 5 s."
)
_RATE = 20


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    calls = Calls(_RATE * scale.hour_s, _RATE, 2000, 3000, key=True)
    with running(OURS, stage) as arm:
        before_kb = arm.processes.memory_kb
        say(f"{calls.count:,} calls, {calls.seconds:.0f} s")
        outcome = sipp.run(calls, arm.sip_port, arm.number, stage.folder / "sipp")
        arm.settle(outcome.succeeded)
        rows = (
            Row("calls served", "calls", {OURS: [outcome.succeeded]}, f"{calls.count:,}"),
            Row("calls failed", "calls", {OURS: [calls.count - outcome.succeeded]}, "0"),
            Row("calls on record", "calls", {OURS: [arm.on_record()]}, f"{calls.count:,}"),
            Row("memory before", "MB", {OURS: [before_kb / 1000]}),
            Row("memory after", "MB", {OURS: [arm.processes.memory_kb / 1000]}),
        )
    return [Section(TITLE, _TEXT.format(rate=_RATE, seconds=scale.hour_s), rows)]
