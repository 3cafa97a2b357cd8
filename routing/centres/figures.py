"""The figures of an overflow centre in some days: those that its supervisor sees, and the organisation too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.centres.contract import CentreContract
from routing.centres.day_counts import DayCount
from routing.centres.pricing import measure_service
from routing.centres.reporting import find_contract


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls and seconds.

    Each call that was `sent` was `answered`, or `abandoned` by a caller who hung up first, or `not_taken` (busy, nobody
    there, no voice), or is `under_way` without an answer so far. `in_time`: answered within the service level of its
    day, every answer where none is agreed. `missing`: answered, and the centre has not said what became of it.
    """

    sent: int = 0
    answered: int = 0
    abandoned: int = 0
    not_taken: int = 0
    in_time: int = 0
    missing: int = 0
    talk_s: int = 0

    @property
    def under_way(self) -> int:
        return self.sent - self.answered - self.abandoned - self.not_taken

    @property
    def in_time_percent(self) -> float | None:
        """Of the calls that were sent; None without any."""
        return 100 * self.in_time / self.sent if self.sent else None

    @property
    def mean_talk_s(self) -> float | None:
        """None without an answered call."""
        return self.talk_s / self.answered if self.answered else None


def sum_days(contracts: Sequence[CentreContract], days: Iterable[DayCount]) -> Figures:
    """The figures of these days; on each the first of `contracts` that is in force holds."""
    counted = tuple(days)
    services = [measure_service(find_contract(contracts, each.day) or CentreContract(), [each]) for each in counted]
    return Figures(
        sent=sum(each.sent for each in counted),
        answered=sum(each.answered for each in services),
        abandoned=sum(each.abandoned for each in counted),
        not_taken=sum(each.not_taken for each in counted),
        in_time=sum(each.in_time for each in services),
        missing=sum(each.missing for each in counted),
        talk_s=round(sum(each.talk_ms for each in counted) / 1000),
    )
