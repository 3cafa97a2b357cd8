"""What a call costs, and how many a second are held: other libraries, bare Asterisk and our reception, in one run."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import one_call
from bench.capacity import find_call_rate
from bench.installations import PreparedInstallation
from bench.peer_servers import PEERS
from bench.report import BARE, BARE_AGAIN, ODBC, OURS, Row, Section, format_value, render_table
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import Variant, abba_order, available_variants, run_variant

TITLE = "Beside other libraries"
_TEXT = (
    "The same Asterisk, prompts and message. Each peer looks up the caller's card, makes it where there is none, notes "
    "the call, and plays the menu and the message (`bench/peer_programs`, written as users of the library would). "
    "Processor time of everything that runs, without what it uses at rest: signalling only at {rate} a second, and a "
    "call of {seconds} s with a key and the message. *Held*: the last rate that completed every call for {step:g} s, "
    "and sent nothing again.{year}"
)
_YEAR = " Every database holds a year before: {calls:,} calls, {cards:,} cards."
_SHORT_MS, _WARM = 700, 10
FIGURES: Mapping[str, tuple[str, str, bool]] = {  # unit, aim, whether less is better
    "signalling only": ("CPU ms a call", "≤ 1.25 ×", True),
    "whole call": ("CPU ms a call", "≤ 1.03 ×", True),
    "at rest": ("CPU % of a core", "", True),
    "key → message": ("ms", "", True),
    "held": ("1/s", "≥ 0.9 ×", False),
}


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    bare, *others = (name for name in available_variants() if name not in (OURS, BARE_AGAIN))
    order = abba_order([bare, *others, *PEERS, OURS, BARE_AGAIN], scale.peer_rounds)
    for number, name in enumerate(order, 1):
        say(f"run {number} of {len(order)}: {name}")
        with run_variant(name, stage) as variant:
            for figure, value in _measure_variant(variant, scale, stage.folder / "sipp").items():
                found[figure][name].append(value)
    rows = tuple(Row(figure, unit, found[figure], aim) for figure, (unit, aim, _) in FIGURES.items())
    year = _YEAR.format(calls=scale.calls, cards=scale.cards) if stage.has_year else ""
    text = _TEXT.format(rate=scale.short_rate, seconds=scale.full_s, step=scale.peer_step_s, year=year)
    return [Section(TITLE, text, rows, notes=("In short:", summarize(rows)))]


def _measure_variant(variant: Variant, scale: Scale, folder: Path) -> dict[str, float]:
    recorded = variant.count_recorded_calls() if variant.name == OURS else 0  # a year of calls, say
    warm = CallLoad(_WARM, _WARM, _SHORT_MS, first=9_000)
    done = recorded + warm.count
    one_call.place_calls(variant, warm, folder, total=done)
    rest = one_call.measure_idle_load(variant, scale.idle_s)
    short = CallLoad(scale.short_calls, scale.short_rate, _SHORT_MS)
    done += short.count
    short_ms = one_call.cpu_ms(variant, short, rest, folder, done)
    done += scale.probes
    key_ms = one_call.measure_delays(variant, scale.probes)["key → message, median"]  # raises unless the tone comes
    before_ms = min(one_call.KEY_MS, 500 * scale.full_s)
    whole = CallLoad(
        scale.full_calls, scale.full_rate, before_ms, 1000 * scale.full_s - before_ms, key=True, first=5_000
    )
    done += whole.count
    whole_ms = one_call.cpu_ms(variant, whole, rest, folder, done)
    held = find_call_rate(variant, replace(scale, rates=scale.peer_rates, step_s=scale.peer_step_s), folder)
    return {
        "signalling only": short_ms,
        "whole call": whole_ms,
        "at rest": 100 * rest,
        "key → message": key_ms,
        "held": held,
    }


def summarize(rows: Sequence[Row]) -> str:
    """Ours, the best peer and bare Asterisk, which is the limit, by their medians."""
    return render_table(("figure", "ours", "best peer", "bare Asterisk"), list(_summary_lines(rows)))


def _summary_lines(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        medians = {name: median(values) for name, values in row.values.items()}
        peers = {name: value for name, value in medians.items() if name in PEERS or name == ODBC}
        choose = min if FIGURES[row.figure][2] else max
        best = choose(peers, key=lambda name: peers[name])
        ours, bare = format_value(medians[OURS]), format_value(medians[BARE])
        yield f"{row.figure} ({row.unit})", ours, f"{format_value(peers[best])} ({best})", bare
