"""`script/bench`: takes every measurement and writes the tables of docs/performance.md."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import click

from bench import (
    agi_sessions,
    at_rest,
    call_processes,
    capacity,
    centre_costs,
    click_to_invite,
    console_pages,
    contact_import,
    contact_lookup,
    contact_search,
    duplicates,
    one_call,
    one_hour,
    overload,
    peers,
    profile,
    public_requests,
    queue_drain,
    stopwatch,
    year_work,
)
from bench.installations import PreparedInstallation, now
from bench.report import Section, render_figures, render_section, replace_figures
from bench.scale import FULL, QUICK
from bench.year import add_year
from standardiste.settings import CHECKOUT

MEASURES: dict[str, ModuleType] = {
    "peers": peers,  # the page begins with it
    "call": one_call,
    "capacity": capacity,
    "overload": overload,
    "agi-sessions": agi_sessions,
    "contact-lookup": contact_lookup,
    "contact-search": contact_search,
    "contact-import": contact_import,
    "duplicates": duplicates,
    "public-requests": public_requests,
    "click-to-invite": click_to_invite,
    "queue-drain": queue_drain,
    "console-pages": console_pages,
    "centre-costs": centre_costs,
}
ALL = MEASURES | {
    "at-rest": at_rest,
    "call-processes": call_processes,
    "one-hour": one_hour,
    "profile": profile,
    "stopwatch": stopwatch,
    "year-work": year_work,
}
YEAR = ("peers", "console-pages", "year-work")
PAGE = CHECKOUT / "docs" / "performance.md"
HUGE_LINE_COUNT = 10_000_000


@click.command
@click.option("--quick", is_flag=True, help="Small counts: shows in a few minutes that every measurement works.")
@click.option(
    "--only", "names", multiple=True, type=click.Choice(sorted(ALL)), help="Only this measurement; repeatable."
)
@click.option("--huge", is_flag=True, help="Also look-ups among ten million lines (4 GB of disk, some minutes).")
@click.option("--queued", type=click.IntRange(1, 10_000), help="The number of callbacks that wait in the queue.")
@click.option("--hour", is_flag=True, help="Also serve 72,000 calls in one hour.")
@click.option("--profile", "profiled", is_flag=True, help="Only says where the time goes: by thread and statement.")
@click.option(
    "--year", is_flag=True, help="Only what a year of calls in the databases costs: calls, pages, loops, doctor."
)
@click.option("--rounds", type=click.IntRange(1, 20), help="How often the variants run there and back.")
@click.option("--minutes", type=click.IntRange(1, 600), help="The length of that hour.")
def main(
    quick: bool,
    names: tuple[str, ...],
    huge: bool,
    queued: int | None,
    hour: bool,
    profiled: bool,
    year: bool,
    rounds: int | None,
    minutes: int | None,
) -> None:
    """Measures this software against bare Asterisk and bare Flask.

    A complete run that is not quick writes docs/performance.md; any other is only printed, but for `stopwatch`, which
    writes docs/stopwatch.md. Valid figures need a machine
    on which nothing else runs.
    """
    names += (("profile",) if profiled else ()) + (YEAR if year else ())
    started, load = time.monotonic(), os.getloadavg()[0]
    scale = QUICK if quick else FULL
    scale = replace(
        scale, callbacks=queued or scale.callbacks, lines=(*scale.lines, *([HUGE_LINE_COUNT] if huge else []))
    )
    if rounds:
        scale = replace(scale, rounds=rounds, peer_rounds=rounds)
    scale = replace(scale, hour_s=60 * minutes if minutes else scale.hour_s)
    measures = {name: ALL[name] for name in [*(names or MEASURES), *(["one-hour"] if hour else [])]}
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    _print_progress(started, "", "speaking the prompts")
    stage = PreparedInstallation(folder)
    if year:
        _print_progress(started, "", f"a year of {scale.calls:,} calls")
        add_year(stage, scale.calls, scale.cards, scale.versions)
    sections: list[Section] = []
    for name, measure in measures.items():
        _print_progress(started, name, "begins")
        for section in measure.measure(stage, scale, _progress_printer(started, name)):
            click.echo(f"\n{render_section(section)}")
            sections.append(section)
    shutil.rmtree(folder)
    if not (quick or names):
        PAGE.write_text(replace_figures(PAGE.read_text(), render_figures(sections, now(), load)))
        _print_progress(started, "", f"written to {PAGE.relative_to(CHECKOUT)}")


def _progress_printer(started: float, name: str) -> Callable[[str], None]:
    return lambda what: _print_progress(started, name, what)


def _print_progress(started: float, name: str, what: str) -> None:
    click.echo(f"{time.monotonic() - started:6.0f} s  {' '.join(filter(None, (name, what)))}", err=True)


if __name__ == "__main__":
    main()
