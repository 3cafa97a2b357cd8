"""The time to work out a year of an overflow centre under both tariffs, from the calls as the database holds them."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bench.installations import PreparedInstallation
from bench.report import OURS, Row, Section
from bench.scale import Scale
from routing.centres.contract import CentreContract, Tariff
from routing.centres.month import work_out
from routing.centres.pricing import HandedOverCall

TITLE = "Costs of an overflow centre"
CALLS = 216_000
_TEXT = (
    "A year of {calls:,} calls, which is priced month by month under both tariffs, with the share of each call, "
    "service level, penalty and weeks (`routing.centres.month.work_out`)."
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
    by_month: dict[date, list[HandedOverCall]] = defaultdict(list)
    for call in calls:
        by_month[call.day.replace(day=1)].append(call)
    began, processor = time.perf_counter(), time.process_time()
    for month, of_month in by_month.items():
        work_out(month, [_CONTRACT], of_month, {})
    took, used = time.perf_counter() - began, time.process_time() - processor
    rows = (
        Row("a year", "s", {OURS: [took]}, "< 2", compared=""),
        Row("a year, of a processor", "s", {OURS: [used]}, "< 2", compared=""),
    )
    return [Section(TITLE, _TEXT.format(calls=CALLS), rows)]


def make_year(count: int) -> Sequence[HandedOverCall]:
    """Calls of 2030 at equal distances, which ring and talk for lengths that repeat."""
    first, apart = datetime(2030, 1, 1, tzinfo=UTC), timedelta(days=365) / count
    return [
        HandedOverCall(f"{number:032x}", at, at.date(), 1 + number % 37 * 0.9, 2 + number % 397 * 1.1)
        for number in range(count)
        for at in (first + number * apart,)
    ]
