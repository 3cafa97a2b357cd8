"""How many callbacks may be asked for, from where, and what they may cost."""

from dataclasses import dataclass
from datetime import timedelta

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CallbackLimits:
    """Callbacks per telephone number, Internet address, network and in all, within the last hour, day or month.

    `minutes_day` and `euros_day` are what our calls to visitors may last and cost in 24 hours, at `cents_min` a minute.
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
        """Whether one more call may be placed after so many minutes in 24 hours."""
        return minutes_used < self.minutes_day and minutes_used * self.cents_min < self.euros_day * 100
