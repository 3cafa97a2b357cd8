"""What one call costs, and how long its caller waits: bare Asterisk, the same with func_odbc, and our own reception.

Processor time is that of everything we run (supervisor, Asterisk, our parts, also those that serve no call), from
before the first INVITE until everything about the last call is on record; what the same processes use at rest, taken
just before, is subtracted and told apart. Each caller calls for the first time: his card has to be made.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

import ports

from bench import sipp
from bench.arms import Arm, names, running, there_and_back
from bench.rtp_ear import RtpEar
from bench.scale import Scale
from bench.sip_caller import SipCaller
from bench.sipp import Calls
from bench.stage import TONE_HZ, Stage
from bench.table import Row, Section, percentile

TITLE = "One call"
_TEXT = (
    "*Signalling only*: INVITE, 200, 700 ms (of which Asterisk waits 500 for the caller's first sound), BYE. "
    "*Whole call*: {seconds} s; menu, key 3 after {before:g} s, the message of the day until the caller hangs up. "
    "Processor time of everything that runs, without what it uses at rest (*at rest*, on one core). Times are of "
    "one caller alone, by one clock: from his INVITE, and from the last packet of his key (RFC 4733) to the first "
    "voice packet of the message."
)
ROWS: dict[str, tuple[str, str, str]] = {  # figure -> unit, aim, how it is compared
    "signalling only": ("CPU ms a call", "≤ 1.25 ×", "ratio"),
    "whole call": ("CPU ms a call", "≤ 1.02 ×", "ratio"),
    "at rest": ("CPU % of a core", "", "difference"),
    "INVITE → 200, median": ("ms", "", "difference"),
    "INVITE → 200, p95": ("ms", "", "difference"),
    "INVITE → first prompt, median": ("ms", "≤ +1 ms", "difference"),
    "key → message, median": ("ms", "+0 ms", "difference"),
    "key → message, p95": ("ms", "", "difference"),
    "memory at rest": ("MB", "", "difference"),
    "memory of a call under way": ("kB", "", "difference"),
    "the base grows by": ("kB a call", "", ""),
}
_SHORT_MS, _KEY_MS = 700, 5000


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    order = there_and_back(names(), scale.rounds)
    for number, name in enumerate(order, 1):
        say(f"run {number} of {len(order)}: {name}")
        with running(name, stage) as arm:
            for figure, value in _figures(arm, scale, stage.folder / "sipp").items():
                found[figure][name].append(value)
    rows = [Row(figure, unit, found[figure], aim, how) for figure, (unit, aim, how) in ROWS.items()]
    before = min(_KEY_MS, 500 * scale.whole_s) / 1000
    return [Section(TITLE, _TEXT.format(seconds=scale.whole_s, before=before), tuple(rows))]


def _figures(arm: Arm, scale: Scale, folder: Path) -> dict[str, float]:
    warm = Calls(5, 5, _SHORT_MS, first=9_000)
    _served(arm, warm, folder, total=warm.count)
    rest, memory_kb = _at_rest(arm, scale.rest_s), arm.processes.memory_kb
    base_before = arm.base_bytes()
    short = Calls(scale.short_calls, scale.short_rate, _SHORT_MS)
    short_ms = _cpu_ms(arm, short, rest, folder, warm.count + short.count)
    grown_kb = (arm.base_bytes() - base_before) / short.count / 1000
    key_ms = min(_KEY_MS, 500 * scale.whole_s)
    whole = Calls(scale.whole_calls, scale.whole_rate, key_ms, 1000 * scale.whole_s - key_ms, key=True, first=5_000)
    done = warm.count + short.count + whole.count
    figures = _waits(arm, scale.probes)
    done += scale.probes
    whole_ms, talking_kb = _cpu_and_memory(arm, whole, rest, folder, done, memory_kb)
    figures |= {
        "signalling only": short_ms,
        "whole call": whole_ms,
        "at rest": 100 * rest,
        "memory at rest": memory_kb / 1000,
        "memory of a call under way": talking_kb,
    }
    return figures | ({"the base grows by": grown_kb} if arm.name == "ours" else {})


def _at_rest(arm: Arm, seconds: float) -> float:
    """Cores."""
    before, cpu = time.monotonic(), arm.processes.cpu_s
    time.sleep(seconds)
    return (arm.processes.cpu_s - cpu) / (time.monotonic() - before)


def _served(arm: Arm, calls: Calls, folder: Path, total: int) -> None:
    outcome = sipp.run(calls, arm.sip_port, arm.number, folder)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{arm.name}: {outcome.succeeded} of {calls.count} calls came to their end; see {folder}.")
    arm.settle(total)


def _cpu_ms(arm: Arm, calls: Calls, rest: float, folder: Path, total: int) -> float:
    began, cpu = time.monotonic(), arm.processes.cpu_s
    _served(arm, calls, folder, total)
    return 1000 * (arm.processes.cpu_s - cpu - rest * (time.monotonic() - began)) / calls.count


def _cpu_and_memory(
    arm: Arm, calls: Calls, rest: float, folder: Path, total: int, memory_kb: float
) -> tuple[float, float]:
    """CPU ms a call, and kB for each of those that are under way at once just before the first hangs up."""
    began, cpu = time.monotonic(), arm.processes.cpu_s
    with sipp.started(calls, arm.sip_port, arm.number, folder) as (process, _, log):
        process_ends = began + (calls.before_ms + calls.after_ms) / 1000
        time.sleep(max(0.0, process_ends - time.monotonic() - 0.5))
        under_way = max(1, sipp.last(log).talking)
        talking_kb = (arm.processes.memory_kb - memory_kb) / under_way
        process.wait(calls.seconds + 2 * sipp.GRACE_S)
        outcome = sipp.last(log)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{arm.name}: {outcome.succeeded} of {calls.count} calls came to their end; see {folder}.")
    arm.settle(total)
    return 1000 * (arm.processes.cpu_s - cpu - rest * (time.monotonic() - began)) / calls.count, talking_kb


def _waits(arm: Arm, calls: int) -> dict[str, float]:
    ear = RtpEar(ports.free(2))
    caller = SipCaller(arm.sip_port, arm.number, ear.port)
    answers, prompts, messages = [], [], []
    for number in range(calls):
        who = f"+3363998{8000 + number:04}"
        ear.forget()
        call = caller.call(who)
        answers.append(1000 * (call.answered - call.sent))
        ear.greet(call.voice_port)
        prompts.append(1000 * (ear.hears() - call.sent))
        time.sleep(0.3 + number % 10 * 0.002)  # not always at the same point of Asterisk's 20 ms
        let_go = ear.press("3")
        messages.append(1000 * (ear.hears(TONE_HZ) - let_go))
        caller.hang_up(call, who)
    caller.close()
    ear.close()
    return {
        "INVITE → 200, median": median(answers),
        "INVITE → 200, p95": percentile(answers, 95),
        "INVITE → first prompt, median": median(prompts),
        "key → message, median": median(messages),
        "key → message, p95": percentile(messages, 95),
    }
