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
from bench.installations import TONE_HZ, PreparedInstallation
from bench.report import Row, Section, percentile
from bench.rtp_endpoint import RtpEndpoint
from bench.scale import Scale
from bench.sip_caller import SipCaller
from bench.sipp import CallLoad
from bench.variants import Variant, abba_order, available_variants, run_variant

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


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    order = abba_order(available_variants(), scale.rounds)
    for number, name in enumerate(order, 1):
        say(f"run {number} of {len(order)}: {name}")
        with run_variant(name, stage) as arm:
            for figure, value in _measure_variant(arm, scale, stage.folder / "sipp").items():
                found[figure][name].append(value)
    rows = [Row(figure, unit, found[figure], aim, how) for figure, (unit, aim, how) in ROWS.items()]
    before = min(_KEY_MS, 500 * scale.full_s) / 1000
    return [Section(TITLE, _TEXT.format(seconds=scale.full_s, before=before), tuple(rows))]


def _measure_variant(arm: Variant, scale: Scale, folder: Path) -> dict[str, float]:
    warm = CallLoad(5, 5, _SHORT_MS, first=9_000)
    _place_calls(arm, warm, folder, total=warm.count)
    rest, memory_kb = _idle_load(arm, scale.idle_s), arm.processes.memory_kb
    base_before = arm.database_bytes()
    short = CallLoad(scale.short_calls, scale.short_rate, _SHORT_MS)
    short_ms = _cpu_ms(arm, short, rest, folder, warm.count + short.count)
    grown_kb = (arm.database_bytes() - base_before) / short.count / 1000
    key_ms = min(_KEY_MS, 500 * scale.full_s)
    whole = CallLoad(scale.full_calls, scale.full_rate, key_ms, 1000 * scale.full_s - key_ms, key=True, first=5_000)
    done = warm.count + short.count + whole.count
    figures = _measure_delays(arm, scale.probes)
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


def _idle_load(arm: Variant, seconds: float) -> float:
    """Cores."""
    before, cpu = time.monotonic(), arm.processes.cpu_s
    time.sleep(seconds)
    return (arm.processes.cpu_s - cpu) / (time.monotonic() - before)


def _place_calls(arm: Variant, calls: CallLoad, folder: Path, total: int) -> None:
    outcome = sipp.place_calls(calls, arm.sip_port, arm.number, folder)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{arm.name}: {outcome.succeeded} of {calls.count} calls came to their end; see {folder}.")
    arm.wait_until_idle(total)


def _cpu_ms(arm: Variant, calls: CallLoad, rest: float, folder: Path, total: int) -> float:
    began, cpu = time.monotonic(), arm.processes.cpu_s
    _place_calls(arm, calls, folder, total)
    return 1000 * (arm.processes.cpu_s - cpu - rest * (time.monotonic() - began)) / calls.count


def _cpu_and_memory(
    arm: Variant, calls: CallLoad, rest: float, folder: Path, total: int, memory_kb: float
) -> tuple[float, float]:
    """CPU ms a call, and kB for each of those that are under way at once just before the first hangs up."""
    began, cpu = time.monotonic(), arm.processes.cpu_s
    with sipp.run_sipp(calls, arm.sip_port, arm.number, folder) as (process, _, log):
        process_ends = began + (calls.before_ms + calls.after_ms) / 1000
        time.sleep(max(0.0, process_ends - time.monotonic() - 0.5))
        under_way = max(1, sipp.read_latest(log).active)
        talking_kb = (arm.processes.memory_kb - memory_kb) / under_way
        process.wait(calls.seconds + 2 * sipp.GRACE_S)
        outcome = sipp.read_latest(log)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{arm.name}: {outcome.succeeded} of {calls.count} calls came to their end; see {folder}.")
    arm.wait_until_idle(total)
    return 1000 * (arm.processes.cpu_s - cpu - rest * (time.monotonic() - began)) / calls.count, talking_kb


def _measure_delays(arm: Variant, calls: int) -> dict[str, float]:
    ear = RtpEndpoint(ports.free(2))
    caller = SipCaller(arm.sip_port, arm.number, ear.port)
    answers, prompts, messages = [], [], []
    for number in range(calls):
        who = f"+3363998{8000 + number:04}"
        ear.drain()
        call = caller.call(who)
        answers.append(1000 * (call.answered - call.sent))
        ear.send_silence(call.voice_port)
        prompts.append(1000 * (ear.wait_for_voice() - call.sent))
        time.sleep(0.3 + number % 10 * 0.002)  # not always at the same point of Asterisk's 20 ms
        let_go = ear.send_key("3")
        messages.append(1000 * (ear.wait_for_voice(TONE_HZ) - let_go))
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
