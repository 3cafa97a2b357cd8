"""Statistics of the runs of each variant, and their tables in Markdown."""

import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median, quantiles

BARE, BARE_AGAIN, ODBC, OURS = "bare", "bare again", "bare with func_odbc", "ours"
BEGIN, END = "<!-- figures: written by script/bench -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its values by variant, one for each run. `compared`: how ours is compared with bare."""

    figure: str
    unit: str
    values: Mapping[str, Sequence[float]]
    goal: str = ""
    compared: str = "ratio"  # "ratio", "difference", or "" if bare has no such figure


@dataclass(frozen=True, slots=True)
class Section:
    """The result of one measurement; `text` says what was measured, from where to where."""

    title: str
    text: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of the values are."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def relative_spread(values: Sequence[float]) -> float:
    """The range of the runs of one variant, as a share of their median."""
    middle = median(values)
    return (max(values) - min(values)) / abs(middle) if middle else 0.0


def compare_with_bare(row: Row, variant: str = OURS) -> str:
    """A variant compared with bare; empty if one of them is missing."""
    if not row.compared or BARE not in row.values or variant not in row.values:
        return ""
    bare = median([*row.values[BARE], *row.values.get(BARE_AGAIN, ())])
    value = median(row.values[variant])
    if row.compared == "difference":
        return f"{value - bare:+.2f} {row.unit}"
    return f"{value / bare:.2f} ×" if bare else ""


def compare_bare_runs(row: Row) -> str:
    """The two runs of bare compared: the noise of this measurement."""
    if BARE_AGAIN not in row.values or not row.compared:
        return ""
    first, second = median(row.values[BARE]), median(row.values[BARE_AGAIN])
    if row.compared == "difference":
        return f"{second - first:+.2f} {row.unit}"
    return f"{second / first:.2f} ×" if first else ""


def render_section(section: Section) -> str:
    """The section of docs/performance.md; columns of variants that were not run are left out."""
    measured = dict.fromkeys(name for row in section.rows for name in row.values)
    peers = [name for name in measured if name not in (BARE, BARE_AGAIN, ODBC, OURS)]
    variants = [name for name in (BARE, ODBC, *peers, OURS) if name in measured]
    compares = any(compare_with_bare(row) for row in section.rows)
    head = ["figure", *variants, *(["ours : bare", "bare : bare"] if compares else []), "aim"]
    lines = [f"### {section.title}", "", section.text, "", _line(head), _line(["---"] * len(head))]
    for row in section.rows:
        cells = [f"{row.figure} ({row.unit})", *(_cell(row, variant) for variant in variants)]
        if compares:
            cells += [compare_with_bare(row), compare_bare_runs(row)]
        lines.append(_line([*cells, row.goal]))
    lines += [line for note in section.notes for line in ("", note)]
    return "\n".join(lines) + "\n"


def render_figures(sections: Iterable[Section], at: datetime, load_before: float) -> str:
    """Everything between the markers."""
    return "\n".join([_machine(at, load_before), "", *(render_section(section) for section in sections)])


def replace_figures(text: str, figures: str) -> str:
    """The page with these figures in place of the earlier ones. Raises ValueError if it has no markers."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"The page must hold {BEGIN} and {END} once each.")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{figures}\n{END}{rest.partition(END)[2]}"


def render_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(_line(cells) for cells in (head, ["---"] * len(head), *lines))


def format_value(value: float) -> str:
    """The value with three significant digits."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _cell(row: Row, variant: str) -> str:
    if not (values := row.values.get(variant)):
        return ""
    # One run says nothing about the next: that it was one is said too.
    apart = f"±{50 * relative_spread(values):.0f} %, {len(values)} runs" if len(values) > 1 else "1 run"
    return f"{format_value(median(values))} ({apart})"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine(at: datetime, load_before: float) -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    cores = cpu_count() or 1
    facts = [
        f"{at:%Y-%m-%d %H:%M} UTC",
        f"{cores} cores of {model[1] if model else platform.machine()}",
        f"{int(memory[1]) // 1_000_000 if memory else '?'} GB",
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}",
        f"on top of commit {commit.stdout.strip() or '?'}",
        f"load before the run {load_before:.1f}, at its end {getloadavg()[0]:.1f}",
    ]
    return "; ".join(facts) + "." + (_NOT_QUIET if load_before > 0.5 else "")


_NOT_QUIET = (
    "\n\n**The machine was not quiet**: other work ran beside. Ratios of processor time hold; rates that a machine "
    "sustains, and waits, do not."
)
