"""The daily tasks of people at the reception, done in a browser on the real pages: clicks and seconds of each."""

from collections.abc import Callable, Iterable

from browser import chromium, end_unused
from daily_tasks import Timing, measure_tasks

from bench.installations import PreparedInstallation, now
from bench.report import OURS, Row, Section, format_value
from bench.scale import Scale
from standardiste.settings import CHECKOUT

TITLE = "The daily tasks"
PAGE = CHECKOUT / "docs" / "stopwatch.md"
_HEAD = """\
# The daily tasks, timed

What people at the reception do every day, done by a program in a real browser (Chromium) on the real pages of a
reception that takes calls: how many clicks it takes, and how many seconds until the page says that it is done. What is
to be heard is heard by a real call afterwards. Two clicks of the first task are in the window in which a file is
chosen. Typing a name, an address and a password takes the program no time, and a person some ten seconds.

`tests/calls/test_stopwatch.py` fails when a task takes more clicks than stand here as the most;
`script/bench --only stopwatch` writes this page. The times of every page with a year of calls are in
[performance.md](performance.md).

| task | clicks | at most | seconds | at most |
| --- | --- | --- | --- | --- |
"""


def measure(stage: PreparedInstallation, _scale: Scale, say: Callable[[str], None]) -> list[Section]:
    """The tasks at a copy of the installation with everything that calls need. Writes docs/stopwatch.md."""
    reception = stage.copy_reception(parts="asterisk, calls, switch")
    reception.is_program = True
    reception.start()
    say("the browser")
    try:
        with chromium() as browser:
            timings = measure_tasks(reception, browser, stage.folder)
    finally:
        end_unused()
        reception.stop()
    PAGE.write_text(_HEAD + _table(timings) + f"\nMeasured on {now():%Y-%m-%d}.\n")
    rows = [Row(each.task, "clicks", {OURS: [each.clicks]}, f"≤ {each.most_clicks}") for each in timings]
    rows += [Row(each.task, "s", {OURS: [each.seconds]}, _goal(each)) for each in timings]
    return [Section(TITLE, "docs/stopwatch.md says how.", tuple(rows))]


def _table(timings: Iterable[Timing]) -> str:
    return "".join(
        f"| {each.task} | {each.clicks} | {each.most_clicks} | {format_value(each.seconds)} | {each.most_s or ''} |\n"
        for each in timings
    )


def _goal(timing: Timing) -> str:
    return f"≤ {timing.most_s} s" if timing.most_s else ""
