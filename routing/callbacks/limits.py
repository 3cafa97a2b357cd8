"""Limits on the number of callback requests and on the cost of callbacks."""

from dataclasses import dataclass
from datetime import timedelta

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CallbackLimits:
    """Requests per telephone number, per Internet address, per network and in all, within an hour, a day or 30 days.

    `minutes_day` and `euros_day` limit the calls to visitors within 24 hours, at `cents_min` a minute.
    """

    number_day: int = 2
    number_month: int = 4
    address_hour: int = 5
    address_day: int = 20
    network_hour: int = 30
    network_day: int = 200
    all_hour: int = 300
    all_day: int = 3000
    minutes_day: int = 2000
    euros_day: int = 100
    cents_min: int = 4

    def allows_another_call(self, minutes_used: int) -> bool:
        """Whether another call may be placed, after this many minutes within 24 hours."""
        return minutes_used < self.minutes_day and minutes_used * self.cents_min < self.euros_day * 100
