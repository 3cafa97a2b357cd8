"""An import of contacts beside calls: how long it takes, and how much longer callers wait for the first prompt.

One reception in one run: calls without an import, calls with one, calls without one again. `serve-webhooks` does the
work, as for a file that was uploaded in the console.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench import sipp
from bench.contact_search import Person, make_people
from bench.installations import PreparedInstallation, now
from bench.overload import Probes, probing
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from bench.sipp import CallLoad
from bench.variants import Variant, run_variant
from records.actor import command_line_actor
from records.contacts.imports import files, imports
from records.contacts.imports.imports import Import, ImportState

TITLE = "An import of contacts"
_TEXT = (
    "A table of {count:,} people (name, number, e-mail address) none of whom has a card is checked line by line and "
    "imported, beside {rate} calls a second; one more caller calls again and again, whose wait from the INVITE to the "
    "first packet of the first prompt is compared with {quiet} s before and as long after the import, in the same "
    "run. *The same file again*: every line is recognised. Processor time: without that of the calls."
)
_RATE, _SHORT_MS = 2, 700
_AT_MOST_S = 3_600


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time with calls: how long, the processor time of all processes, and the waits of the probes."""

    seconds: float
    cpu_s: float
    prompts_ms: tuple[float, ...]


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    text = _table(make_people(scale.imported))
    with run_variant(OURS, stage) as variant:
        say(f"{scale.quiet_s:g} s of calls without an import")
        before = _with_calls(variant, stage, _for_seconds(scale.quiet_s))
        say(f"{scale.imported:,} lines")
        check, write = _import(variant, stage, text)
        say("the same file again")
        check_again, write_again = _import(variant, stage, text)
        after = _with_calls(variant, stage, _for_seconds(scale.quiet_s))
    quiet = [*before.prompts_ms, *after.prompts_ms]
    busy = [*check.prompts_ms, *write.prompts_ms]
    rest = (before.cpu_s + after.cpu_s) / (before.seconds + after.seconds)

    def cpu(*stretches: _Stretch) -> float:
        return sum(each.cpu_s - rest * each.seconds for each in stretches)

    rows = (
        _row("check and import", "s", check.seconds + write.seconds, "< 300"),
        _row("of that, the check", "s", check.seconds),
        _row("processor time of the check", "s", cpu(check)),
        _row("processor time of the import", "s", cpu(write)),
        _row("first prompt without import, median", "ms", percentile(quiet, 50)),
        _row("first prompt with import, median", "ms", percentile(busy, 50)),
        _row("first prompt without import, p99", "ms", percentile(quiet, 99)),
        _row("first prompt with import, p99", "ms", percentile(busy, 99)),
        _row("first prompt p99, with : without", "×", percentile(busy, 99) / percentile(quiet, 99), "≤ 1.2"),
        _row("the same file again", "s", check_again.seconds + write_again.seconds),
        _row("its processor time", "s", cpu(check_again, write_again)),
    )
    text = _TEXT.format(count=scale.imported, rate=_RATE, quiet=scale.quiet_s)
    return [Section(TITLE, text, rows, (f"{len(quiet)} probes without an import, {len(busy)} with it.",))]


def _row(figure: str, unit: str, value: float, goal: str = "") -> Row:
    return Row(figure, unit, {OURS: [value]}, goal, compared="")


def _table(people: Iterable[Person]) -> str:
    lines = (f"{person.name};0{person.e164.removeprefix('+33')};{person.email}" for person in people)
    return "\n".join(["Nom;Téléphone;Courriel", *lines, ""])


def _import(variant: Variant, stage: PreparedInstallation, text: str) -> tuple[_Stretch, _Stretch]:
    """The check and the import of a file, each beside calls."""
    reception, actor = variant.reception, command_line_actor("bench")
    database, folder = reception.database, reception.settings.imports
    added = files.store_upload(database, actor, folder, files.UploadedFile(text.encode(), "people.csv", "FR"), at=now())
    imports.check_import(database, actor, added, imports.get_import(database, added).columns, at=now())

    def job() -> Import:
        return imports.get_import(database, added)

    check = _with_calls(variant, stage, lambda: job().state is not ImportState.CHECKING)
    imports.start_import(database, actor, added, at=now())
    write = _with_calls(variant, stage, lambda: job().state is not ImportState.IMPORTING)
    if job().state is not ImportState.DONE:
        raise SystemExit(f"The import ended as {job().state}.")
    return check, write


def _for_seconds(seconds: float) -> Callable[[], bool]:
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends


def _with_calls(variant: Variant, stage: PreparedInstallation, is_over: Callable[[], bool]) -> _Stretch:
    """Calls until it is over; the length counts until then, and the calls under way are ended afterwards."""
    began, cpu = time.monotonic(), variant.processes.cpu_s
    ended, used = began, 0.0
    calls = CallLoad(_RATE * _AT_MOST_S, _RATE, _SHORT_MS)
    probes: Probes
    with probing(variant) as probes, sipp.run_sipp(calls, variant.sip_port, variant.number, stage.folder / "sipp"):
        while not is_over():
            if time.monotonic() - began > _AT_MOST_S:
                raise SystemExit("The import has not ended within an hour.")
            time.sleep(0.2)
        ended, used = time.monotonic(), variant.processes.cpu_s - cpu
    return _Stretch(ended - began, used, tuple(probes.prompts_ms))
