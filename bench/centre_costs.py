"""The time to work out a year of an overflow centre, and of the pages that show it, at a year of calls."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from console_client import ConsoleApp, ConsoleUser
from rich_plan import RICH_PLAN
from sqlalchemy import insert

from bench.installations import PreparedInstallation
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from records.centres.kept_days import keep_days
from records.database.engine import Database
from records.plan import plan_versions
from records.schema import Call, Handoff, HandoffOutcome
from routing.access.permissions import Role
from routing.centres.contract import CentreContract, Tariff
from routing.centres.day_counts import HandedOverCall, count_days
from routing.centres.month import share_month, work_out
from standardiste.parts.console import create_app_context

TITLE = "Costs of an overflow centre"
CALLS = 216_000
TIMES = 20
PARIS = ZoneInfo("Europe/Paris")
PAGES = {
    "figures": "/centres/north/2030-11/figures",
    "costs": "/centres/north/2030-11",
}
_TEXT = (
    "A year of {calls:,} calls, all given to one centre. *Priced*: month by month under both tariffs, with the share "
    "of each call, service level, penalty and weeks (`work_out` and `share_month` of `routing.centres.month`). "
    "*Counted*: all days from the calls, once; later the days that are over are kept. *Pages*: of a month with 18,000 "
    "of the calls, from the request to the answer, {times} times, in the process of the measurement."
)
_CONTRACT = CentreContract(
    paid_by=Tariff.CONTACT,
    contact_price=Decimal("2.455"),
    contact_free_s=10,
    hour_price=Decimal("31.50"),
    hours_planned=900,
    service_percent=80,
    service_s=20,
    penalty_percent=5,
)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    calls = make_year(CALLS)
    say(f"{len(calls):,} calls of an overflow centre")
    took, used = _price(calls)
    reception = stage.copy_reception()
    database, now = reception.database, datetime(2031, 1, 1, 12, tzinfo=UTC)
    plan_versions.save_plan(database, RICH_PLAN, author="bench", at=now)
    fill_calls(database, calls)
    _prepare_console(reception.settings.console_secret_file)
    console = ConsoleApp.of(create_app_context(reception.installation))
    staff = console.sign_in(Role.SUPERVISOR)
    say("the pages, before the days are counted")
    uncounted = {name: _open(staff, path, 3) for name, path in PAGES.items()}
    say("every day is counted")
    began = time.perf_counter()
    while keep_days(database, PARIS, now):
        pass
    counted = time.perf_counter() - began
    say("the pages")
    pages = {name: _open(staff, path, TIMES) for name, path in PAGES.items()}
    rows = (
        Row("a year, priced", "s", {OURS: [took]}, "< 2", compared=""),
        Row("a year, priced, of a processor", "s", {OURS: [used]}, "< 2", compared=""),
        Row("a year, counted by day, once", "s", {OURS: [counted]}, compared=""),
        *(Row(f"page of the {name}, days not counted", "ms", {OURS: uncounted[name]}, compared="") for name in PAGES),
        *(Row(f"page of the {name}", "ms", {OURS: pages[name]}, "≤ 100", compared="") for name in PAGES),
        *(Row(f"page of the {name}, p95", "ms", {OURS: [percentile(pages[name], 95)]}, compared="") for name in PAGES),
    )
    reception.database.close()
    reception.installation.close()
    return [Section(TITLE, _TEXT.format(calls=CALLS, times=TIMES), rows)]


def make_year(count: int) -> Sequence[HandedOverCall]:
    """Calls of 2030 at equal distances, which ring and talk for lengths that repeat."""
    first, apart = datetime(2030, 1, 1, tzinfo=UTC), timedelta(days=365) / count
    return [
        HandedOverCall(f"{number:032x}", at, at.date(), 1 + number % 37 * 0.9, 2 + number % 397 * 1.1)
        for number in range(count)
        for at in (first + number * apart,)
    ]


def fill_calls(database: Database, calls: Sequence[HandedOverCall]) -> None:
    """The calls as the centre `north` was given them; of each tenth the outcome is missing."""
    with database.write() as connection:
        connection.execute(insert(Call), [_call(number, each) for number, each in enumerate(calls, 1)])
        connection.execute(insert(Handoff), [_handoff(number, each) for number, each in enumerate(calls, 1)])
        told = [
            {"handoff_id": n, "outcome": "answered", "at": each.at, "by": "North"} for n, each in enumerate(calls, 1)
        ]
        connection.execute(insert(HandoffOutcome), [row for n, row in enumerate(told) if n % 10])


def _call(number: int, call: HandedOverCall) -> dict[str, object]:
    answered = call.at + timedelta(seconds=call.ring_s or 0)
    ended = {"ended_at": answered + timedelta(seconds=call.talk_s or 0), "disposition": "overflow", "cause": "16"}
    began = {"ref": f"{number}.1", "started_at": call.at, "landing": "+33199000000", "withheld": False}
    return {**began, **ended, "language": "fr"}


def _handoff(number: int, call: HandedOverCall) -> dict[str, object]:
    answered = call.at + timedelta(seconds=call.ring_s or 0)
    known = {"reference": call.reference, "call_ref": f"{number}.1", "centre": "north"}
    return {"id": number, **known, "dialled_at": call.at, "answered_at": answered}


def _price(calls: Sequence[HandedOverCall]) -> tuple[float, float]:
    """Seconds, and those of a processor."""
    by_month: dict[date, list[HandedOverCall]] = defaultdict(list)
    for call in calls:
        by_month[call.day.replace(day=1)].append(call)
    began, processor = time.perf_counter(), time.process_time()
    for month, of_month in by_month.items():
        share_month(work_out(month, [_CONTRACT], count_days(of_month), {}), of_month)
    return time.perf_counter() - began, time.process_time() - processor


def _prepare_console(secret: Path) -> None:
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("of the benchmark")


def _open(staff: ConsoleUser, path: str, times: int) -> list[float]:
    """Milliseconds of each of so many requests."""
    times_ms = []
    for _ in range(times):
        began = time.perf_counter()
        if staff.get(path).status_code != 200:
            raise SystemExit(f"{path} is not there.")
        times_ms.append(1000 * (time.perf_counter() - began))
    return times_ms
