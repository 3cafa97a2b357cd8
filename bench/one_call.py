"""The cost of one call, and the delays of its caller: bare Asterisk, the same with func_odbc, and our own reception.

Processor time is that of all our processes (supervisor, Asterisk, all parts), from before the first INVITE until
everything about the last call is on record. What the same processes use at rest, measured just before, is subtracted
and reported separately. Each caller calls for the first time, so that their contact card has to be created.
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
    "*Signalling only*: INVITE, 200, 700 ms (of which Asterisk waits 500 for the caller's first voice packet), BYE. "
    "*Whole call*: {seconds} s; menu, key 3 after {before:g} s, the message of the day until the caller hangs up. "
    "Processor time of all processes, without what they use at rest (*at rest*, on one core). Delays are of "
    "one caller alone, by one clock: from the INVITE, and from the last packet of the key (RFC 4733) to the first "
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
    "memory of a call in progress": ("kB", "", "difference"),
    "the database grows by": ("kB a call", "", ""),
}
_SHORT_MS, KEY_MS = 700, 5000


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    order = abba_order(available_variants(), scale.rounds)
    for number, name in enumerate(order, 1):
        say(f"run {number} of {len(order)}: {name}")
        with run_variant(name, stage) as variant:
            for figure, value in _measure_variant(variant, scale, stage.folder / "sipp").items():
                found[figure][name].append(value)
    rows = [Row(figure, unit, found[figure], aim, how) for figure, (unit, aim, how) in ROWS.items()]
    before = min(KEY_MS, 500 * scale.full_s) / 1000
    return [Section(TITLE, _TEXT.format(seconds=scale.full_s, before=before), tuple(rows))]


def _measure_variant(variant: Variant, scale: Scale, folder: Path) -> dict[str, float]:
    warm = CallLoad(5, 5, _SHORT_MS, first=9_000)
    place_calls(variant, warm, folder, total=warm.count)
    rest, memory_kb = measure_idle_load(variant, scale.idle_s), variant.processes.memory_kb
    bytes_before = variant.database_bytes()
    short = CallLoad(scale.short_calls, scale.short_rate, _SHORT_MS)
    short_ms = cpu_ms(variant, short, rest, folder, warm.count + short.count)
    grown_kb = (variant.database_bytes() - bytes_before) / short.count / 1000
    key_ms = min(KEY_MS, 500 * scale.full_s)
    whole = CallLoad(scale.full_calls, scale.full_rate, key_ms, 1000 * scale.full_s - key_ms, key=True, first=5_000)
    done = warm.count + short.count + whole.count
    figures = measure_delays(variant, scale.probes)
    done += scale.probes
    whole_ms, talking_kb = _cpu_and_memory(variant, whole, rest, folder, done, memory_kb)
    figures |= {
        "signalling only": short_ms,
        "whole call": whole_ms,
        "at rest": 100 * rest,
        "memory at rest": memory_kb / 1000,
        "memory of a call in progress": talking_kb,
    }
    return figures | ({"the database grows by": grown_kb} if variant.name == "ours" else {})


def measure_idle_load(variant: Variant, seconds: float) -> float:
    """The average number of cores in use."""
    before, cpu = time.monotonic(), variant.processes.cpu_s
    time.sleep(seconds)
    return (variant.processes.cpu_s - cpu) / (time.monotonic() - before)


def place_calls(variant: Variant, calls: CallLoad, folder: Path, total: int) -> None:
    outcome = sipp.place_calls(calls, variant.sip_port, variant.number, folder)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{variant.name}: {outcome.succeeded} of {calls.count} calls completed; see {folder}.")
    variant.wait_until_idle(total)


def cpu_ms(variant: Variant, calls: CallLoad, rest: float, folder: Path, total: int) -> float:
    started, cpu = time.monotonic(), variant.processes.cpu_s
    place_calls(variant, calls, folder, total)
    return 1000 * (variant.processes.cpu_s - cpu - rest * (time.monotonic() - started)) / calls.count


def _cpu_and_memory(
    variant: Variant, calls: CallLoad, rest: float, folder: Path, total: int, memory_kb: float
) -> tuple[float, float]:
    """CPU ms a call, and kB for each call in progress just before the first one hangs up."""
    started, cpu = time.monotonic(), variant.processes.cpu_s
    with sipp.run_sipp(calls, variant.sip_port, variant.number, folder) as (process, _, log):
        process_ends = started + (calls.before_ms + calls.after_ms) / 1000
        time.sleep(max(0.0, process_ends - time.monotonic() - 0.5))
        active = max(1, sipp.read_latest(log).active)
        talking_kb = (variant.processes.memory_kb - memory_kb) / active
        process.wait(calls.seconds + 2 * sipp.GRACE_S)
        outcome = sipp.read_latest(log)
    if outcome.succeeded != calls.count:
        raise SystemExit(f"{variant.name}: {outcome.succeeded} of {calls.count} calls completed; see {folder}.")
    variant.wait_until_idle(total)
    return 1000 * (variant.processes.cpu_s - cpu - rest * (time.monotonic() - started)) / calls.count, talking_kb


def measure_delays(variant: Variant, calls: int) -> dict[str, float]:
    endpoint = RtpEndpoint(ports.free(2))
    caller = SipCaller(variant.sip_port, variant.number, endpoint.port)
    answers, prompts, messages = [], [], []
    for number in range(calls):
        number_shown = f"+3363998{8000 + number:04}"
        endpoint.drain()
        call = caller.call(number_shown)
        answers.append(1000 * (call.answered - call.sent))
        endpoint.send_silence(call.voice_port)
        prompts.append(1000 * (endpoint.wait_for_voice() - call.sent))
        time.sleep(0.3 + number % 10 * 0.002)  # so that keys come at different points of Asterisk's 20 ms
        released = endpoint.send_key("3")
        messages.append(1000 * (endpoint.wait_for_voice(TONE_HZ) - released))
        caller.hang_up(call, number_shown)
    caller.close()
    endpoint.close()
    return {
        "INVITE → 200, median": median(answers),
        "INVITE → 200, p95": percentile(answers, 95),
        "INVITE → first prompt, median": median(prompts),
        "key → message, median": median(messages),
        "key → message, p95": percentile(messages, 95),
    }
