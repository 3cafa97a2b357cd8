"""How many calls a second, and how many at once, are held without one that fails: bare Asterisk, and our own reception.

*Calls a second*: signalling only (bench/call.py), each rate for some seconds, from low to high; the last rate at which
every call came to its end and no message had to be sent again for want of an answer within 500 ms.

*Calls at once*: callers come at a fixed rate, press 3 and stay in the message, until a whole second brings fewer than
98 % of the voice packets that they should have heard. The generator's own processor time is not told apart here: it
shares the machine with all arms alike.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench import sipp
from bench.arms import Arm, running, there_and_back
from bench.scale import Scale
from bench.sipp import Calls
from bench.stage import Stage
from bench.table import BARE, OURS, Row, Section

TITLE = "What holds"
_TEXT = (
    "*Calls a second*: signalling only, each rate for {step:g} s; the last at which every call came to its end "
    "and nothing was sent twice. *Calls at once*: {rate} new callers a second stay in the message of the day "
    "until 2 % of a second's voice packets are missing. The generator works on the same machine."
)
_SHORT_MS, _KEY_MS, _STAYS_MS = 700, 1000, 80_000
_ENOUGH, _PACKETS_S = 0.98, 50


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    rates: dict[str, list[float]] = defaultdict(list)
    at_once: dict[str, list[float]] = defaultdict(list)
    for name in there_and_back([BARE, OURS], scale.rounds and 1):
        say(f"{name}: calls a second")
        with running(name, stage) as arm:
            rates[name].append(_rate(arm, scale, stage.folder / "sipp"))
        say(f"{name}: calls at once")
        with running(name, stage) as arm:
            at_once[name].append(_at_once(arm, scale, stage.folder / "sipp"))
    rows = (
        Row("calls a second", "1/s", rates, "≥ 0.8 ×"),
        Row("calls at once", "calls", at_once),
    )
    return [Section(TITLE, _TEXT.format(step=scale.step_s, rate=scale.growing_rate), rows)]


def _rate(arm: Arm, scale: Scale, folder: Path) -> float:
    held = 0.0
    for rate in scale.rates:
        calls = Calls(round(rate * scale.step_s), rate, _SHORT_MS, first=round(held * 37) % 9_000)
        outcome = sipp.run(calls, arm.sip_port, arm.number, folder)
        if not outcome.is_clean or outcome.succeeded < calls.count:
            return held
        held = rate
    return held


def _at_once(arm: Arm, scale: Scale, folder: Path) -> float:
    calls = Calls(scale.growing_rate * scale.growing_s, scale.growing_rate, _KEY_MS, _STAYS_MS, key=True)
    held = 0.0
    with sipp.started(calls, arm.sip_port, arm.number, folder) as (_, sink, log):
        began = time.monotonic()
        packets, talked = sink.packets, 0
        while time.monotonic() < began + scale.growing_s:
            second = time.monotonic()
            time.sleep(1)
            came, now_talking = sink.packets, sipp.last(log)
            heard, packets = (came - packets) / (time.monotonic() - second), came
            # Who has come in this second is heard for a part of it.
            if now_talking.failed or (talked and heard < _ENOUGH * _PACKETS_S * talked):
                return held
            held, talked = talked, max(0, now_talking.talking - scale.growing_rate)
    return held
